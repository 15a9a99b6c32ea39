"""The rule secrets-printed-secret."""

from collections.abc import Iterator

from tta_validate import leaks
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule

_FILE = ".github/workflows/ci.yml"
_STEP = "jobs:\n  a:\n    steps:\n      - run: "


class PrintedSecret(Rule):
    """A workflow prints a secret.

    Reports an `echo` or `printf` of `${{ secrets.NAME }}` in a workflow or action that goes neither to a file nor to
    another command.

    GitHub masks a secret in logs only where it appears exactly as it is stored: cut, encoded or on several lines it
    shows, and logs of public repositories are public.

    Give the secret to the step that needs it through `env`, and print nothing of it.
    """

    severity = Severity.WARNING
    bad = Example(
        {".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: echo ${{ secrets.OPENAI_API_KEY }}\n"},
        (".github/workflows/ci.yml:4",),
    )
    good = Example(
        {".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: echo ${{ secrets.KEY }} > key.txt\n"}
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each printed secret."""
        for leak in leaks.echoes(project):
            yield self.finding(f"{leak.what} into the log: give it to the step that needs it", leak.location)
