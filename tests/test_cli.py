"""The real program, as a process, on small projects."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import pytest

from tests.conftest import Program, Result, Write
from tta_validate import __version__, cli, run
from tta_validate.report import Report

FINDING = "FROM x  # tta: ignore[] why\n"
CLEAN = {"pyproject.toml": '[project]\nname = "p"\n[tool.tta-validate]\nselect = "ignore"\n'}
DIRTY = {**CLEAN, "Dockerfile": FINDING}


def shown(value: object) -> str:
    return " ".join(cast("list[str]", value)) if isinstance(value, list) else ""


@pytest.mark.parametrize(
    ("files", "arguments", "status"),
    [
        (CLEAN, ["check"], run.CLEAN),
        ({}, ["check", "--select", "ignore"], run.CLEAN),
        (DIRTY, ["check"], run.FAILED),
        (DIRTY, ["check", "--exit-zero"], run.CLEAN),
        (DIRTY, ["check", "--fail-on", "error"], run.CLEAN),
        (DIRTY, ["check", "--ignore", "ignore-unused"], run.CLEAN),
        (DIRTY, ["check", "pyproject.toml"], run.CLEAN),
        (DIRTY, ["check", "Dockerfile"], run.FAILED),
        (DIRTY, ["check", "absent"], run.UNUSABLE),
        (DIRTY, ["check", "--select", "lok"], run.UNUSABLE),
        (DIRTY, ["check", "--output", "sarf"], run.UNUSABLE),
        (DIRTY, ["check", "--output", "json="], run.UNUSABLE),
        (DIRTY, ["check", "--output", "json", "--output", "concise"], run.UNUSABLE),
        (DIRTY, ["check", "--root", "absent"], run.UNUSABLE),
        (DIRTY, ["check", "--config", "absent.toml"], run.UNUSABLE),
        (DIRTY, ["check", "--baseline", "absent.json"], run.UNUSABLE),
        (DIRTY, ["check", "--jobs", "x", "--exit-zero"], run.UNUSABLE),
        (DIRTY, ["check", "--no-such-flag"], run.UNUSABLE),
        (DIRTY, ["check", "--output", "json=Dockerfile/x"], run.UNUSABLE),
        ({"pyproject.toml": "[tool.tta-validate]\nx = 1\n"}, ["check"], run.UNUSABLE),
        ({"pyproject.toml": "[tool\n"}, ["check"], run.UNUSABLE),
        (DIRTY, ["explain", "no-such-rule"], run.UNUSABLE),
        (DIRTY, ["rules"], run.CLEAN),
        (DIRTY, [], run.UNUSABLE),
    ],
    ids=shown,
)
def test_exit_status(
    write: Write,
    files: dict[str, str],
    arguments: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(write(files))
    try:
        found = cli.run_cli(arguments)
    except SystemExit as error:
        found = error.code
    out, err = capsys.readouterr()
    assert found == status
    if status == run.UNUSABLE:
        assert out == ""
        assert err.rstrip().split("\n")[-1].startswith("tta-validate")


def test_a_failing_check_reads_well(write: Write, tta: Program) -> None:
    result = tta("check", cwd=write(DIRTY))
    assert (result.status, result.err) == (1, "")
    assert (
        result.out
        == """\
Dockerfile
      1:9  warning  ignore-unused  the ignore comment silences nothing: it names no rule; write \
`# tta: ignore[rule-id] reason`

1 warning (3 rules on p)
  tta-validate explain ignore-unused    what it means, and what to write instead
"""
    )


def test_a_mistake_is_one_line_with_its_place(write: Write, tta: Program) -> None:
    root = write({"pyproject.toml": "[tool.tta-validate]\nslect = []\n"})
    result = tta("check", "project", cwd=root.parent)
    assert (result.status, result.out) == (2, "")
    assert result.err == "tta-validate: project/pyproject.toml:2: unknown key 'slect'; did you mean 'select'?\n"


def test_the_version_needs_nothing(tta: Program) -> None:
    result = tta("--version")
    assert (result.status, result.out, result.err) == (0, f"tta-validate {__version__}\n", "")


def modules_after(arguments: list[str], root: Path) -> set[str]:
    code = "import sys; from tta_validate.__main__ import main; main(); print('modules', *sys.modules)"
    done = subprocess.run(
        (sys.executable, "-c", code, *arguments), cwd=root, capture_output=True, text=True, check=True
    )
    return set(done.stdout.rpartition("modules ")[2].split())


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--version"], {"libcst", "pydantic", "argparse", "tta_validate.cli"}),
        (["check", "--select", "lock"], {"libcst", "rich", "yaml", "tta_validate.program", "tta_validate.scan"}),
        (["check", "--select", "ignore"], {"libcst", "rich", "tta_validate.sdks.openai"}),
    ],
    ids=shown,
)
def test_loads_only_what_it_needs(write: Write, arguments: list[str], absent: set[str]) -> None:
    assert modules_after(arguments, write({})) & absent == set()


def test_several_outputs_come_from_one_run(write: Write, tta: Program) -> None:
    root = write(DIRTY)
    result = tta("check", "--output", "concise", "--output", "json=out/r.json", "--output", "terminal=t.txt", cwd=root)
    assert result.out.startswith("Dockerfile:1:9: ignore-unused warning ")
    report = Report.from_json((root / "out/r.json").read_text(encoding="utf-8"))
    assert (report.exit_status, [finding.rule for finding in report.findings]) == (1, ["ignore-unused"])
    assert (root / "t.txt").read_text(encoding="utf-8").startswith("Dockerfile\n")


def test_colour_only_where_it_is_wanted(write: Write, tta: Program) -> None:
    root = write(DIRTY)
    assert "\x1b" not in tta("check", cwd=root).out
    assert "\x1b[" in tta("check", cwd=root, env={"FORCE_COLOR": "1"}).out
    assert "\x1b" not in tta("check", cwd=root, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


def test_a_reader_that_goes_away_is_no_bug(write: Write) -> None:
    root = write({**CLEAN, **{f"d{n}/Dockerfile": FINDING for n in range(30)}})
    command = f"{sys.executable} -m tta_validate rules --output json | head -c 1"
    done = subprocess.run(("bash", "-c", command), cwd=root, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{" if done.stdout == "{" else "[", "")


def test_our_own_bug_is_said_to_be_one(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(start: Path) -> Path:
        return start / str(1 // len(start.name[:0]))

    monkeypatch.chdir(write(DIRTY))
    monkeypatch.setattr("tta_validate.run.find_root", broken)
    assert cli.run_cli(["check"]) == run.BUG
    err = capsys.readouterr().err.split("\n")
    assert (
        err[0]
        == f"tta-validate {__version__}: this is a bug of ours: ZeroDivisionError: integer division or modulo by zero"
    )
    assert re.fullmatch(r"  test_cli\.py:\d+ in broken: .*", err[-2])


def test_a_project_becomes_clean_with_init_and_stays_so_until_something_is_new(write: Write, tta: Program) -> None:
    root = write({"pyproject.toml": '[project]\nname = "p"  # mine\n', "Dockerfile": FINDING, ".git/HEAD": ""})
    result = tta("init", cwd=root)
    assert result.out == (
        "wrote pyproject.toml\nwrote tta-baseline.json\nwrote .github/workflows/tta-validate.yml\n"
        ".github/workflows/tta-validate.yml has OWNER and COMMIT in it: a comment there says what to write for them\n"
    )
    assert "# mine\n" in (root / "pyproject.toml").read_text(encoding="utf-8")
    assert tta("check", cwd=root).status == 0
    (root / "Dockerfile").write_text(f"# more\n{FINDING}FROM y  # tta: ignore[]\n", encoding="utf-8")
    result = tta("check", "--output", "concise", cwd=root)
    assert (result.status, result.out.partition(": ")[0]) == (1, "Dockerfile:3:9")
    again = tta("init", cwd=root)
    assert again.out == (
        "left pyproject.toml alone: it has a table [tool.tta-validate]\n"
        "left tta-baseline.json alone: it exists; `tta-validate baseline` brings it up to date\n"
        "left .github/workflows/tta-validate.yml alone: it exists\n"
    )


def test_a_baseline_shrinks_by_itself_and_grows_when_told_to(write: Write, tta: Program) -> None:
    root = write({**CLEAN, "Dockerfile": FINDING, "b.dockerfile": "FROM y  # tta: ignore[]\n"})
    first = tta("baseline", cwd=root)
    assert first.out == (
        "tta-baseline.json: 2 known findings\n"
        'Add `baseline = "tta-baseline.json"` to [tool.tta-validate] so that `check` reads it.\n'
    )
    (root / "b.dockerfile").write_text("FROM z  # tta: ignore[ ] other\n", encoding="utf-8")
    shown = tta("check", "--baseline", "tta-baseline.json", cwd=root)
    assert "1 finding is known in tta-baseline.json and gone from the code" in shown.out
    config = root / "pyproject.toml"
    config.write_text(config.read_text(encoding="utf-8") + 'baseline = "tta-baseline.json"\n', encoding="utf-8")
    assert tta("baseline", cwd=root).out == (
        "tta-baseline.json: 1 known finding, 1 gone, 0 added; 1 new one not added, --grow does\n"
    )
    assert tta("baseline", "--grow", cwd=root).out == "tta-baseline.json: 2 known findings, 0 gone, 1 added\n"
    assert tta("check", cwd=root).status == 0


def test_settings_say_where_they_come_from(write: Write, tta: Program) -> None:
    root = write({"pyproject.toml": '[tool.tta-validate]\nfail-on = "error"\n'})
    lines = tta("config", "--jobs", "2", cwd=root).out.split("\n")
    found = {line.partition(" ")[0]: line.partition("# ")[2] for line in lines if "# " in line}
    assert (found["fail-on"], found["jobs"], found["targets.retry"]) == ("pyproject.toml:2", "--jobs", "default")


def test_rules_and_metrics_can_be_listed_and_explained(write: Write, tta: Program) -> None:
    root = write(CLEAN)
    listed = json.loads(tta("rules", "--output", "json", cwd=root).out)
    by_id = {entry["id"]: entry for entry in listed}
    assert by_id["ignore-unused"] == {
        "id": "ignore-unused",
        "severity": "warning",
        "summary": "An ignore comment silences nothing.",
        "selected": "yes",
    }
    assert by_id["adoption-retry"]["selected"] == "no"
    assert tta("explain", "ignore-unused").out.startswith("# ignore-unused\n\nAn ignore comment silences nothing.\n")
    assert tta("explain", "adoption-retry").out.startswith("# adoption-retry\n\n")


def test_a_folder_that_is_no_project_is_none(write: Write, tta: Program) -> None:
    result = tta("check", "--select", "ignore", cwd=write({}))
    assert (result.status, result.out, result.err) == (0, "No findings (3 rules on project)\n", "")


def test_secrets_are_masked_in_every_output(write: Write, tta: Program) -> None:
    secret = "sk-proj-" + "aB3" * 12
    root = write({**CLEAN, "Dockerfile": f"ENV K={secret}  # tta: ignore[] {secret}\n"})
    for output in ("terminal", "concise", "json"):
        text = tta("check", "--verbose", "--output", output, cwd=root).out
        assert "ignore-unused" in text
        assert secret not in text


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_strange_files_are_no_crash(write: Write, tta: Program) -> None:
    root = write({**CLEAN, "Dockerfile": "# tta: ignore\0[x]\n", "a/b.toml": "\ud7ff# tta: ignore[lock]\n"})
    (root / "loop").symlink_to(root)
    (root / "c.yaml").symlink_to("c.yaml")
    (root / "d.toml").write_bytes(b"\xff\xfe# tta: ignore[]\x00")
    result = tta("check", cwd=root)
    assert result.status in (0, 1)
    assert result.err == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_an_interrupt_ends_the_run_at_once_and_leaves_no_process(write: Write) -> None:
    body = "".join(f"def f{n}(client):\n    return client.responses.create(input={n!r}, **{{}})\n" for n in range(9000))
    root = write({"app.py": f"import openai\n{body}"})
    command = (sys.executable, "-X", "importtime", "-m", "tta_validate", "inventory", "--no-cache")
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        while "libcst.matchers" not in (line := process.stderr.readline()) and "tta_validate.survey" not in line:
            assert line, "the program ended before it could be interrupted"
        os.killpg(process.pid, signal.SIGINT)
        started = time.monotonic()
        _, err = process.communicate(timeout=30)
        seconds = time.monotonic() - started
    assert process.returncode == run.INTERRUPTED
    assert "Traceback" not in err
    assert seconds < 5
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_file_that_cannot_be_read_is_a_skip_unless_refused(write: Write, tta: Program) -> None:
    root = write({"app.py": "import openai\nopenai.x(\0)\n", "pyproject.toml": "[tool.tta-validate]\n"})
    result = tta("check", "--no-cache", cwd=root)
    assert (result.status, result.err) == (0, "")
    assert "Skipped app.py: a NUL byte in the source\n" in result.out
    result = tta("check", "--no-cache", "--strict", cwd=root)
    assert (result.status, result.err) == (
        2,
        "tta-validate: files were skipped (1), which --strict refuses\n  app.py: a NUL byte in the source\n",
    )


def test_a_folder_that_the_user_names_is_looked_at_or_said_to_be_left_out(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    call = "import openai\n\n\ndef f(t):\n    return openai.OpenAI().responses.create(model='m', input=t)\n"
    names = ("build/b.py", "app/vendor/v.py", "third_party/t.py", "tests/t.py", "dist/d.py")
    table = "[tool.tta-validate]\nselect = ['adoption-no-timeout']\nexclude = ['dist']\n"
    root = write({"pyproject.toml": table, **dict.fromkeys(names, call)})
    said = {
        "build": "build/b.py:5:12: ",
        "app/vendor": "app/vendor/v.py:5:12: ",
        "app": "",
        "third_party": "third_party is left out: third_party never holds a project's own code",
        "tests": "tests holds tests, whose call sites are left out; --include-tests takes them in",
        "dist": "dist is left out: `exclude` names it",
    }
    for folder, expected in said.items():
        arguments = ["check", str(root / folder), "--no-cache", "--jobs", "1", "--output"]
        status = cli.run_cli([*arguments, "concise" if expected.endswith(": ") else "terminal"])
        out = capsys.readouterr().out
        assert (status, expected in out) == (int(expected.endswith(": ")), True), out


def test_an_in_house_client_of_the_project_itself_can_be_declared(write: Write, tta: Program) -> None:
    table = (
        "[[tool.tta-validate.sdk]]\nname = 'acme'\nimports = ['acme']\n"
        "[[tool.tta-validate.sdk.types]]\nname = 'acme.client'\nconstructors = ['acme.llm.Client']\n"
        "guards = { timeout = ['timeout'] }\ncalls = [{ paths = ['ask'] }]\n"
    )
    own = "class Client:\n    def __init__(self, timeout=None): ...\n    def ask(self, text): ...\n"
    app = "from acme.llm import Client\n\nclient = Client(timeout=3)\n\ndef f(text):\n    return client.ask(text)\n"
    root = write({"pyproject.toml": table, "acme/__init__.py": "", "acme/llm.py": own, "app.py": app})
    result = tta("inventory", "--no-cache", "--output", "concise", cwd=root)
    assert result == Result(0, "app.py:6:12: client.ask timeout=explicit retry=none cache=none route=none\n", "")
