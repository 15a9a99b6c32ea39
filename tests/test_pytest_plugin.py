"""The plugin inside one process, as a user's own pytest runs it."""

import importlib
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.conftest import Program
from tta_validate.plugins import loaders

pytest_plugins = ["pytester"]

# pytester forgets what a run in this process imported; a second import beside leftovers of the first would mix them.
for name in ("pytest_plugin.session", "survey", "linking", "scan.pool", "scan.worker", "hints", "shapes"):
    importlib.import_module(f"tta_validate.{name}")
for hook in ("rules", "sdks", "formats"):
    for load in loaders(f"tta_validate_{hook}").values():
        load()

PYPROJECT = """\
[project]
name = "demo"
version = "1"

[tool.tta-validate]
select = ["ignore-expired", "ignore-unused", "adoption-timeout", "adoption-retry", "adoption-cache"]

[tool.tta-validate.targets]
retry = false
timeout = 50
cache = 10
"""
CLIENT = """\
from openai import OpenAI

client = OpenAI()


def ask(question: str) -> str:
    return client.responses.create(model="gpt-4o", input=question).output_text


def add(one: int, other: int) -> int:
    return one + other  # tta: ignore[] it is quick
"""
TEST = """\
def test_mine():
    assert 1 + 1 == 2
"""
IDS = [
    "pyproject.toml::ignore-expired",
    "pyproject.toml::ignore-unused",
    "pyproject.toml::adoption-timeout",
    "pyproject.toml::adoption-cache",
]


@pytest.fixture
def demo(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with an unused ignore comment, a missed target, and a metric that nothing counts for."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("CI", raising=False)
    return lay_out(pytester, {"pyproject.toml": PYPROJECT, "client.py": CLIENT, "tests/test_mine.py": TEST})


def lay_out(pytester: pytest.Pytester, files: dict[str, str]) -> pytest.Pytester:
    for name, text in files.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return pytester


def listed(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if "::" in line]


def section(text: str, title: str, end: str = "===") -> list[str]:
    """Returns the lines below a title, up to the next line of signs."""
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if line.strip("=_ ") == title) + 1
    stop = next((at for at in range(start, len(lines)) if lines[at].startswith((end, "==="))), len(lines))
    return lines[start:stop]


def test_without_the_switch_nothing_is_added(demo: pytest.Pytester) -> None:
    result = demo.runpytest()
    result.assert_outcomes(passed=1)
    assert "tta-validate:" not in result.stdout.str()


def test_the_items_are_listed_after_the_project_s_own(demo: pytest.Pytester) -> None:
    result = demo.runpytest("--tta-validate", "--co", "-q")
    assert listed(result) == ["tests/test_mine.py::test_mine", *IDS]
    assert result.ret == 0


def test_a_finding_and_a_missed_target_fail_with_places_and_commands(demo: pytest.Pytester) -> None:
    result = demo.runpytest("--tta-validate")
    result.assert_outcomes(passed=2, failed=2, skipped=1)
    assert result.ret == 1
    out = result.stdout.str()
    assert section(out, "ignore-unused", "___") == [
        "client.py:11:25 the ignore comment silences nothing: it names no rule; write `# tta: ignore[rule-id] reason`",
        "",
        "  tta-validate explain ignore-unused    what it means, and what to write instead",
    ]
    assert section(out, "adoption-timeout", "___") == [
        "0 % (0 of 1 call sites), the target is 50 %",
        "client.py:7:12 client.responses.create",
        "",
        "  tta-validate inventory                   every call site with its guards",
        "  tta-validate explain adoption-timeout    what is counted, and where the target is set",
    ]


def test_the_short_summary_and_junit_have_one_line_for_each_failure(demo: pytest.Pytester) -> None:
    result = demo.runpytest("--tta-validate", "--junitxml=junit.xml", "-ra", "-o", "junit_family=xunit1")
    summary = section(result.stdout.str(), "short test summary info")
    assert summary[0] == "SKIPPED [1] pyproject.toml: no call site here that this applies to"
    assert summary[2] == "FAILED pyproject.toml::adoption-timeout - 0 % (0 of 1 call sites), the target is 50 %"
    cases = {case.get("name"): case for case in ElementTree.parse(demo.path / "junit.xml").iter("testcase")}
    case = cases["adoption-timeout"]
    assert (case.get("file"), case.get("line")) == ("pyproject.toml", "9")
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "0 % (0 of 1 call sites), the target is 50 %"
    properties = {entry.get("name"): entry.get("value") for entry in case.iter("property")}
    assert properties == {
        "tta_value": "0.0",
        "tta_target": "50.0",
        "tta_numerator": "0",
        "tta_denominator": "1",
        "tta_unknown": "0",
        "tta_excused": "0",
    }
    assert {entry.get("name"): entry.get("value") for entry in cases["ignore-unused"].iter("property")} == {
        "tta_findings": "1",
        "tta_suppressed": "0",
    }


def test_at_most_twenty_places_are_shown(demo: pytest.Pytester) -> None:
    lay_out(demo, {f"more_{n}.py": "x = 1  # tta: ignore[] it is quick\n" for n in range(30)})
    args = ("--tta-validate", "--tta-select", "ignore-unused")
    lines = section(demo.runpytest(*args).stdout.str(), "ignore-unused", "___")
    assert len(lines) == 20 + 1 + 1 + 3
    assert lines[20] == "... and 11 more in 11 files"
    assert lines[22:] == [
        "  tta-validate explain ignore-unused                            what it means, and what to write instead",
        "  tta-validate check --select ignore-unused --output concise    all of them",
        "  tta-validate baseline                                         "
        "accept what is there today, and fail on new findings only",
    ]
    assert len(section(demo.runpytest(*args, "-vv").stdout.str(), "ignore-unused", "___")) == 31 + 2


def test_the_scoreboard_is_the_one_of_the_command_line(demo: pytest.Pytester, tta: Program) -> None:
    out = demo.runpytest("--tta-validate").stdout.str()
    cli = tta("check", cwd=demo.path).out.splitlines()
    board = section(out, "tta-validate")
    assert board == cli[cli.index(board[0]) :]
    assert out.index("= tta-validate =") > out.index("= FAILURES =")


@pytest.mark.parametrize(
    "options",
    [(), ("--select", "ignore-expired"), ("--fail-on", "error"), ("--ignore", "ignore-unused,adoption-timeout")],
)
def test_red_and_green_as_on_the_command_line(demo: pytest.Pytester, tta: Program, options: tuple[str, ...]) -> None:
    own = [option.replace("--", "--tta-") for option in options]
    assert demo.runpytest("--tta-validate", *own).ret == tta("check", *options, cwd=demo.path).status


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("-k", "ignore-unused"), {"failed": 1, "deselected": 4}),
        (("-k", "ignore"), {"failed": 1, "passed": 1, "deselected": 3}),
        (("-m", "tta"), {"failed": 2, "passed": 1, "skipped": 1, "deselected": 1}),
        (("-m", "not tta"), {"passed": 1, "deselected": 4}),
        (("-x",), {"failed": 1, "passed": 2}),
        (("-p", "no:cacheprovider"), {"failed": 2, "passed": 2, "skipped": 1}),
        (("--strict-markers", "--strict-config"), {"failed": 2, "passed": 2, "skipped": 1}),
        (("-W", "error"), {"failed": 2, "passed": 2, "skipped": 1}),
        (("--tb=line", "-rA"), {"failed": 2, "passed": 2, "skipped": 1}),
        (("tests",), {"failed": 2, "passed": 2, "skipped": 1}),
        (("tests/test_mine.py::test_mine",), {"failed": 2, "passed": 2, "skipped": 1}),
        (("pyproject.toml",), {"failed": 2, "passed": 1, "skipped": 1}),
        (("pyproject.toml::ignore-unused",), {"failed": 1}),
        (("pyproject.toml::ignore-expired", "tests"), {"passed": 2}),
    ],
)
def test_what_users_select_runs(demo: pytest.Pytester, options: tuple[str, ...], expected: dict[str, int]) -> None:
    demo.runpytest("--tta-validate", *options).assert_outcomes(**expected)


def test_what_is_not_selected_is_not_analysed(demo: pytest.Pytester) -> None:
    out = demo.runpytest("--tta-validate", "-m", "not tta").stdout.str()
    assert "= tta-validate =" not in out


def test_quiet_runs_show_one_line(demo: pytest.Pytester) -> None:
    out = demo.runpytest("--tta-validate", "-q").stdout.str()
    assert len(section(out, "tta-validate")) == 1


def test_last_failed_runs_what_failed_last(demo: pytest.Pytester) -> None:
    lay_out(demo, {"tests/test_bad.py": "def test_bad():\n    assert False\n"})
    demo.runpytest("--tta-validate").assert_outcomes(failed=3, passed=2, skipped=1)
    again = demo.runpytest("--tta-validate", "--lf", "--co", "-q")
    assert listed(again) == ["tests/test_bad.py::test_bad", IDS[1], IDS[2]]


def test_without_a_terminal_the_exit_status_tells(demo: pytest.Pytester) -> None:
    assert demo.runpytest("--tta-validate", "-p", "no:terminal").ret == 1
    assert demo.runpytest("--tta-validate", "-p", "no:terminal", "--tta-select", "ignore-expired").ret == 0


def test_a_folder_without_tests_is_enough(demo: pytest.Pytester) -> None:
    (demo.path / "empty").mkdir()
    assert demo.runpytest("empty").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result = demo.runpytest("empty", "--tta-validate", "--tta-select", "ignore-expired")
    result.assert_outcomes(passed=1)
    assert result.ret == 0


def test_testpaths_do_not_hide_the_root(demo: pytest.Pytester) -> None:
    lay_out(demo, {"pytest.ini": "[pytest]\ntestpaths = tests\n"})
    demo.runpytest("--tta-validate").assert_outcomes(failed=2, passed=2, skipped=1)


def test_a_project_is_the_one_of_the_argument(demo: pytest.Pytester, pytester: pytest.Pytester) -> None:
    inner = 'select = "ignore-expired"\n'
    lay_out(pytester, {"inner/pyproject.toml": f"[tool.tta-validate]\n{inner}", "inner/test_it.py": TEST})
    result = demo.runpytest("--tta-validate", "inner", "--co", "-q", "--rootdir=.")
    assert listed(result) == ["inner/test_it.py::test_mine", "inner/pyproject.toml::ignore-expired"]


def test_each_project_of_the_arguments_has_its_items(demo: pytest.Pytester) -> None:
    for name in ("one", "two"):
        text = f'[project]\nname = "{name}"\nversion = "1"\n[tool.tta-validate]\nselect = "ignore-expired"\n'
        lay_out(demo, {f"{name}/pyproject.toml": text, f"{name}/test_{name}.py": TEST})
    args = ("--tta-validate", "one", "two/test_two.py", "--rootdir=.")
    result = demo.runpytest(*args, "-v")
    result.assert_outcomes(passed=4)
    result.stdout.re_match_lines(["=+ tta-validate: one =+", "No findings .*", "=+ tta-validate: two =+"])
    refused = demo.runpytest(*args, "--tta-output", "json=out.json")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["ERROR: --tta-output writes the report of one project; the arguments belong to: *"])


def test_a_folder_that_is_no_project_has_items_too(pytester: pytest.Pytester) -> None:
    lay_out(pytester, {"test_it.py": TEST, "old.py": "x = 1  # tta: ignore[] why\n"})
    args = ("--tta-validate", "--tta-select", "ignore-expired,ignore-unused,adoption-timeout")
    result = pytester.runpytest(*args, "-rs")
    result.assert_outcomes(passed=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED [[]1[]] pyproject.toml: No LLM call site: looked for the calls of *"])


def test_members_have_items_of_their_own(pytester: pytest.Pytester) -> None:
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
        '[tool.tta-validate]\nselect = "adoption-timeout"\n'
        "[tool.tta-validate.members.calls.targets]\ntimeout = false\n"
    }
    for name in ("calls", "idle", "talks"):
        files[f"packages/{name}/pyproject.toml"] = f'[project]\nname = "{name}"\nversion = "1"\n'
    files["packages/talks/client.py"] = CLIENT
    lay_out(pytester, files)
    same = pytester.runpytest("--tta-validate", "-rs")
    same.assert_outcomes(failed=1, skipped=2)
    same.stdout.fnmatch_lines(["SKIPPED [[]1[]] *: every call site is in this member, so adoption-timeout says it"])
    lay_out(pytester, {"packages/calls/client.py": CLIENT})
    result = pytester.runpytest("--tta-validate", "-v")
    result.assert_outcomes(failed=2, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "pyproject.toml::adoption-timeout FAILED*",
            "pyproject.toml::adoption-timeout[[]idle[]] SKIPPED*",
            "pyproject.toml::adoption-timeout[[]talks[]] FAILED*",
        ]
    )
    pytester.runpytest("--tta-validate", "pyproject.toml::adoption-timeout[talks]").assert_outcomes(failed=1)


def test_a_family_that_cannot_apply_is_one_skipped_item(pytester: pytest.Pytester) -> None:
    lay_out(pytester, {"pyproject.toml": '[tool.tta-validate]\nselect = "lock"\n'})
    result = pytester.runpytest("--tta-validate", "-rs", "--tta-output", "concise=out.txt")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*No findings (0 rules on *", "SKIPPED [[]1[]] pyproject.toml: there is no uv.lock"])
    assert result.ret == 0
    assert (pytester.path / "out.txt").read_text() == ""
    lay_out(pytester, {"uv.lock": "version = \n"})
    broken = pytester.runpytest("--tta-validate", "-k", "lock-unreadable")
    assert broken.parseoutcomes()["failed"] == 1


def test_a_project_without_call_sites_is_told_so(pytester: pytest.Pytester) -> None:
    lay_out(pytester, {"pyproject.toml": '[tool.tta-validate]\nselect = "adoption"\n', "plain.py": "x = 1\n"})
    result = pytester.runpytest("--tta-validate", "--tta-output", "concise=out.txt")
    assert result.ret == 0
    assert {*result.parseoutcomes()} <= {"skipped", "passed"}
    result.stdout.fnmatch_lines(["*= tta-validate =*", "No LLM call site: looked for the calls of *in 1 Python file."])
    assert (pytester.path / "out.txt").is_file()


def test_strict_projects_fail_for_skipped_files(demo: pytest.Pytester) -> None:
    text = PYPROJECT.replace("[tool.tta-validate]\n", "[tool.tta-validate]\nstrict = true\n")
    lay_out(demo, {"pyproject.toml": text, "bad.py": "from openai import OpenAI\nOpenAI(\n"})
    result = demo.runpytest("--tta-validate", "-k", "strict")
    result.assert_outcomes(failed=1, deselected=5)
    assert "bad.py:1:1 " in result.stdout.str()


@pytest.mark.parametrize(
    ("config", "options", "message"),
    [
        ("", ("--tta-select", "lock-stail"), "--tta-select: no rule, metric or family is called 'lock-stail'*"),
        ("", ("--tta-ignore", "locks"), "--tta-ignore: no rule, metric or family is called 'locks'*"),
        ("", ("--tta-output", "jsn=x"), "--tta-output: there is no format 'jsn'; did you mean 'json'?"),
        ("", ("--tta-output", "json"), "--tta-output: 'json' names no file; write FORMAT=FILE"),
        ("", ("--tta-output", "json="), "--tta-output: 'json=' names no file after the equals sign"),
        ("fail-om = 1", (), "pyproject.toml:2: unknown key 'fail-om'; did you mean 'fail-on'?"),
        ('select = "nothing"', (), "pyproject.toml:2: no rule, metric or family is called 'nothing'*"),
        ('baseline = "none.json"', (), "none.json: *"),
    ],
)
def test_settings_that_cannot_be_used_are_usage_errors(
    pytester: pytest.Pytester, config: str, options: tuple[str, ...], message: str
) -> None:
    lay_out(pytester, {"pyproject.toml": f"[tool.tta-validate]\n{config}\n", "pytest.ini": "[pytest]\n"})
    result = pytester.runpytest("--tta-validate", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message.replace('[', '[[]')}"])
    assert len(result.errlines) - result.errlines.count("") == 1


def test_a_severity_that_is_none_is_a_usage_error(demo: pytest.Pytester) -> None:
    assert demo.runpytest("--tta-validate", "--tta-fail-on", "bad").ret == pytest.ExitCode.USAGE_ERROR


def test_reports_are_the_ones_of_the_command_line(demo: pytest.Pytester, tta: Program) -> None:
    demo.runpytest("--tta-validate", "--tta-output", "json=out/a.json", "--tta-output", "concise=a.txt")
    tta("check", "--output", "json=b.json", "--output", "concise=b.txt", cwd=demo.path)
    assert (demo.path / "a.txt").read_text() == (demo.path / "b.txt").read_text() != ""
    own, other = (json.loads((demo.path / name).read_text()) for name in ("out/a.json", "b.json"))
    assert own["exit_status"] == 1
    for key in own.keys() | other.keys():
        assert own[key] == other[key] or key in ("started", "files"), key


def test_a_report_that_nobody_made_is_said_to_be_missing(demo: pytest.Pytester) -> None:
    result = demo.runpytest("--tta-validate", "-m", "not tta", "--tta-output", "json=out.json")
    assert result.ret == 0
    assert "not written, for no item of tta-validate has been judged" in result.stdout.str()
    assert not (demo.path / "out.json").exists()


def test_a_report_that_cannot_be_written_is_a_usage_error(demo: pytest.Pytester) -> None:
    lay_out(demo, {"file": ""})
    result = demo.runpytest("--tta-validate", "--tta-output", "json=file/out.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "cannot be written" in result.stdout.str()


def test_collecting_only_writes_nothing(demo: pytest.Pytester) -> None:
    result = demo.runpytest("--tta-validate", "--co", "--tta-output", "json=out.json")
    assert result.ret == 0
    assert not (demo.path / "out.json").exists()
    assert "written" not in result.stdout.str()


def test_errors_of_the_project_s_own_tests_stay_what_they_are(demo: pytest.Pytester) -> None:
    lay_out(demo, {"tests/test_broken.py": "import no_such_module\n"})
    result = demo.runpytest("--tta-validate")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=1)
    demo.runpytest("--tta-validate", "--continue-on-collection-errors").assert_outcomes(
        errors=1, failed=2, passed=2, skipped=1
    )


def test_the_process_is_left_as_it_was(demo: pytest.Pytester) -> None:
    before = (sys.getrecursionlimit(), Path.cwd(), list(sys.path))
    demo.runpytest("--tta-validate", "-m", "tta")
    assert (sys.getrecursionlimit(), Path.cwd(), list(sys.path)) == before


def test_the_help_shows_the_options_and_needs_no_project(pytester: pytest.Pytester) -> None:
    lay_out(pytester, {"pyproject.toml": "[tool.tta-validate]\nbad = 1\n", "pytest.ini": "[pytest]\n"})
    result = pytester.runpytest("--tta-validate", "--help")
    assert result.ret == 0
    for option in ("--tta-validate", "--tta-select=IDS", "--tta-ignore=IDS", "--tta-fail-on=", "--tta-output=FORMAT"):
        assert option in result.stdout.str()
    markers = pytester.runpytest("--markers").stdout.str()
    assert "@pytest.mark.tta: " in markers


def test_hostile_text_reaches_no_terminal(demo: pytest.Pytester) -> None:
    lay_out(demo, {"x\x1b[31m.py": "x = 1  # tta: ignore[] \x1b]0;owned\x07\n"})
    assert "\x1b" not in demo.runpytest("--tta-validate", "--color=no").stdout.str()
