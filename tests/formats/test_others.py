import json

from tests.test_report import FULL, MISSED, report
from tta_validate.formats import concise
from tta_validate.formats import json as json_format
from tta_validate.report import Report, View


def test_json_is_the_whole_report() -> None:
    assert Report.from_json(json_format.render(FULL, View())) == FULL


def test_the_inventory_has_its_own_shape() -> None:
    value = json.loads(json_format.render_inventory(FULL, View()))
    assert {key: value[key] for key in ("schema", "root", "files")} == {
        "schema": 1,
        "root": "/p",
        "files": {
            "seen": 0,
            "named": 0,
            "parsed": 0,
            "cached": 0,
            "skipped": [{"path": "b.py", "reason": "a NUL byte"}],
        },
    }
    (site,) = value["call_sites"]
    expected = {"path", "line", "column", "end_line", "callee", "kind", "provider", "model", "function", "member",
                "prompt_cache", "guards"}  # fmt: skip
    assert expected <= site.keys()
    assert {"state", "reach", "by", "where", "why"} <= site["guards"]["timeout"].keys()


def test_concise_is_one_line_for_each_failure() -> None:
    value = report(findings=FULL.findings, metrics=(MISSED,), cases=FULL.cases, skipped=FULL.skipped)
    assert concise.render(value, View()) == (
        "a.py:1:2: x-y warning é \ufffd\n"
        "pyproject.toml:1:1: adoption-retry error 10 % is below the target of 90 %\n"
        "s:1:1: replay-case-failed error n:\n"
        "b.py:1:1: skipped info a NUL byte\n"
    )


def test_the_concise_inventory_is_one_line_for_each_call_site() -> None:
    assert concise.render_inventory(FULL, View()) == (
        "a.py:1:1: c.create timeout=explicit retry=explicit cache=explicit route=explicit\n"
    )
