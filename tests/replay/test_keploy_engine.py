"""What is made of keploy's report. A script stands in for the program, which needs root and a kernel that fits."""

import os
from pathlib import Path

import pytest

from tests.replay.recorded_sets import Recorded, write_set
from tta_validate.config import load
from tta_validate.replay import keploy
from tta_validate.replay.runner import SetRun, planned

REPORT = """\
version: api.keploy.io/v1beta1
name: test-set-0-report
status: FAILED
tests:
  - kind: Http
    name: test-set-0
    status: PASSED
    test_case_id: test-1
  - kind: Http
    name: test-set-0
    status: FAILED
    test_case_id: test-2
    result:
      status_code: {normal: false, expected: 200, actual: 500}
      headers_result:
        - {normal: true, expected: {key: Date, value: [a]}, actual: {key: Date, value: [b]}}
        - {normal: false, expected: {key: X-A, value: [a, b]}, actual: {key: X-A, value: []}}
      body_result: [{normal: false, type: PLAIN, expected: fine, actual: oops}]
"""
SUDO = '#!/bin/sh\nshift 2\nexec "$@"\n'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SetRun:
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    project = tmp_path / "project"
    write_set(project, [Recorded(f"GET /{at}", "fine") for at in range(1, 4)])
    (project / "keploy.yml").write_text("command: python app.py --port {port}\ntest: {delay: 2}\n")
    write_program(programs / "sudo", SUDO)
    return planned(project, load(project), lambda _: False, None)[0]


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_the_verdicts_are_those_of_the_report(run: SetRun, tmp_path: Path) -> None:
    reports = tmp_path / "project" / "keploy" / "reports"
    (reports / "test-run-0").mkdir(parents=True)
    (tmp_path / "report").write_text(REPORT)
    script = f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nmkdir {reports}/test-run-1\n'
    script += f"cp {tmp_path}/report {reports}/test-run-1/test-set-0-report.yaml\nexit 1\n"
    write_program(tmp_path / "programs" / "keploy", script)
    found = list(keploy.results(run))
    assert [(one.name, one.verdict, one.reason) for one in found] == [
        ("test-1", "passed", ""),
        ("test-2", "failed", "status: recorded '200', now '500'"),
        ("test-3", "error", "keploy's report does not have it (exit status 1)"),
    ]
    assert [(one.where, one.expected, one.actual) for one in found[1].differences] == [
        ("status", "200", "500"),
        ("header.X-A", "a, b", ""),
        ("body", "fine", "oops"),
    ]
    assert (tmp_path / "asked").read_text() == (
        f"test -c python app.py --port 8000 -p {tmp_path}/project -t test-set-0 --delay 2 --api-timeout 5 "
        "--disable-ansi --skip-coverage --in-ci\n"
    )


def test_no_report_is_an_error_whatever_the_exit_status(run: SetRun, tmp_path: Path) -> None:
    write_program(tmp_path / "programs" / "keploy", "#!/bin/sh\necho failed to load hooks\nexit 0\n")
    found = list(keploy.results(run))
    assert {(one.verdict, one.reason) for one in found} == {("error", "keploy wrote no report (exit status 0)")}
    assert "failed to load hooks" in found[0].text
