"""The rule secrets-exposed-settings."""

from collections.abc import Iterator

from tta_validate import leaks
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule


class ExposedSettings(Rule):
    """Git is not told to ignore a file of secrets.

    Reports a `.env` file that holds a key, token or password, and that git tracks or that nothing tells it to ignore.
    Templates such as `.env.example`, empty values and references to other variables are left out.

    Such files are there to stay on one machine. Once git has it, every clone does, and so does the history.

    Name it in `.gitignore`, take it out with `git rm --cached`, commit a `.env.example`, and revoke what was in it.
    """

    severity = Severity.ERROR
    bad = Example({".env": "OPENAI_API_KEY=q7Zr2Lw8Xb5Tn4Vk9Dm1Yc6H\n"}, (".env:1",))
    good = Example({".env": "OPENAI_API_KEY=q7Zr2Lw8Xb5Tn4Vk9Dm1Yc6H\n", ".gitignore": ".env\n"})

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each such file."""
        for leak in leaks.exposed_settings(project):
            said = (
                f"{leak.what}, and it holds a secret: name it in .gitignore, take it out of git, and revoke the secret"
            )
            yield self.finding(said, leak.location)
