"""What a team meets that brings the tool to old code: pull requests, baselines that merge, targets that ratchet."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Write
from tests.test_report import report
from tta_validate import cli, commands, git, history, run
from tta_validate.errors import InputError
from tta_validate.report import Run, View

CALL = """
def {name}(text):
    return client.responses.create(model="{name}", input=text, metadata={{"a": "b", "c": "d"}})
"""
HEAD = "import openai\n\nclient = openai.OpenAI()\n"
TABLE = '[project]\nname = "demo"\n[tool.tta-validate]\nselect = ["adoption-no-timeout"]\n'
BASE = {
    "pyproject.toml": TABLE,
    "app/one.py": HEAD + CALL.format(name="first") + CALL.format(name="second"),
    "app/two.py": HEAD + CALL.format(name="third"),
    "app/three.py": HEAD + CALL.format(name="fourth"),
}
REFORMATTED = """
def second(text):
    answer = helper(
        client.responses.create(
            model='second',
            input=text,
            metadata={
                'a': 'b',
                'c': 'd',
            },
        ),
    )
    return answer
"""


def git_in(root: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True, encoding="utf-8")
    return done.stdout


@pytest.fixture
def root(write: Write) -> Path:
    folder = write(BASE)
    git_in(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git_in(folder, "add", "--all")
    git_in(folder, "commit", "--quiet", "--message=x")


def annotations(folder: Path, **flags: str) -> list[str]:
    request = run.Request(root=str(folder), flags={"cache": False, "jobs": 1, **flags})
    text = run.render(run.check(run.open_project(request)), "github", View())
    return [line.partition(",col=")[0].partition(",endLine=")[0] for line in text.splitlines() if line.startswith("::")]


def test_a_pull_request_that_moves_renames_and_reformats_has_annotations_on_new_code_only(root: Path) -> None:
    assert len(annotations(root)) == 4
    (root / "app/one.py").write_text("# moved down\n" * 9 + HEAD + REFORMATTED)
    (root / "app/two.py").write_text(HEAD + CALL.format(name="third") + CALL.format(name="first"))
    git_in(root, "mv", "app/three.py", "app/renamed.py")
    commit(root)
    assert annotations(root, since="HEAD~1") == []
    (root / "app/one.py").write_text(HEAD + REFORMATTED + CALL.format(name="fresh"))
    (root / "app/renamed.py").write_text(HEAD + CALL.format(name="fourth") * 2)
    commit(root)
    assert annotations(root, since="HEAD~2") == [
        "::warning file=app/one.py,line=19",
        "::warning file=app/renamed.py,line=9",
    ]


def test_two_branches_that_both_mend_something_merge_their_baselines(root: Path) -> None:
    (root / "pyproject.toml").write_text(TABLE + 'baseline = "tta-baseline.json"\n')
    (root / "app/zoo.py").write_text(HEAD + CALL.format(name="zebra") + CALL.format(name="zebu"))
    commands.update_baseline(opened(root), grow=True)
    commit(root)
    for branch, path, name in (("left", "app/one.py", "first"), ("right", "app/zoo.py", "zebra")):
        git_in(root, "switch", "--quiet", "--create", branch, "main")
        text = (root / path).read_text()
        (root / path).write_text(text.replace(f'model="{name}"', f'model="{name}", timeout=3'))
        assert commands.update_baseline(opened(root), grow=False).endswith("5 known findings, 1 gone, 0 added")
        commit(root)
    git_in(root, "switch", "--quiet", "--detach", "left")
    git_in(root, "merge", "--quiet", "--no-edit", "right")
    merged = (root / "tta-baseline.json").read_text()
    assert len(json.loads(merged)["findings"]) == 4
    assert annotations(root) == []
    commands.update_baseline(opened(root), grow=True)
    assert (root / "tta-baseline.json").read_text() == merged


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_baselines_that_conflict_are_joined_by_one_command(
    root: Path, style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "pyproject.toml").write_text(TABLE + 'baseline = "tta-baseline.json"\n')
    commands.update_baseline(opened(root), grow=True)
    commit(root)
    for branch, path, name in (("left", "app/one.py", "first"), ("right", "app/three.py", "fourth")):
        git_in(root, "switch", "--quiet", "--create", branch, "main")
        text = (root / path).read_text()
        (root / path).write_text(text.replace(f'model="{name}"', f'model="{name}", timeout=3'))
        (root / f"app/{branch}.py").write_text(HEAD + CALL.format(name=branch))
        commands.update_baseline(opened(root), grow=True)
        commit(root)
    git_in(root, "switch", "--quiet", "--detach", "left")
    merge = ("-c", f"merge.conflictStyle={style}", "merge", "--quiet", "--no-edit", "right")
    with pytest.raises(subprocess.CalledProcessError):
        git_in(root, *merge)
    conflict = (root / "tta-baseline.json").read_text().partition("<<<<<<<")[0].count("\n") + 1
    arguments = ["--root", str(root), "--no-cache", "--jobs", "1"]
    assert cli.run_cli(["check", *arguments]) == run.UNUSABLE
    assert capsys.readouterr().err == (
        f"tta-validate: tta-baseline.json:{conflict}: has a merge conflict; "
        "`tta-validate baseline` joins both sides and loses no entry\n"
    )
    assert cli.run_cli(["baseline", *arguments]) == run.CLEAN
    assert cli.run_cli(["check", *arguments]) == run.CLEAN
    entries = json.loads((root / "tta-baseline.json").read_text())["findings"]
    assert [entry["path"] for entry in entries] == ["app/left.py", "app/one.py", "app/right.py", "app/two.py"]
    commit(root)


def test_main_stays_green_after_a_pull_request_that_moves_code(root: Path) -> None:
    (root / "pyproject.toml").write_text(TABLE + 'baseline = "tta-baseline.json"\n')
    commands.update_baseline(opened(root), grow=True)
    commit(root)
    (root / "app/one.py").write_text(HEAD + CALL.format(name="second"))
    (root / "app/two.py").write_text(HEAD + CALL.format(name="third") + CALL.format(name="first"))
    commit(root)
    assert annotations(root, since="HEAD~1") == annotations(root) == []
    copied = run.Request((str(root / "app/two.py"),), str(root), flags={"cache": False, "jobs": 1})
    assert len(run.check(run.open_project(copied)).findings) == 1
    assert commands.update_baseline(opened(root), grow=False).startswith(
        "tta-baseline.json: 4 known findings, 1 gone, 1"
    )
    assert run.check(run.open_project(copied)).findings == ()


def opened(folder: Path) -> run.Project:
    return run.open_project(run.Request(root=str(folder), flags={"cache": False, "jobs": 1}))


def test_targets_ratchet_by_the_baseline_command_only(root: Path) -> None:
    def timeout() -> tuple[float | None, bool | None]:
        (metric,) = [one for one in run.check(opened(root)).metrics if one.name == "adoption-timeout"]
        return metric.target, metric.met

    table = TABLE.replace('["adoption-no-timeout"]', '["adoption-timeout"]') + 'baseline = "b.json"\n'
    (root / "pyproject.toml").write_text(table + "[tool.tta-validate.targets]\ntimeout = 10\nratchet = true\n")
    good = CALL.format(name="first").replace("input=", "timeout=3, input=")
    (root / "app/one.py").write_text(HEAD + good + CALL.format(name="second"))
    told = commands.update_baseline(opened(root), grow=False)
    assert told == "b.json: 0 known findings; 1 best value of metrics written"
    assert (root / "b.json").read_text() == (
        '{\n  "schema": 1,\n  "findings": [],\n  "best": [\n'
        '    {"metric": "adoption-timeout", "member": null, "value": 25.0}\n  ]\n}\n'
    )
    assert timeout() == (25, True)
    (root / "app/four.py").write_text(HEAD + CALL.format(name="worse"))
    assert timeout() == (25, False)
    assert "best" not in commands.update_baseline(opened(root), grow=False)
    assert timeout() == (25, False)
    assert commands.update_baseline(opened(root), grow=True).endswith("1 best value of metrics written")
    assert timeout() == (20, True)


def test_a_ratchet_bites_where_a_baseline_knows_the_findings(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = TABLE.replace('["adoption-no-timeout"]', '["adoption-no-timeout", "adoption-timeout"]')
    settings = 'fail-on = "error"\nbaseline = "b.json"\n[tool.tta-validate.targets]\ntimeout = 10\nratchet = true\n'
    (root / "pyproject.toml").write_text(table + settings)
    good = CALL.format(name="first").replace("input=", "timeout=3, input=")
    (root / "app/one.py").write_text(HEAD + good + CALL.format(name="second"))
    arguments = ["check", "--root", str(root), "--no-cache", "--jobs", "1", "--output", "concise"]
    commands.update_baseline(opened(root), grow=True)
    assert cli.run_cli(arguments) == run.CLEAN
    (root / "app/four.py").write_text(HEAD + CALL.format(name="worse"))
    capsys.readouterr()
    assert cli.run_cli(arguments) == run.FAILED
    missed = "adoption-timeout error 20 % is below its best value of 25 %, which the baseline keeps"
    assert capsys.readouterr().out.splitlines()[-1] == f"pyproject.toml:8:1: {missed}"
    excused = CALL.format(name="worse").rstrip() + "  # tta: ignore[adoption-no-timeout] the queue gives up\n"
    (root / "app/four.py").write_text(HEAD + excused)
    assert cli.run_cli(arguments) == run.CLEAN


def test_a_ratchet_without_a_baseline_is_refused(root: Path) -> None:
    (root / "pyproject.toml").write_text(TABLE + "[tool.tta-validate.targets]\nratchet = true\n")
    with pytest.raises(InputError, match=r"pyproject.toml:6: ratchet keeps the best values in the baseline"):
        run.check(opened(root))


def test_the_history_has_one_run_for_each_commit(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_HEAD_REF", "GITHUB_REF_NAME"):
        monkeypatch.delenv(name, raising=False)
    arguments = ["check", "--root", str(root), "--history", "h.jsonl", "--no-cache", "--jobs", "1", "--output", "json"]
    for number in (1, 1, 2):
        if number == 2:
            git_in(root, "commit", "--allow-empty", "--quiet", "--message=y")
        assert cli.run_cli(arguments) == run.FAILED
        assert len(json.loads(capsys.readouterr().out)["history"]) == number
    lines = [json.loads(line) for line in (root / "h.jsonl").read_text().splitlines()]
    assert [(one["branch"], one["warning"], one["rules"]) for one in lines] == [
        ("main", 4, {"adoption-no-timeout": 4})
    ] * 2
    assert lines[-1]["commit"] == git.commit_of(root, "HEAD")
    kept = (root / "h.jsonl").read_text()
    for part in (["--shard", "1/2"], [str(root / "app/one.py")]):
        cli.run_cli([*arguments, *part])
        assert len(json.loads(capsys.readouterr().out)["history"]) == 2
    assert (root / "h.jsonl").read_text() == kept
    for number in (1, 2):
        cli.run_cli([*arguments[:-2], "--shard", f"{number}/2", "--output", f"json={root}/{number}.json"])
    parts = [str(root / f"{number}.json") for number in (1, 2)]
    git_in(root, "commit", "--allow-empty", "--quiet", "--message=z")
    capsys.readouterr()
    cli.run_cli(["report", "merge", *parts, "--root", str(root), "--history", "h.jsonl", "--output", "json"])
    assert [one["warning"] for one in json.loads(capsys.readouterr().out)["history"]] == [4, 4, 4]


def test_a_line_that_is_no_run_is_taken_out_of_the_history(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["check", "--root", str(root), "--history", "h.jsonl", "--no-cache", "--jobs", "1"]
    good = '{"started": "2026-01-01T00:00:00+00:00", "branch": "main"}\n'
    (root / "h.jsonl").write_text(good + '<<<<<<< HEAD\n{"started": "2026-01-01", "error": -1}\n{"started": "yes"}\n')
    assert cli.run_cli(arguments) == run.FAILED
    assert (
        "h.jsonl:2 is not a run, so it was taken out: Invalid JSON: expected value at line 1 column 1, and 2 more"
        in (capsys.readouterr().out)
    )
    assert (root / "h.jsonl").read_text().count("\n") == 2
    (root / "h.jsonl").write_text("# Notes\n")
    assert cli.run_cli(arguments) == run.UNUSABLE
    assert "h.jsonl:1: is no history: Invalid JSON" in capsys.readouterr().err
    assert (root / "h.jsonl").read_text() == "# Notes\n"


def test_the_trend_is_that_of_one_branch_and_of_the_one_that_it_goes_into() -> None:
    runs = tuple(
        Run(started=f"2026-01-0{day}", branch=branch, base="main" if branch == "mine" else "", error=day)
        for day, branch in enumerate(("main", "other", "mine", "main", "mine"), 1)
    )
    assert [one.error for one in history.trend(runs, "2026-01-05")] == [1, 4, 3, 5]
    assert [one.error for one in history.trend(runs, "2026-01-04")] == [1, 4]
    page = run.render(report(history=runs, started="2026-01-04"), "html", View())
    assert "Trend over 2 runs of <bdi>main</bdi>" in page
    assert "other" not in page.partition('id="trend"')[2].partition("</section>")[0]
