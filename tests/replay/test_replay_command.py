"""The command `replay`, and the engine below it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Program, Write
from tests.replay.recorded_sets import (
    SHOPPING,
    Recorded,
    config_text,
    replay,
    text_of,
    told,
    watched,
    write_faulty,
    write_set,
    write_shop,
)
from tests.rules.findings import rule_named
from tta_validate.cli import run_cli
from tta_validate.errors import InputError
from tta_validate.recordings.sets import read_set
from tta_validate.report import View


def test_a_set_that_goes_as_recorded(tmp_path: Path) -> None:
    answer = replay(write_shop(tmp_path))
    assert told(answer) == {f"test-set-0/test-{number}": "passed" for number in range(1, 6)}
    assert (answer.status, text_of(answer)) == (0, "5 passed")


@pytest.mark.parametrize(
    ("planted", "case", "reason"),
    [
        ("status", 4, "status: recorded 200, now 500"),
        ("value", 4, "body.price: recorded 5, now 6"),
        ("missing", 4, "body.price: recorded 5, now (missing)"),
        ("type", 3, 'body.count: recorded 2, now "2"'),
        (
            "extra",
            5,
            "outgoing call: no recorded answer for GET http://rates.example.org/rate/chf; closest is mock-0 "
            "(GET http://rates.example.org/rate/usd): path: recorded /rate/usd, sent /rate/chf",
        ),
        ("dropped", 5, "body.rate: recorded 1.5, now 2"),
    ],
)
def test_a_planted_change_fails_its_case_alone(tmp_path: Path, planted: str, case: int, reason: str) -> None:
    answer = replay(write_shop(tmp_path, planted))
    failed = {name: text for name, text in told(answer).items() if text != "passed"}
    assert [*failed] == [f"test-set-0/test-{case}"]
    assert reason in answer.report().cases[case - 1].text.replace("\n    - ", ": recorded ").replace(
        "\n    + ", ", now "
    )
    assert [finding.rule for finding in answer.report().failures] == ["replay-case-failed"]
    assert answer.status == 1


def test_a_call_that_is_not_made_any_more_is_told_besides(tmp_path: Path) -> None:
    answer = replay(write_shop(tmp_path, "dropped"))
    data = json.loads(answer.render("json", View()))
    last = data["cases"][-1]
    assert last["mocks"]["dropped"] == ["mock-0 (GET http://rates.example.org/rate/usd)"]
    assert [(one["name"], one["line"]) for one in data["unused_mocks"]] == [("mock-0", 3)]
    assert (data["schema"], data["engine"]) == (1, "native")
    assert "recorded outgoing call not made: mock-0 (GET http://rates.example.org/rate/usd)" in last["text"]


def test_the_json_of_a_replay_joins_with_that_of_a_check_and_becomes_any_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_shop(tmp_path / "shop", "value"))
    assert run_cli(["check", "--jobs", "1", "--no-cache", "--output", "json=ck.json"]) == 0
    assert run_cli(["replay", "--output", "json=rp.json"]) == 1
    assert run_cli(["report", "merge", "ck.json", "rp.json", "--output", "json=all.json"]) == 1
    checked, replayed, joined = (json.loads(Path(f"{name}.json").read_text()) for name in ("ck", "rp", "all"))
    assert {key: joined[key] for key in ("engine", "cases", "unused_mocks", "findings")} == {
        key: replayed[key] for key in ("engine", "cases", "unused_mocks", "findings")
    }
    assert (len(joined["cases"]), joined["metrics"], joined["exit_status"]) == (5, checked["metrics"], 1)
    capsys.readouterr()
    assert run_cli(["report", "render", "rp.json", "--output", "concise"]) == 0
    assert "test-4: body.price: recorded 5, now 6" in capsys.readouterr().out


def test_a_selected_case_brings_what_was_recorded_before_it(tmp_path: Path) -> None:
    answer = replay(write_shop(tmp_path), "*/test-3")
    assert told(answer) == {"test-set-0/test-3": "passed"}
    assert answer.report().cases[0].before == ("test-1", "test-2")
    assert text_of(answer, 1).splitlines()[0].startswith("passed  test-set-0/test-3 ")


def test_the_concise_output_has_a_line_for_each_failed_case(tmp_path: Path) -> None:
    answer = replay(write_shop(tmp_path, "value"))
    place = "keploy/test-set-0/tests/test-4.yaml:3:1"
    assert answer.render("concise", View()).splitlines() == [
        f"{place}: replay-case-failed error test-4: body.price: recorded 5, now 6"
    ]


@pytest.mark.parametrize(("classes", "headers"), [(["behaviour"], 2), (["behaviour", "drift"], 4)])
def test_an_answer_can_become_the_expectation(tmp_path: Path, classes: list[str], headers: int) -> None:
    write_shop(tmp_path, "value", fail_on_classes=classes)
    updating = replay(tmp_path, update=True)
    shown = text_of(updating)
    assert "  body.price\n    - 5\n    + 6\n" in shown
    assert "  updated: keploy/test-set-0/tests/test-4.yaml:3" in shown
    assert (updating.status, replay(tmp_path).status) == (0, 0)
    (file,) = read_set(tmp_path / "keploy/test-set-0", tmp_path / "keploy", tmp_path).cases[3:4]
    assert len(file.response.headers) == headers


def test_a_database_that_keeps_its_rows_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text(
        "import sqlite3\n\n\ndef app(environ, start_response):\n"
        "    with sqlite3.connect('rows.db') as rows:\n"
        "        rows.execute('create table if not exists one (at)')\n"
        "        rows.execute('insert into one values (1)')\n"
        "        count = rows.execute('select count(*) from one').fetchone()[0]\n"
        "    start_response('200 OK', [('Content-Length', '1')])\n"
        "    return [str(count).encode()]\n"
    )
    write_set(tmp_path, [Recorded("GET /", "1")])
    (tmp_path / "pyproject.toml").write_text(config_text(app="rows:app", python=sys.executable))
    first, second = replay(tmp_path), replay(tmp_path)
    assert (first.status, first.report().notes) == (0, ())
    note = 'rows.db was written, and keeps that; state-files = ["rows.db"] gives it back after each set'
    assert (second.status, second.report().notes) == (1, (note,))
    (tmp_path / "rows.db").unlink()
    kept = config_text(app="rows:app", python=sys.executable, state_files=["rows.db"])
    (tmp_path / "pyproject.toml").write_text(kept)
    assert [replay(tmp_path).status for _ in range(2)] == [0, 0]


def test_what_differs_between_two_replays_is_noise(tmp_path: Path) -> None:
    write_shop(tmp_path)
    write_set(tmp_path, [Recorded("GET /lucky", '{"lucky": 777777, "name": "bob"}')], "test-set-1")
    proposed = text_of(replay(tmp_path, learn=True))
    file = tmp_path / "keploy/test-set-1/tests/test-1.yaml"
    before = file.read_text()
    assert "  keploy/test-set-1/tests/test-1.yaml:3 test-1: body.lucky" in proposed.splitlines()
    replay(tmp_path, learn=True, update=True)
    assert before != file.read_text()
    reasons = told(replay(tmp_path))
    assert reasons["test-set-1/test-1"] == 'failed body.name: recorded "bob", now "ann"'


def test_noise_in_the_configuration(tmp_path: Path) -> None:
    write_shop(tmp_path, "value", ignore=["body.price"])
    assert replay(tmp_path).status == 0


def test_every_fault_is_told_and_the_other_cases_run(tmp_path: Path) -> None:
    fifo, left = watched(tmp_path)
    paths = ["/one", "/die", "/two", "/hang", "/garbage", "/flood", "/half", "/three"]
    write_faulty(tmp_path, paths, fifo)
    (tmp_path / "keploy/test-set-0/tests/test-9.yaml").write_text(_bomb())
    answer = replay(tmp_path)
    found = told(answer)
    assert found.pop("test-set-0/test-9").startswith("skipped ")
    assert {name.rpartition("-")[2]: reason for name, reason in found.items()} == {
        "1": "passed",
        "2": "failed the app ended with status 9 during GET /die",
        "3": "passed",
        "4": "failed no answer within 2 seconds",
        "5": "failed the app's answer is not HTTP: it begins with '\\x00\\x01 what is this'",
        "6": 'failed body: recorded "fine", now "flooded"',
        "7": "failed the app closed the connection in the middle of its answer",
        "8": "passed",
    }
    assert "    about to die" in answer.report().cases[2].text
    assert not left()


def test_an_app_that_never_starts_is_an_error_of_its_set_alone(tmp_path: Path) -> None:
    write_shop(tmp_path)
    write_set(tmp_path / "broken", [Recorded("GET /", "x"), Recorded("GET /", "x")])
    command = f"{sys.executable} -c 'import sys; sys.exit(\"no such table\")'"
    (tmp_path / "broken" / "keploy.yml").write_text(f"command: {json.dumps(command)}\n")
    text = (tmp_path / "pyproject.toml").read_text()
    own = f'[tool.tta-validate.replay.folders."broken/keploy"]\ncommand = {json.dumps(command)}\n'
    (tmp_path / "pyproject.toml").write_text(text + own)
    answer = replay(tmp_path)
    verdicts = [case.verdict for case in answer.report().cases]
    assert verdicts == ["error", "error", *["passed"] * 5]
    assert "    no such table" in answer.report().cases[0].text


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = replay(write_faulty(tmp_path, ["/one"], port=port))
    reason = f"error port {port} is taken by another process; stop it, or leave the port to us"
    assert told(answer) == {"test-set-0/test-1": reason}


def test_an_app_that_runs_already(tmp_path: Path) -> None:
    write_set(tmp_path, [Recorded("GET /one", "fine")])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (tmp_path / "pyproject.toml").write_text(config_text(base_url=f"http://127.0.0.1:{port}"))
    reason = told(replay(tmp_path))["test-set-0/test-1"]
    assert reason == f"failed no connection to 127.0.0.1:{port}: Connection refused"


def test_mocks_of_50_megabytes_do_not_hold_up_a_set(tmp_path: Path) -> None:
    write_shop(tmp_path)
    block = "version: v1\nkind: Kafka\nname: mock-big\nspec:\n  payload: " + "x" * (1 << 20) + "\n---\n"
    mocks = tmp_path / "keploy/test-set-0/mocks.yaml"
    mocks.write_text(block * 50 + mocks.read_text())
    answer = replay(tmp_path)
    assert answer.status == 0
    assert answer.report().notes[-1] == "test-set-0: mocks of these kinds are not answered: Kafka"


def test_sets_are_taken_from_keploy_s_own_settings(tmp_path: Path) -> None:
    write_shop(tmp_path)
    ignored = "test:\n  ignoredTests: {test-set-0: [test-5]}\n  globalNoise: {global: {body: {price: []}}}\n"
    (tmp_path / "keploy.yml").write_text(ignored)
    text = (tmp_path / "pyproject.toml").read_text().replace('PLANTED = ""', 'PLANTED = "value"')
    (tmp_path / "pyproject.toml").write_text(text)
    found = told(replay(tmp_path))
    assert found.pop("test-set-0/test-5") == "skipped ignoredTests of keploy.yml names it"
    assert set(found.values()) == {"passed"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('comand = "x"', "pyproject.toml:2: unknown key 'replay.comand'; did you mean 'command'?"),
        (
            'command = "x"\napp = "a:b"',
            "pyproject.toml:3: app and command are given; the app is reached by exactly one of them",
        ),
        ("timeout = 0", "pyproject.toml:2: replay.timeout: Input should be greater than 0"),
        ('clock = "fast"', "pyproject.toml:2: replay.clock: Input should be 'recorded' or 'real'"),
        ('cwd = "gone"', "pyproject.toml:1: replay.cwd: 'gone' is no folder below the root"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used(tmp_path: Path, settings: str, message: str) -> None:
    write_set(tmp_path, SHOPPING)
    (tmp_path / "pyproject.toml").write_text(f"[tool.tta-validate.replay]\n{settings}\n")
    with pytest.raises(InputError) as caught:
        replay(tmp_path)
    assert re.sub(r"^\S*/", "", str(caught.value)) == message


def test_nothing_to_replay_and_nothing_that_says_how(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there are no Keploy recordings"):
        replay(tmp_path)
    write_set(tmp_path, SHOPPING)
    with pytest.raises(InputError, match=r"nothing says how to get at the app: set command, app or base-url"):
        replay(tmp_path)
    with pytest.raises(InputError, match=r"--select: no recorded case is called nothing"):
        replay(tmp_path, "nothing")


def test_the_command_line(tmp_path: Path, tta: Program) -> None:
    write_shop(tmp_path, "value")
    result = tta("replay", "keploy", "--select", "test-4", "--output", "terminal", cwd=tmp_path)
    assert result.err == ""
    assert result.out.rpartition(" in ")[0] == (
        "GET http://localhost:8000/price [test-4] keploy/test-set-0/tests/test-4.yaml:3\n"
        "  body.price\n    - 5\n    + 6\n"
        "  to accept: --update (pytest: --tta-update); as noise: body.price\n"
        '  drift: header.Date: recorded (not recorded), now "Wed, 01 May 2024 10:00:04 GMT" '
        "(a header that frameworks add in later versions)\n"
        '  drift: header.Server: recorded (not recorded), now "tta-replay" (a header of the server or framework)\n'
        "  replayed before it: test-1, test-2, test-3\n\n"
        "1 failed"
    )
    assert result.status == 1
    around = tta("replay", ".", "--select", "test-1", "--quiet", cwd=tmp_path)
    assert (around.status, around.out.rpartition(" in ")[0], around.err) == (0, "1 passed", "")


def test_without_keploy_its_engine_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shop(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    status = run_cli(["replay", "--engine", "keploy"])
    assert (status, capsys.readouterr().err) == (
        2,
        "tta-validate: --engine keploy: no program `keploy` is installed "
        "(https://keploy.io/docs/server/installation); --engine native needs nothing\n",
    )
    auto = replay(tmp_path, flags={"replay.engine": "auto"})
    assert (auto.status, auto.report().notes) == (
        0,
        ("replayed natively: no program `keploy` is installed (https://keploy.io/docs/server/installation)",),
    )


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    fifo, left = watched(tmp_path)
    write_faulty(tmp_path, ["/one", "/pause"], fifo, timeout=60)
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    case = tmp_path / "keploy/test-set-0/tests/test-2.yaml"
    case.write_text(case.read_text().replace("/pause", f"/tell?{gate}"))
    command = (sys.executable, "-m", "tta_validate", "replay", "--no-cache")
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert gate.read_text() == "here"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, "tta-validate: interrupted\n")
    assert not left()


@pytest.mark.parametrize("name", ["replay-case-failed", "replay-unused-mock"])
def test_the_examples_of_the_rules(write: Write, name: str) -> None:
    rule = rule_named(name)
    found = [
        [f"{one.path}:{one.line}" for one in replay(write(files)).report().findings if one.rule == name]
        for files in (rule.bad.files, rule.good.files)
    ]
    assert found == [[*rule.bad.findings], []]


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 12)]
    return "version: v1\nkind: Http\nname: bomb\n" + "\n".join(lines) + "\nspec: {req: *a11}\n"
