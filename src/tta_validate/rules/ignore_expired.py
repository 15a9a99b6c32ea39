"""The rule ignore-expired."""

from collections.abc import Iterable
from datetime import date

from tta_validate.findings import Finding, Severity
from tta_validate.fixes import without_comment
from tta_validate.rule import Example, IgnoreRule, JudgedComment


class IgnoreExpired(IgnoreRule):
    """The last day of an ignore comment is over.

    Reports a `# tta: ignore[...]` comment whose `until=YYYY-MM-DD` lies in the past while its finding is still there.
    The comment silences nothing from that day on, so the finding is reported too.

    The date was a promise to look again. Now is the time.

    Repair the finding and remove the comment, or give it a new date and the reason for it.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example(
        {"Dockerfile": "FROM python:3.12  # tta: ignore[git-untracked] until=2020-01-31\n"},
        ("Dockerfile:1",),
    )
    good = Example({"Dockerfile": "FROM python:3.12  # until=2020-01-31 this tag was signed\n"})

    def judge(self, comments: Iterable[JudgedComment], ran: frozenset[str], today: date) -> Iterable[Finding]:
        """Yields a finding for each comment after its last day, unless it is unused anyway."""
        for judged in comments:
            comment = judged.comment
            needed = judged.used or not any(name in ran for name in comment.rules)
            if not comment.problem and comment.until and comment.expired(today) and needed:
                said = f"this ignore comment ended on {comment.until}; repair the finding or renew it"
                yield self.at(comment, said, without_comment())
