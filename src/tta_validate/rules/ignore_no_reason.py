"""The rule ignore-no-reason."""

from collections.abc import Iterable
from datetime import date

from tta_validate.findings import Finding, Severity
from tta_validate.rule import Example, IgnoreRule, JudgedComment


class IgnoreNoReason(IgnoreRule):
    """An ignore comment does not say why.

    Reports a `# tta: ignore[...]` comment with nothing after the bracket but `until=`. It silences its finding all the
    same.

    A year later nobody knows whether the finding was wrong, or the deadline near. The reason is in every report, where
    a reviewer reads it.

    Write the reason after the bracket, in a few words.
    """

    severity = Severity.WARNING
    bad = Example({"Dockerfile": "FROM python:3.12-slim  # tta: ignore[git-untracked]\n"}, ("Dockerfile:1",))
    good = Example(
        {"Dockerfile": "FROM python:3.12-slim  # tta: ignore[git-untracked] the release job writes the file\n"}
    )

    def judge(self, comments: Iterable[JudgedComment], ran: frozenset[str], today: date) -> Iterable[Finding]:
        """Yields a finding for each comment that can work and gives no reason."""
        for judged in comments:
            comment = judged.comment
            if not comment.problem and not comment.reason:
                yield self.at(comment, "this ignore comment gives no reason; write it after the bracket")
