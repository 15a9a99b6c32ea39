"""Every format says the same numbers, stays within its size, masks secrets and obeys nothing that it shows."""

import gzip
import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from tests.formats.reports import EVIL, REPORTS, SECRET, full, of_size
from tta_validate import run
from tta_validate.analysis import redacted
from tta_validate.plugins import loaders
from tta_validate.problems import Counts
from tta_validate.report import Report, View

FORMATS = [*loaders("tta_validate_formats")]
Seen = Mapping[str, int]


def phrase(text: str) -> Seen:
    """Returns the numbers of the sentence that terminal, github, markdown and html share."""
    found = re.search(
        r"^(?:\W*|tta-validate: )((?:\d+ (?:error|warning|info)|No findings).*)$", text, flags=re.MULTILINE
    )
    assert found is not None
    names = {
        "error": r"(\d+) errors?\b", "warning": r"(\d+) warnings?\b", "info": r"(\d+) info",
        "missed": r"(\d+) targets? missed", "failed_cases": r"(\d+) cases? failed",
        "passed_cases": r"(\d+) cases? passed",
        "suppressed": r"(\d+) suppressed",
        "skipped": r"(\d+) files? skipped",
    }  # fmt: skip
    return {name: int(m[1]) if (m := re.search(pattern, found[1])) else 0 for name, pattern in names.items()}


def seen_concise(text: str) -> Seen:
    lines = [re.search(r":\d+:\d+: ([\w-]+) (error|warning|info) ", line) for line in text.splitlines()]
    pairs = Counter((found[1], found[2]) for found in lines if found)
    missed = sum(number for (rule, _), number in pairs.items() if rule in ("adoption-timeout", "adoption-retry"))
    failed, skipped = pairs["replay-case-failed", "error"], pairs.pop(("skipped", "info"), 0)
    by: Counter[str] = Counter(dict.fromkeys(("error", "warning", "info"), 0))
    for (_, level), number in pairs.items():
        by[level] += number
    return {**by, "error": by["error"] - missed - failed, "missed": missed, "failed_cases": failed, "skipped": skipped}


def seen_json(text: str) -> Seen:
    report = json.loads(text)
    failed = {case["path"] for case in report["cases"] if case["verdict"] in ("failed", "error")}
    findings = [one for one in report["findings"] if one["rule"] != "replay-case-failed" or one["path"] not in failed]
    by = Counter(finding["severity"] for finding in findings)
    return {
        "passed_cases": sum(case["verdict"] == "passed" for case in report["cases"]),
        **{level: by[level] for level in ("error", "warning", "info")},
        "missed": sum(metric["met"] is False for metric in report["metrics"]),
        "failed_cases": sum(case["verdict"] in ("failed", "error") for case in report["cases"]),
        "suppressed": len(report["suppressed"]),
        "skipped": len(report["skipped"]),
    }


def stand_ins(rules: list[str]) -> dict[str, int]:
    missed = sum(rule in ("adoption-timeout", "adoption-retry") for rule in rules)
    return {"missed": missed, "failed_cases": rules.count("replay-case-failed")}


def seen_sarif(text: str) -> Seen:
    (sarif,) = json.loads(text)["runs"]
    active = [one for one in sarif["results"] if "suppressions" not in one]
    by = Counter(one["level"] for one in active)
    other = stand_ins([one["ruleId"] for one in active])
    return {
        "error": by["error"] - sum(other.values()), "warning": by["warning"], "info": by["note"], **other,
        "suppressed": len(sarif["results"]) - len(active),
        "skipped": sum(one["level"] == "warning" for one in sarif["invocations"][0]["toolExecutionNotifications"]),
    }  # fmt: skip


def seen_gitlab(text: str) -> Seen:
    issues = json.loads(text)
    skipped = [one for one in issues if one["check_name"] == "skipped"]
    issues = [one for one in issues if one not in skipped]
    by = Counter(one["severity"] for one in issues)
    other = stand_ins([one["check_name"] for one in issues])
    assert len({one["fingerprint"] for one in issues}) == len(issues)
    return {
        "error": by["major"] - sum(other.values()),
        "warning": by["minor"],
        "info": by["info"],
        **other,
        "skipped": len(skipped),
    }


def seen_junit(text: str) -> Seen:
    top = ElementTree.fromstring(text)
    by: Counter[str] = Counter()
    for test in top.iter("testcase"):
        level = next((one.get("value") for one in test.iter("property") if one.get("name") == "severity"), None)
        skipped = test.find("skipped") is not None
        by["suppressed" if level and skipped else str(level)] += level is not None
        by["missed"] += test.get("classname") == "targets" and test.find("failure") is not None
        by["failed_cases"] += any(one.get("name") == "verdict" for one in test.iter("property"))
        by["skipped"] += test.get("classname") == "files"
    assert int(top.get("tests", "")) == len(list(top.iter("testcase")))
    assert int(top.get("failures", "")) == len(list(top.iter("failure")))
    return by


def seen_openmetrics(text: str) -> Seen:
    numbers: Counter[str] = Counter()
    for line in text.splitlines():
        if found := re.fullmatch(r"tta_validate_(\w+)\{(.*)\} ([\d.e+]+)", line):
            level = re.search(r'severity="(\w+)"$', found[2]) if found[1] == "findings" else None
            verdict = re.search(r'verdict="(failed|error)"$', found[2])
            name = level[1] if level else "failed_cases" if verdict else found[1]
            numbers[name] += int(float(found[3]))
    return {
        **{level: numbers[level] for level in ("error", "warning", "info")},
        "missed": numbers["targets_missed"], "failed_cases": numbers["failed_cases"],
        "suppressed": numbers["suppressed_findings"], "skipped": numbers["skipped_files"],
    }  # fmt: skip


def seen_html(text: str) -> Seen:
    counts = re.search(r'id="counts">(.*?)<', text)
    assert counts is not None
    by = Counter(re.findall(r'<li id="[^"]*" class="finding (\w+)">', text))
    by["error"] -= sum(stand_ins(re.findall(r'<a class="rule"[^>]*>([^<]*)</a>', text)).values())
    seen = phrase(counts[1])
    assert {**seen, **by} == seen
    return seen


SEEN: Mapping[str, Callable[[str], Seen]] = {
    "concise": seen_concise, "github": phrase, "gitlab": seen_gitlab, "html": seen_html, "json": seen_json,
    "junit": seen_junit, "markdown": phrase, "openmetrics": seen_openmetrics, "sarif": seen_sarif, "terminal": phrase,
}  # fmt: skip


def rendered(name: str, report: Report, budget: int = 60_000) -> str:
    return run.render(report, name, View(verbosity=int(name == "sarif"), budget=budget))


@pytest.mark.parametrize("which", REPORTS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_the_same_numbers(name: str, which: str) -> None:
    counts = Counts.of(REPORTS[which])
    seen = SEEN[name](rendered(name, REPORTS[which]))
    keys = ("error", "warning", "info", "missed", "failed_cases", "passed_cases", "suppressed", "skipped")
    assert {"error", "warning", "info", "missed", "failed_cases"} <= {*seen, *keys}
    assert {key: seen[key] for key in keys if key in seen} == {key: getattr(counts, key) for key in keys if key in seen}


def test_the_same_place_is_named_for_targets_and_skipped_files() -> None:
    report = REPORTS["replayed"]
    lines = rendered("concise", report).splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        "app/llm.py:3:5:", "pyproject.toml:7:1:", "keploy/test-set-0/tests/bad.yaml:1:5:",
        "keploy/test-set-0/tests/worse.yaml:1:1:", "a",
    ]  # fmt: skip
    assert lines[-1] == "a  b.py:12:1: skipped info line 12: is not Python: x"
    assert 'expected `{"a": [1, "the status is another one"]}`, got `null`' in rendered("markdown", report)
    commands = rendered("github", report)
    assert "::error file=pyproject.toml,line=7,col=1,endLine=7,title=adoption-timeout::25 %25 is below" in commands
    assert "::notice file=a  b.py,line=12,col=1,endLine=12,title=skipped::line 12: is not Python: x\n" in commands
    issue = json.loads(rendered("gitlab", report))[-1]
    assert (issue["check_name"], issue["location"]) == (
        "skipped",
        {"path": "a  b.py", "lines": {"begin": 12, "end": 12}},
    )


@pytest.mark.parametrize("name", ["terminal", "markdown", "concise"])
def test_statistics_are_shown_where_they_are_asked_for(name: str) -> None:
    for verbosity in (-1, 0):
        view = View(statistics=True, verbosity=verbosity)
        text = re.sub(r"[ |]+", " ", run.render(REPORTS["replayed"], name, view))
        assert re.search(r"adoption-no-timeout:? 1( active,? 0 suppressed)?", text)
        assert not re.search(r"replay-case-failed:? 0 ", text)


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_shows_no_secret(name: str) -> None:
    assert SECRET not in rendered(name, redacted(full(f"it says {SECRET}", f"app/{SECRET}.py")))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_text(name: str) -> None:
    assert rendered(name, REPORTS["full"]) == rendered(name, Report.from_json(REPORTS["full"].to_json()))


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("json", "sarif", "gitlab")])
def test_no_text_is_obeyed(name: str) -> None:
    """No control character reaches a terminal or a log, and no line is a workflow command that was not ours."""
    text = rendered(name, REPORTS["hostile"])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    if name in ("terminal", "concise", "github", "markdown"):
        assert "##[error]" not in text
        commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert all(re.match(r"::(error|warning|notice) (file|title)=", line) for line in commands)
        assert bool(commands) == (name == "github")


SIZES = {"github": 30_000, "markdown": 240_000, "terminal": 4_000, "openmetrics": 4_000}


def test_what_people_read_is_short_for_ten_thousand_findings() -> None:
    report = of_size(10_000, text=EVIL)
    for name, most in SIZES.items():
        text = rendered(name, report)
        assert len(text.encode()) <= most, name
        assert name != "markdown" or len(text) <= 60_000


def test_what_machines_read_grows_with_the_findings_only() -> None:
    """GitHub takes 10 MB of compressed SARIF, and at most 25,000 results."""
    report = of_size(500)
    for name in FORMATS:
        assert name in SIZES or len(rendered(name, report).encode()) <= 500 * 3000, name
    assert len(gzip.compress(rendered("sarif", report).encode())) <= 500 * 300


@pytest.mark.parametrize("budget", [150, 1000, 5000, 60_000])
@pytest.mark.parametrize("which", REPORTS)
def test_markdown_keeps_to_any_budget(which: str, budget: int) -> None:
    assert len(rendered("markdown", REPORTS[which], budget=budget)) <= budget
