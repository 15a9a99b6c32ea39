"""The rule secrets-literal-key."""

from collections.abc import Iterator

from tta_validate import leaks
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule

_VALUE = "".join(("q7Zr2Lw8Xb5T", "n4Vk9Dm1Yc6H"))


class LiteralKey(Rule):
    """A key is written into the code.

    Reports a value of a random look that code gives to something called `api_key`, `secret_key`, `access_token` or the
    like. Keys of known formats are reported by `secrets-provider-key`; examples and placeholders are left out.

    It is in the repository for good, the same for every environment, and changing it means a release.

    Read it from the environment or from a store of secrets, and revoke the one that was committed.
    """

    severity = Severity.WARNING
    bad = Example({"app.py": f'client = Client(api_key="{_VALUE}")\n'}, ("app.py:1",))
    good = Example({"app.py": 'client = Client(api_key="your-api-key-goes-here-1234")\n'})

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each literal key."""
        for leak in leaks.literals(project):
            yield self.finding(f"{leak.what} stands here: read it from the environment", leak.location)
