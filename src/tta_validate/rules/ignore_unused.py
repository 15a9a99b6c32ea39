"""The rule ignore-unused."""

from collections.abc import Iterable
from datetime import date

from tta_validate.findings import Finding, Severity
from tta_validate.fixes import without_comment, without_names
from tta_validate.plugins import loaders
from tta_validate.rule import FAMILIES, Example, IdleName, IgnoreRule, JudgedComment


class IgnoreUnused(IgnoreRule):
    """An ignore comment silences nothing.

    Reports a name in a `# tta: ignore[...]` comment that no finding needs, and a comment that cannot work at all: one
    that names no rule, or whose `until=` is no date. A name is judged only when the rule that it stands for has run.
    The names that the configuration ignores in a member are judged in the same way, on the whole project.

    A comment that has outlived its finding hides the next one at that place, and tells the reader something untrue.

    Remove the name, or the whole comment.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example({"Dockerfile": "FROM python:3.12-slim  # tta: ignore[] pinned elsewhere\n"}, ("Dockerfile:1",))
    good = Example({"Dockerfile": "FROM python:3.12-slim  # pinned elsewhere\n"})

    def judge(self, comments: Iterable[JudgedComment], ran: frozenset[str], today: date) -> Iterable[Finding]:
        """Yields a finding for each comment with a problem, and for each with names that silenced nothing."""
        known = {*loaders("tta_validate_rules"), *FAMILIES} | ran
        for judged in comments:
            comment = judged.comment
            if comment.problem:
                said = f"the ignore comment silences nothing: {comment.problem}"
                yield self.at(comment, said, without_comment(safe=False))
                continue
            unknown = [name for name in comment.rules if name not in known]
            if unknown:
                said = f"the ignore comment names no rule: {', '.join(unknown)}"
                yield self.at(comment, said, without_names(unknown, safe=False))
            idle = [name for name in comment.rules if name in ran and name not in judged.used]
            if idle:
                said = f"nothing here needs ignore[{', '.join(idle)}]; remove it"
                yield self.at(comment, said, without_names(idle))

    def judge_settings(self, idle: Iterable[IdleName]) -> Iterable[Finding]:
        """Yields a finding for each name that the configuration ignores in a member, and that silenced nothing."""
        for one in idle:
            yield self.finding(
                f"nothing in member {one.member} needs {one.name} in its `ignore`; remove it",
                one.place,
                subject=f"{one.member} {one.name}",
            )
