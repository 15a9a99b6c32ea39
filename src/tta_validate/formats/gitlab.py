"""Code Quality of GitLab: an array of issues, paths from the top of the repository, fingerprints that are unique.

The format is that of docs.gitlab.com, "Code Quality report format"; issues of one fingerprint are merged there.
"""

import json
from collections import Counter

from tta_validate.findings import printable
from tta_validate.problems import in_repository, problems, skips
from tta_validate.report import Report, View

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report, view: View) -> str:
    """Returns an issue for each active finding, missed target, failed case and skipped file."""
    del view
    seen: Counter[str] = Counter()
    issues: list[dict[str, object]] = []
    for one in (*problems(report), *skips(report)):
        repeated = f"-{seen[one.fingerprint]}" if seen[one.fingerprint] else ""
        seen[one.fingerprint] += 1
        issues.append(
            {
                "description": printable(one.message),
                "check_name": one.rule,
                "fingerprint": f"{one.fingerprint}{repeated}",
                "severity": _SEVERITIES[one.severity],
                "location": {
                    "path": in_repository(report, one.path),
                    "lines": {"begin": one.line, "end": max(one.end_line, one.line)},
                },
            }
        )
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"
