"""The rule secrets-url-password."""

from collections.abc import Iterator

from tta_validate import leaks
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule

_TABLE = '[[tool.uv.index]]\nname = "own"\nurl = '


class UrlPassword(Rule):
    """A URL in the configuration holds a password or token.

    Reports user and password in the URL of an index or another server, in TOML and other configuration, requirements,
    images, scripts and workflows. Variables, placeholders and hosts without a dot are left out. Those of uv.lock are
    reported by `lock-credentials`.

    The file is committed: everyone who can read the repository, and its history, has the password; and tools print
    URLs into logs.

    Take it out of the URL, revoke it, and give it to uv by `UV_INDEX_<NAME>_PASSWORD` or a keyring.
    """

    severity = Severity.ERROR
    bad = Example({"uv.toml": f'{_TABLE}"https://ci:w8Xb5Tn4Vk9@pypi.example.org/simple"\n'}, ("uv.toml:3",))
    good = Example({"uv.toml": f'{_TABLE}"https://pypi.example.org/simple"\n'})

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each such URL."""
        for leak in leaks.passwords(project):
            yield self.finding(f"{leak.what}: take it out and revoke it", leak.location)
