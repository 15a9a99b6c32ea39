"""The action from end to end: its real steps in bash, on repositories of git."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.action.composite import Outcome
from tests.action.github_server import ROBOT, TOKEN, Github, serving
from tests.action.repositories import ACTION, Job, PullRequest, commit, git, pull_request, repository
from tta_validate.report import Report

TABLE = (
    '[project]\nname = "p"\nversion = "1"\n[tool.tta-validate]\njobs = 1\nselect = ["adoption-no-timeout", "lock"]\n'
)
CALL = "import openai\n\n\ndef {name}(text):\n    return openai.responses.create(model={name!r}, input=text)\n"
REFORMATTED = """\
import openai


def {name}(text):
    return openai.responses.create(
        model="{name}",
        input=text,
    )
"""
LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "p"
version = "{version}"
source = {{ virtual = "." }}
"""
BASE = {"pyproject.toml": TABLE, "app/old.py": CALL.format(name="old"), "app/moved.py": CALL.format(name="moved")}
QUIET = ["Look for uv", "Install tta-validate", "Restore facts", "Find the base", "Check", "Upload the HTML report"]


def commands(outcome: Outcome) -> list[str]:
    """The annotations of a run, each with its level and place."""
    found = re.findall(
        r"^::(error|warning|notice)(?: file=(.*?),line=(\d+).*?)?(?: |,)title=(.*?)::", outcome.out, re.M
    )
    return [" ".join(part for part in one if part) for one in found]


def ran(outcome: Outcome) -> list[str]:
    return [step.name for step in outcome.steps if step.outcome != "skipped"]


def out_of_order(given: Mapping[str, str]) -> Mapping[str, str]:
    raise RuntimeError(f"{given['key']} cannot be restored")


@pytest.fixture
def github() -> Iterator[Github]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    """A pull request that adds a call, renames a file, moves code down and changes the lock."""
    moved = "# A new first line.\n\n" + REFORMATTED.format(name="old")
    table = TABLE.replace('version = "1"', 'version = "2"')
    after = {
        "pyproject.toml": table,
        "app/old.py": moved,
        "app/moved.py": None,
        "app/renamed.py": CALL.format(name="moved"),
    }
    return pull_request(
        tmp_path_factory.mktemp("pull") / "origin",
        {**BASE, "uv.lock": LOCK.format(version="1")},
        {**after, "app/new.py": CALL.format(name="new"), "uv.lock": LOCK.format(version="2")},
        {"app/theirs.py": CALL.format(name="theirs")},
    )


def test_a_clean_project(tmp_path: Path) -> None:
    root = repository(tmp_path / "work")
    commit(root, {"pyproject.toml": TABLE.replace(', "lock"', ""), "app/none.py": "x = 1\n"})
    outcome = Job(root, tmp_path / "runner", stand_ins={"actions/cache": out_of_order}).run()
    assert (outcome.success, ran(outcome), commands(outcome)) == (True, [*QUIET, "Verdict"], [])
    outputs = dict(outcome.outputs)
    report = Report.from_json(Path(outputs.pop("report")).read_text(encoding="utf-8"))
    assert json.loads(Path(outputs.pop("sarif")).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert outputs == {"exit-status": "0", "findings": "0", "metrics": "{}", "lock-changes": "0"}
    assert (report.findings, report.exit_status) == ((), 0)
    assert outcome.summary.startswith("### No findings\n")
    assert [used.action for used in outcome.used] == ["actions/cache", "actions/upload-artifact"]


def test_findings_fail_the_last_step_only(tmp_path: Path) -> None:
    root = repository(tmp_path / "work")
    commit(root, {f"part/{name}": text for name, text in BASE.items()})
    written, runs = tmp_path / "out/junit.xml", tmp_path / "runs.jsonl"
    job = Job(root, tmp_path / "runner")
    outputs = f"junit={written}\nconcise={tmp_path}/out/lines.txt\n"
    outcome = job.run(path="part", sarif="true", history=str(runs), outputs=outputs)
    assert (outcome.success, outcome.steps[-1].outcome) == (False, "failure")
    assert {step.outcome for step in outcome.steps[:-1]} == {"success", "skipped"}
    assert commands(outcome) == [
        "warning part/app/moved.py 5 adoption-no-timeout",
        "warning part/app/old.py 5 adoption-no-timeout",
    ]
    assert (outcome.outputs["exit-status"], outcome.outputs["findings"]) == ("1", "2")
    assert outcome.summary.startswith("### 2 warnings\n")
    upload = next(used for used in outcome.used if used.action == "github/codeql-action/upload-sarif")
    assert upload.inputs["sarif_file"] == outcome.outputs["sarif"]
    sarif = json.loads(Path(outcome.outputs["sarif"]).read_text(encoding="utf-8"))
    places = [result["locations"][0]["physicalLocation"] for result in sarif["runs"][0]["results"]]
    assert [place["artifactLocation"]["uri"] for place in places][:2] == ["part/app/moved.py", "part/app/old.py"]
    assert written.read_text(encoding="utf-8").startswith("<?xml")
    assert [json.loads(line)["warning"] for line in runs.read_text(encoding="utf-8").splitlines()] == [2]
    html = next(used.inputs["path"] for used in outcome.used if used.action == "actions/upload-artifact")
    assert "app/old.py" in Path(html).read_text(encoding="utf-8")
    assert (tmp_path / "out/lines.txt").read_text(encoding="utf-8").count("\n") == 2


def test_a_pull_request_hears_of_what_is_new_only_and_has_one_comment(
    changed: PullRequest, tmp_path: Path, github: Github
) -> None:
    work = changed.check_out(tmp_path / "work")
    environment = {"GITHUB_API_URL": github.address}
    github.comments = []
    job = Job(work, tmp_path / "runner", "pull_request", changed.event(), environment)
    outcome = job.run(comment="true", token=TOKEN)
    assert commands(outcome) == ["warning app/new.py 5 adoption-no-timeout"]
    assert {name: outcome.outputs[name] for name in ("exit-status", "findings", "lock-changes")} == {
        "exit-status": "1",
        "findings": "1",
        "lock-changes": "1",
    }
    assert outcome.step("Find the base").outputs["revision"] == git(changed.origin, "rev-parse", "main")
    assert (len(github.comments), github.changes()) == (1, ["POST /repos/owner/project/issues/7/comments"])
    (comment,) = github.comments
    assert comment.body.startswith("<!-- tta-validate ")
    assert "app/new.py:5" in comment.body
    assert "app/old.py" not in comment.body
    assert "[run](https://github.test/owner/project/actions/runs/11)" in comment.body


def test_a_fork_is_commented_on_by_the_second_workflow(changed: PullRequest, tmp_path: Path, github: Github) -> None:
    work = changed.check_out(tmp_path / "work")
    environment = {"GITHUB_API_URL": github.address}
    outcome = Job(work, tmp_path / "fork", "pull_request", changed.event(fork=True), environment).run(
        comment="true", sarif="true", token=TOKEN
    )
    assert (outcome.outputs["findings"], github.asked) == ("1", [])
    left = next(used.inputs for used in outcome.used if used.inputs.get("name", "").endswith("-comment"))
    assert "github/codeql-action/upload-sarif" not in [used.action for used in outcome.used]
    assert sorted(path.name for path in Path(left["path"]).iterdir()) == ["pull-request.json", "report.json"]

    def fetched(inputs: dict[str, str]) -> dict[str, str]:
        place = Path(inputs["path"])
        place.mkdir(parents=True)
        Path(left["path"]).rename(place / left["name"])
        return {}

    finished = {"id": 11, "head_sha": changed.head, "head_repository": {"full_name": "stranger/project"}}
    github.heads[7] = (changed.head, "stranger/project", "open")
    empty = tmp_path / "empty"
    empty.mkdir()
    second = Job(
        empty,
        tmp_path / "second",
        "workflow_run",
        {"workflow_run": finished},
        environment,
        {"actions/download-artifact": lambda inputs: fetched(dict(inputs))},
    ).run(token=TOKEN)
    assert second.success
    assert ran(second) == [
        "Look for uv",
        "Install tta-validate",
        "Fetch the comments of the other workflow",
        "Post the comments of the other workflow",
    ]
    assert [(one.author, one.body.count("app/new.py:5")) for one in github.comments] == [(ROBOT, 1)]


HOSTILE = (
    "$(touch pwned)",
    "`touch pwned`",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "--upload-pack=touch pwned",
    "${{ github.token }}",
    "%0A::error::pwned",
    "::error::pwned",
    "x\n::error::pwned",
    "x\n>>pwned\nEOF\nname=pwned",
)


@pytest.mark.parametrize("inputs", [("path", "select", "ignore", "base_ref", "outputs", "history"), ("version",)])
def test_hostile_inputs_reach_no_shell(tmp_path: Path, inputs: tuple[str, ...]) -> None:
    root = repository(tmp_path / "work")
    commit(root, {"pyproject.toml": TABLE})
    job = Job(root, tmp_path / "runner", installed="version" not in inputs)
    outcome = job.run(**dict.fromkeys(inputs, "\n".join(HOSTILE)))
    assert (outcome.success, outcome.outputs["report"]) == (False, "")
    assert re.findall(r"^::error(?! title=tta-validate::)", outcome.out, re.MULTILINE) == []
    assert "the-token-of-the-job" not in outcome.out
    assert list(tmp_path.rglob("*pwned*")) == []
    assert git(root, "status", "--porcelain") == ""


def test_a_base_that_is_nowhere_makes_everything_count_and_says_so(changed: PullRequest, tmp_path: Path) -> None:
    work = changed.check_out(tmp_path / "work")
    git(work, "remote", "set-url", "origin", str(tmp_path / "nowhere"))
    outcome = Job(work, tmp_path / "runner", "pull_request", changed.event()).run()
    assert (outcome.outputs["findings"], outcome.outputs["lock-changes"]) == ("4", "0")
    assert len([line for line in commands(outcome) if line == "warning tta-validate"]) == 1
    assert "fetch-depth: 0" in outcome.summary


@pytest.mark.long
def test_ten_thousand_findings_stay_within_the_limits(tmp_path: Path, github: Github) -> None:
    lines = "".join(f"FROM x{number}  # tta: ignore[] \U0001f600|`<b>@you\n" for number in range(10_000))
    files = {"pyproject.toml": '[tool.tta-validate]\nselect = "ignore-unused"\n', "Dockerfile": lines}
    change = pull_request(tmp_path / "origin", {"pyproject.toml": ""}, dict(files), {})
    work = change.check_out(tmp_path / "work")
    environment = {"GITHUB_API_URL": github.address}
    job = Job(work, tmp_path / "runner", "pull_request", change.event(), environment)
    outcome = job.run(comment="true", token=TOKEN)
    assert outcome.outputs["findings"] == "10000"
    levels = [line.split()[0] for line in commands(outcome)]
    assert {level: levels.count(level) for level in set(levels)} == {"warning": 10}
    assert 0 < len(outcome.summary.encode()) <= 1_000_000
    assert [len(one.body) <= 65_536 for one in github.comments] == [True]
    assert len(gzip.compress(Path(outcome.outputs["sarif"]).read_bytes(), 1)) < 10 << 20


@pytest.mark.long
def test_the_action_installs_itself_and_its_facts_outlive_the_installation(tmp_path: Path) -> None:
    root = repository(tmp_path / "work")
    commit(root, BASE)
    parsed: list[int] = []
    for number in range(2):
        temporary = tmp_path / f"runner-{number}"
        if number:
            shutil.copytree(tmp_path / "runner-0/tta-validate/cache", temporary / "tta-validate/cache")
        outcome = Job(root, temporary, installed=False).run()
        assert str(temporary) in outcome.step("Install tta-validate").outputs["python"]
        assert outcome.outputs["findings"] == "2"
        parsed.append(Report.from_json(Path(outcome.outputs["report"]).read_text(encoding="utf-8")).files.parsed)
    assert [number > 0 for number in parsed] == [True, False]


def test_the_examples_and_the_workflows_use_what_the_action_uses_and_know_each_other() -> None:
    folders = (ACTION, ACTION / ".github/workflows", ACTION / "docs/workflows")
    files = {path: path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.yml"))}
    pins: dict[str, set[str]] = {}
    for text in files.values():
        for action, pin in re.findall(r"uses: ([\w.-]+/[\w./-]+)@(.*)", text):
            pins.setdefault(action, set()).add(pin)
    assert {action: len(pin) for action, pin in pins.items()} == dict.fromkeys(pins, 1)
    loose = [pin for (pin,) in pins.values() if not re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin)]
    assert loose == ["COMMIT"]
    quality, second = (files[ACTION / f"docs/workflows/{name}.yml"] for name in ("quality", "comment"))
    assert re.findall(r"^name: (.*)", quality, re.MULTILINE) == re.findall(r"workflows: \[(.*)\]", second)
