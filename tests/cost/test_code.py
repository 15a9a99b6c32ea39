"""What cost takes from the code, its estimates without traffic, and what two traffics differ in."""

import json
from pathlib import Path
from typing import cast

import pytest

from tests.cost.traces import NOON, chat
from tta_validate.config import load
from tta_validate.cost_commands import answer
from tta_validate.cost_model import CostReport
from tta_validate.errors import InputError
from tta_validate.project import Project
from tta_validate.report import View

PRICES = """
[[tool.tta-validate.cost.price]]
model = "big"
input = 10
output = 30

[[tool.tta-validate.cost.price]]
model = "small"
input = 1
output = 3
"""
CACHED = """\
from openai import OpenAI
from tta_dev_primitives import CachePrimitive, LambdaPrimitive

client = OpenAI()
HOUR = 3600


def ask(text, context):
    return client.chat.completions.create(model="big", messages=text)


quick = CachePrimitive(LambdaPrimitive(ask), lambda text, context: text, ttl_seconds=50, max_size=7)
slow = CachePrimitive(LambdaPrimitive(ask), lambda text, context: text, 2 * HOUR)


async def first(text, context):
    return await quick.execute(text, context)


async def second(text, context):
    return await slow.execute(text, context)


async def third(text, context):
    return client.chat.completions.create(model="big", messages=text)
"""


def opened(folder: Path, files: dict[str, str], config: str = "", *rows: dict[str, object]) -> Project:
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    recordings = '[tool.tta-validate.cost]\nrecordings = ["traffic.jsonl"]\n' if rows else "[tool.tta-validate.cost]\n"
    written = {**files, "pyproject.toml": f'[project]\nname = "p"\nversion = "1"\n\n{recordings}{config}{PRICES}'}
    for name, text in {**written, **({"traffic.jsonl": lines} if rows else {})}.items():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Project(folder, load(folder, given={"cache": False, "jobs": 1}))


def at(function: str, *seconds: int, prompt: str = "hello") -> list[dict[str, object]]:
    line = next(number for number, text in enumerate(CACHED.splitlines(), 1) if f"def {function}(" in text) + 1
    return [chat("big", 100, 10, at=moment, prompt=prompt, caller=f"app.py:{line} {function}") for moment in seconds]


def test_each_call_site_is_replayed_with_its_own_cache(tmp_path: Path) -> None:
    rows = [*at("first", 0, 40, 100), *at("second", 200, 7000), *at("third", 8000, 8100)]
    found = opened(tmp_path / "code", {"app.py": CACHED}, "", *rows).measured.report
    quick, slow = (CACHED.splitlines().index(line) + 1 for line in CACHED.splitlines() if "Primitive(Lambda" in line)
    assert found.policies[0].settings == (
        f"50 s, 7 answers (app.py:{quick}); 7200 s, 1000 answers (app.py:{slow}, size assumed); "
        "elsewhere 3600 s, 1000 answers (assumed)"
    )
    assert found.policies[0].hits == 3
    shown = {one.line: one.exchanges for one in found.sites}
    assert sorted(shown.values()) == [2, 2, 3]


def test_what_is_configured_wins_over_the_code(tmp_path: Path) -> None:
    rows = at("first", 0, 40, 100)
    found = opened(tmp_path, {"app.py": CACHED}, "cache-ttl = 1000\n", *rows).measured.report.policies[0]
    quick = next(at for at, line in enumerate(CACHED.splitlines(), 1) if "ttl_seconds=50" in line)
    assert (found.hits, found.settings) == (2, f"1000 s, 7 answers (configured and app.py:{quick})")


def test_one_cache_in_the_code_speaks_for_calls_that_are_not_joined(tmp_path: Path) -> None:
    code = "".join(line for line in CACHED.splitlines(keepends=True) if not line.startswith("slow"))
    code = code.partition("async def second")[0]
    rows = [chat("big", 100, 10, at=moment) for moment in (0, 40, 100)]
    found = opened(tmp_path, {"app.py": code}, "", *rows).measured.report.policies[0]
    assert (found.hits, found.settings) == (1, "50 s, 7 answers (app.py:12)")


def test_an_estimate_stands_where_no_traffic_is(tmp_path: Path) -> None:
    code = (
        "from openai import OpenAI\n\nclient = OpenAI()\n\n\n"
        "def ask(text):\n"
        '    return client.chat.completions.create(model="big", temperature=0, messages=text)\n\n\n'
        "def cheap(text):\n"
        '    return client.chat.completions.create(model="small", messages=text)\n\n\n'
        "def other(text, model):\n"
        "    return client.chat.completions.create(model=model, messages=text)\n"
    )
    config = "calls-per-month = 2000\ninput-tokens = 500\noutput-tokens = 100\nhit-rate = 25\nsimple-share = 40\n"
    found = opened(tmp_path, {"app.py": code}, config).measured.report
    estimate = found.estimate
    assert estimate is not None
    big = 2000 * (500 * 10 + 100 * 30) / 1e6
    small = 2000 * (500 * 1 + 100 * 3) / 1e6
    ask, cheap, other = estimate.sites
    assert (ask.usd, cheap.usd) == (pytest.approx(big, abs=1e-9), pytest.approx(small, abs=1e-9))
    assert ask.with_guards == pytest.approx((0.6 * big + 0.4 * small) * 0.75, abs=1e-9)
    assert cheap.with_guards == pytest.approx(small, abs=1e-9)
    assert (other.usd, other.why) == (None, "no model is known")
    assert estimate.usd == pytest.approx(big + small, abs=1e-9)
    assert "2000 calls of each call site in a month" in estimate.assumptions
    assert (found.kind, found.total.usd, found.saving.percent, found.policies[0].hits) == ("none", 0.0, None, 0)
    assert found.target.verdict == "not-applicable"


def test_an_estimate_with_every_guard_keeps_those_that_are_there(tmp_path: Path) -> None:
    code = (
        "from openai import OpenAI\n\nclient = OpenAI()\nknown: dict[str, object] = {}\n\n\n"
        "def ask(text):\n"
        "    if text in known:\n"
        "        return known[text]\n"
        '    answer = client.chat.completions.create(model="big", messages=text)\n'
        "    known[text] = answer\n"
        "    return answer\n"
    )
    config = "calls-per-month = 1000\ninput-tokens = 500\noutput-tokens = 100\nhit-rate = 25\n"
    estimate = opened(tmp_path, {"app.py": code}, config).measured.report.estimate
    assert estimate is not None
    cached = 1000 * (500 * 10 + 100 * 30) / 1e6 * 0.75
    assert (estimate.usd, estimate.with_guards) == (pytest.approx(cached, abs=1e-9), pytest.approx(cached, abs=1e-9))


def test_traffic_and_estimate_never_stand_together(tmp_path: Path) -> None:
    found = opened(tmp_path, {"app.py": CACHED}, "", *at("first", 0)).measured.report
    assert found.estimate is None


def test_a_configured_day_prices_exchanges_without_a_time(tmp_path: Path) -> None:
    row = {**chat("o3", 1_000_000, 0), "time": None}
    old = opened(tmp_path / "old", {}, "price-date = 2025-05-01\n", row).measured.report
    new = opened(tmp_path / "new", {}, "price-date = 2026-07-01\n", row).measured.report
    assert (old.total.usd, new.total.usd) == (pytest.approx(10.0), pytest.approx(2.0))
    (said,) = old.notes
    assert said == (
        "assumed: 1 of 1 exchanges say no time; they are priced as of 2025-05-01, "
        "and compared within their session only"
    )
    (today,) = opened(tmp_path / "none", {}, "", row).measured.report.notes
    assert ", today; `cost.price-date` fixes the day, " in today


def test_two_recordings_and_two_reports_differ_alike(tmp_path: Path) -> None:
    project = opened(tmp_path / "p", {}, "", chat("big", 1, 1))
    sides = {"a": [chat("big", 1000, 100)] * 4, "b": [chat("big", 1000, 100), chat("small", 1000, 100)]}
    for name, rows in sides.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    said = answer(project, ["diff", str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")])
    big, small = 1000 * 10 / 1e6 + 100 * 30 / 1e6, 1000 * 1 / 1e6 + 100 * 3 / 1e6
    data = cast("dict[str, list[float]]", said.data)
    assert data["usd"] == [pytest.approx(4 * big), pytest.approx(big + small)]
    assert said.text(View()) == (
        "$0.0520 -> $0.0143, 4 -> 2 calls, $13.0000 -> $7.1500 for a thousand\n"
        "all policies would save 75.0 % -> 81.8 %\n"
        "openai big: 4 -> 1 calls, -$0.0390\n"
        "openai small: 0 -> 1 calls, +$0.001300\n"
    )
    saved: list[str] = []
    for name, rows in sides.items():
        path = tmp_path / f"{name}.json"
        path.write_text(answer(opened(tmp_path / name, {}, "", *rows), []).render("json", View()), encoding="utf-8")
        saved.append(str(path))
    again = answer(project, ["diff", *saved])
    assert (again.data, again.text(View())) == (said.data, said.text(View()))
    with pytest.raises(InputError, match="name two"):
        answer(project, ["diff", saved[0]])
    with pytest.raises(InputError, match="no such recording"):
        answer(project, ["diff", saved[0], str(tmp_path / "none")])


def test_a_report_is_read_back(tmp_path: Path) -> None:
    found = opened(tmp_path, {}, "", chat("big", 1, 1, at=NOON)).measured.report
    assert CostReport.model_validate_json(found.model_dump_json()) == found
