"""The rule secrets-provider-key."""

from collections.abc import Iterator

from tta_validate import leaks
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule

_KEY = "gs" + "k_9fQ2LwX7bTn4VzKd8RmY1cHsJ6pEuG3aWoN5iBxZ0qDvCyMtUlPk"


class ProviderKey(Rule):
    """A key of a provider stands in a file.

    Reports what has the format of a key or token of a provider of models, or of a service that such projects use, in
    code, configuration, notebooks and documentation. Examples and placeholders, files that git is told to ignore, and
    tests are left out. The message does not repeat the key, and no output shows it.

    Whoever can read the repository, now or in its history, can spend on the key. Bots find it within minutes.

    Revoke the key, take it out, and read it from the environment: `os.environ["OPENAI_API_KEY"]`.
    """

    severity = Severity.ERROR
    bad = Example({"app.py": f'client = Groq(api_key="{_KEY}")\n'}, ("app.py:1",))
    good = Example({"app.py": 'client = Groq(api_key=os.environ["GROQ_API_KEY"])\n'})

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each key."""
        for leak in leaks.provider_keys(project, recorded=False):
            yield self.finding(f"{leak.what}, stands here: revoke it, and read it from the environment", leak.location)
