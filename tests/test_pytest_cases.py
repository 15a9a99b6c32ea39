"""Recorded cases as pytest items."""

import importlib
import json
import xml.etree.ElementTree as ElementTree

import pytest

from tests.replay.recorded_sets import SHOPPING, Recorded, case_text, watched, write_faulty, write_set, write_shop

pytest_plugins = ["pytester"]

# pytester forgets what a run in this process imported; a second import beside leftovers of the first would mix them.
for name in ("pytest_plugin.recorded", "pytest_plugin.session", "replay_report"):
    importlib.import_module(f"tta_validate.{name}")

PLUGINS = ("-p", "xdist", "-p", "tta_validate")
"""All that a pytest of its own needs to load."""
TESTS = "keploy/test-set-0/tests"
IDS = [
    f"{TESTS}/test-1.yaml::POST /orders [test-1]",
    f"{TESTS}/test-2.yaml::POST /orders [test-2]",
    f"{TESTS}/test-3.yaml::GET /orders [test-3]",
    f"{TESTS}/test-4.yaml::GET /price [test-4]",
    f"{TESTS}/test-5.yaml::GET /rate [test-5]",
]


@pytest.fixture
def shop(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """The shop with one case that fails, a test of its own, and testpaths that leave the recordings out."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("CI", raising=False)
    write_shop(pytester.path, "value")
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "test_mine.py").write_text("def test_mine():\n    pass\n")
    pyproject = pytester.path / "pyproject.toml"
    settings = '[tool.tta-validate]\nselect = ["replay"]\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'
    pyproject.write_text(settings + pyproject.read_text())
    return pytester


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest("--tta-validate", *arguments)


def listed(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if "::" in line and " - " not in line]


def test_cases_are_listed_in_their_order_and_nothing_is_started(shop: pytest.Pytester) -> None:
    (shop.path / "shop.py").unlink()
    assert listed(run(shop, "--co", "-q")) == ["tests/test_mine.py::test_mine", *IDS]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (("keploy",), IDS),
        ((TESTS,), IDS),
        ((IDS[2],), IDS[2:3]),
        (("tests",), ["tests/test_mine.py::test_mine"]),
        ((".", "-m", "keploy"), IDS),
        (("-k", "price"), IDS[3:4]),
        (("--tta-ignore", "replay"), ["tests/test_mine.py::test_mine"]),
        (("--ignore=keploy",), ["tests/test_mine.py::test_mine"]),
        (("--ignore-glob=*/test-[1-4].yaml", "-m", "keploy"), IDS[4:]),
    ],
)
def test_what_the_arguments_name_is_collected_once(
    shop: pytest.Pytester, arguments: tuple[str, ...], ids: list[str]
) -> None:
    assert listed(run(shop, "--co", "-q", *arguments)) == ids


def test_a_case_fails_with_its_request_and_what_differs(shop: pytest.Pytester) -> None:
    result = run(shop, "--junitxml=junit.xml", "--tta-output=json=report.json")
    result.assert_outcomes(passed=5, failed=1)
    out = result.stdout.str()
    assert "GET http://localhost:8000/price [test-4] keploy/test-set-0/tests/test-4.yaml:3" in out
    assert "  body.price\n    - 5\n    + 6\n" in out
    assert f"FAILED {IDS[3]} - body.price: recorded 5, now 6" in out
    properties = {
        each.get("name"): each.get("value")
        for case in ElementTree.parse(shop.path / "junit.xml").iter("testcase")
        if case.get("name") == "GET /price [test-4]"
        for each in case.iter("property")
    }
    assert properties.pop("keploy_seconds")
    assert properties == {
        "keploy_set": "test-set-0",
        "keploy_case": "test-4",
        "keploy_verdict": "failed",
        "keploy_differences": "3",
        "keploy_replayed_before": "0",
    }
    report = json.loads((shop.path / "report.json").read_text())
    assert [case["verdict"] for case in report["cases"]] == ["passed", "passed", "passed", "failed", "passed"]
    assert [(one["rule"], one["path"], one["line"]) for one in report["findings"]] == [
        ("replay-case-failed", f"{TESTS}/test-4.yaml", 3)
    ]
    assert report["exit_status"] == 1


def test_a_selected_case_brings_what_was_recorded_before_it(shop: pytest.Pytester) -> None:
    result = run(shop, "-k", "test-3")
    result.assert_outcomes(passed=1, deselected=5)
    assert "2 cases were replayed only to set others up: test-set-0/test-1, test-set-0/test-2" in result.outlines


def test_last_failed_first_failure_and_any_order(shop: pytest.Pytester) -> None:
    run(shop, "-x", "-q").assert_outcomes(passed=4, failed=1)
    result = run(shop, "--lf", "-q")
    result.assert_outcomes(failed=1)
    turned = "def pytest_collection_modifyitems(items):\n    items.reverse()\n"
    (shop.path / "conftest.py").write_text(turned)
    run(shop, "-m", "keploy").assert_outcomes(passed=4, failed=1, deselected=1)


def test_so_many_failures_end_the_run(shop: pytest.Pytester) -> None:
    write_set(shop.path, [Recorded("GET /price", '{"price": 7}')] * 2, "test-set-1")
    result = run(shop, "--maxfail=2", "keploy")
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["*stopping after 2 failures*"])


def test_two_workers_each_with_its_own_app(shop: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    write_set(shop.path, SHOPPING[:3], "test-set-1")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = shop.runpytest_subprocess(*PLUGINS, "--tta-validate", "-n", "2", "--tta-output=json=report.json")
    result.assert_outcomes(passed=8, failed=1)
    report = json.loads((shop.path / "report.json").read_text())
    assert sorted((case["set"], case["name"], case["verdict"]) for case in report["cases"]) == [
        *(("test-set-0", f"test-{at}", "failed" if at == 4 else "passed") for at in range(1, 6)),
        *(("test-set-1", f"test-{at}", "passed") for at in range(1, 4)),
    ]


def test_without_xdist(shop: pytest.Pytester) -> None:
    run(shop, "-p", "no:xdist", "--durations=1", "--durations-min=0").assert_outcomes(passed=5, failed=1)


def test_an_update_shows_the_difference_and_passes(shop: pytest.Pytester) -> None:
    result = run(shop, "--tta-update", "-q")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["  body.price", "    - 5", "    + 6", "  updated: keploy/*/test-4.yaml:3"])
    run(shop).assert_outcomes(passed=6)


def test_noise_is_proposed_and_written_only_when_asked(shop: pytest.Pytester) -> None:
    folder = write_set(shop.path, [Recorded("GET /lucky", '{"lucky": 777777, "name": "ann"}')], "test-set-1")
    file = folder / "tests" / "test-1.yaml"
    before = file.read_text()
    proposal = "  keploy/test-set-1/tests/test-1.yaml:3 test-1: body.lucky"
    assert proposal in run(shop, "--tta-learn-noise", "-k", "lucky").outlines
    assert file.read_text() == before
    run(shop, "--tta-learn-noise", "--tta-update", "-k", "lucky")
    run(shop, "-k", "lucky").assert_outcomes(passed=1, deselected=6)


def test_what_cannot_be_replayed_is_skipped_with_the_reason(shop: pytest.Pytester) -> None:
    (shop.path / TESTS / "test-6.yaml").write_text(case_text(Recorded("GET /x", "", status=100), 6))
    result = run(shop, "-k", "test-6", "-rs")
    result.assert_outcomes(skipped=1, deselected=6)
    result.stdout.fnmatch_lines(["SKIPPED * keploy/test-set-0/tests/test-6.yaml: recorded status 100, which is no *"])


def test_without_a_way_to_the_app_each_set_is_one_skip(shop: pytest.Pytester) -> None:
    (shop.path / "pyproject.toml").write_text('[tool.tta-validate]\nselect = ["replay"]\n')
    result = run(shop, "-rs", "keploy")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*5 recorded cases: nothing says how to get at the app*"])


def test_hostile_names_stay_one_plain_id(shop: pytest.Pytester) -> None:
    names = ["a::b", "../../up", "two\nlines", "x" * 300, "\x1b[31mred", "test-1"]
    for at, name in enumerate(names, 6):
        text = case_text(Recorded("GET /price::x/../y?q=1", '{"price": 6}', name=name), at)
        (shop.path / TESTS / f"test-{at}.yaml").write_text(text)
    odd = shop.path / TESTS / "odd::name\n.yaml"
    odd.write_text(case_text(Recorded("GET /price", '{"price": 6}', name="odd"), 12))
    ids = listed(run(shop, "--co", "-q", "keploy"))[5:]
    tail = "GET /price:x/./y"
    assert ids == [
        f"{TESTS}/test-6.yaml::{tail} [a:b]",
        f"{TESTS}/test-7.yaml::{tail} [././up]",
        f"{TESTS}/test-8.yaml::{tail} [two lines]",
        f"{TESTS}/test-9.yaml::{tail} [{'x' * 120}]",
        f"{TESTS}/test-10.yaml::{tail} [ [31mred]",
        f"{TESTS}/test-11.yaml::{tail} [test-1]",
        f"{TESTS}/odd:name .yaml::GET /price [odd]",
    ]
    assert len(set(ids)) == len(ids)
    run(shop, ids[5]).assert_outcomes(failed=1)


def test_no_process_is_left_after_faults(pytester: pytest.Pytester) -> None:
    fifo, left = watched(pytester.path)
    write_faulty(pytester.path, ["/one", "/die", "/hang", "/three"], fifo)
    result = run(pytester, "-q", "keploy", "--tta-select", "replay")
    result.assert_outcomes(passed=2, failed=2)
    out = result.stdout.str()
    assert "the app ended with status 9 during GET /die" in out
    assert "    about to die" in out
    assert not left()


def test_a_worker_that_is_killed_leaves_no_app(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    fifo, left = watched(pytester.path)
    write_faulty(pytester.path, ["/one", "/two"], fifo)
    killer = (
        "import os, pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_runtest_teardown(): os.kill(os.getpid(), 9)\n"
    )
    (pytester.path / "conftest.py").write_text(killer.replace("import os, pytest", "import os\nimport pytest"))
    pytester.runpytest_subprocess(*PLUGINS, "--tta-validate", "--tta-select=replay", "-q", "keploy")
    assert not left(20.0)
