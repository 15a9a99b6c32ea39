"""The parts of the action: inputs, events, outputs, the base, comments, and what a fork may leave behind."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.action.composite import assignments
from tests.action.github_server import ROBOT, TOKEN, Github, Written, serving
from tests.action.repositories import PullRequest, commit, git, pull_request, repository
from tests.formats.reports import EVIL, REPORTS, full, of_size
from tta_validate.action import api, base, channels, comment, event, forks, inputs
from tta_validate.action.__main__ import main
from tta_validate.action.comment import Links
from tta_validate.errors import InputError

SHA = "a" * 40


@pytest.fixture(scope="module")
def server() -> Iterator[Github]:
    with serving() as github:
        yield github


@pytest.fixture
def github(server: Github) -> Github:
    server.comments, server.heads, server.asked, server.read_only = [], {}, [], False
    return server


@pytest.fixture(scope="module")
def client(server: Github) -> api.Github:
    return api.Github(server.address, "owner/project", TOKEN)


@pytest.fixture(scope="module")
def pull(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    files: dict[str, str | None] = {"a.txt": "1\n"}
    return pull_request(tmp_path_factory.mktemp("pull") / "origin", {"a.txt": "0\n"}, files, {"b.txt": "2\n"})


def test_inputs_are_what_the_environment_says_or_one_line_that_names_them() -> None:
    assert inputs.read({}) == inputs.Inputs()
    assert inputs.read(
        {
            "TTA_PATH": "a b\n\n c ",
            "TTA_SELECT": "lock, adoption\ncost",
            "TTA_FAIL_ON": "error",
            "TTA_BASE_REF": "main",
            "TTA_RECORDINGS": "keploy",
            "TTA_COMMENT": "TRUE",
            "TTA_OUTPUTS": "json=a\nsarif=b c",
        }
    ) == inputs.Inputs(
        paths=("a b", "c"),
        select=("lock", "adoption", "cost"),
        fail_on="error",
        base_ref="main",
        recordings="keploy",
        replay=True,
        comment=True,
        outputs=("json=a", "sarif=b c"),
    )
    for name, value, message in (
        ("TTA_FAIL_ON", "fatal", "input fail-on: 'fatal' is none of error, warning, info"),
        ("TTA_ENGINE", EVIL, "input engine: "),
        ("TTA_COMMENT", "yes", "input comment: 'yes' is none of true, false"),
        ("TTA_REPLAY", "maybe", "input replay: 'maybe' is none of true, false, auto"),
    ):
        with pytest.raises(InputError) as caught:
            inputs.read({name: value})
        assert str(caught.value).startswith(message)


@given(
    st.dictionaries(st.from_regex(r"[a-z-]{1,9}", fullmatch=True), st.text(st.characters(exclude_categories=("Cs",))))
)
def test_no_output_makes_another_one(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    file = tmp_path_factory.getbasetemp() / "outputs"
    file.write_bytes(b"")
    channels.write_outputs({"GITHUB_OUTPUT": str(file)}, values)
    assert assignments(file) == values


@pytest.mark.parametrize("sign", ["x", "\U0001f600", "é\n"])
def test_a_summary_is_never_too_long_for_github(tmp_path: Path, sign: str) -> None:
    file = tmp_path / "summary"
    channels.write_summary({"GITHUB_STEP_SUMMARY": str(file)}, f"head\n{sign * 600_000}")
    data = file.read_bytes()
    assert len(data) <= channels.MAX_SUMMARY
    assert data.decode("utf-8").startswith("head\n")
    channels.write_summary({}, "nowhere to write to")


@pytest.mark.parametrize(
    "payload",
    [
        "", "[]", "null", "{", '{"pull_request": []}', '{"pull_request": {"number": true, "base": 3}}', "[" * 100_000,
        '{"pull_request": {"number": "7; rm", "base": {"sha": "$(id)"}, "head": {"sha": "--x", "repo": null}}}',
    ],
)  # fmt: skip
def test_an_event_that_does_not_fit_tells_nothing(tmp_path: Path, payload: str) -> None:
    file = tmp_path / "event.json"
    file.write_text(payload, encoding="utf-8")
    about = {"GITHUB_EVENT_PATH": str(file)}
    found = event.read({**about, "GITHUB_EVENT_NAME": "pull_request"})
    assert (found.number, found.base, found.head) == (None, "", "")
    assert event.read_finished({**about, "GITHUB_EVENT_NAME": "workflow_run"}) is None


def test_the_base_is_what_the_merge_went_into_or_where_the_branch_left(pull: PullRequest, tmp_path: Path) -> None:
    about = event.Event("pull_request", 7, pull.base, pull.head)
    main_now = git(pull.origin, "rev-parse", "main")
    merged = pull.check_out(tmp_path / "merged")
    assert base.find(merged, "auto", about, base.Remote()) == base.Base(main_now)
    assert base.find(merged, "none", about, base.Remote()) == base.Base()
    assert base.find(merged, "auto", event.Event("push"), base.Remote()) == base.Base()
    assert git(merged, "rev-parse", "--is-shallow-repository") == "true"
    branch = pull.check_out(tmp_path / "branch", "--single-branch")
    git(branch, "checkout", "--quiet", pull.head)
    moved = event.Event("pull_request", 7, main_now, pull.head)
    assert base.find(branch, "auto", moved, base.Remote()) == base.Base(pull.base)
    assert git(branch, "rev-parse", "--is-shallow-repository") == "false"
    queue = event.Event("merge_group", None, pull.base, pull.merge)
    assert base.find(branch, "auto", queue, base.Remote()) == base.Base(pull.base)


def test_a_named_base_is_looked_up_fetched_or_left_to_be_refused(pull: PullRequest, tmp_path: Path) -> None:
    work, nothing = pull.check_out(tmp_path / "work"), event.Event("push")
    main_now = git(pull.origin, "rev-parse", "main")
    assert base.find(work, "main", nothing, base.Remote()) == base.Base(main_now)
    assert base.find(work, "HEAD", nothing, base.Remote()) == base.Base(pull.merge)
    for name in ("no-such", "--upload-pack=touch x", "main:refs/heads/stolen", "+main", EVIL, ""):
        assert base.find(work, name, nothing, base.Remote("https://127.0.0.1:1", "t")).revision == name
    assert git(work, "branch", "--list", "stolen") == ""


def test_one_comment_is_kept_up_to_date(github: Github, client: api.Github) -> None:
    report, key = REPORTS["full"], "0123456789ab"
    first = comment.body(report, key, Links())
    quoting = Written(1, "somebody", f"{comment.mark(key)}> look at this")
    github.comments += [quoting, *(Written(number, "somebody", "hello") for number in range(2, 150))]
    assert comment.publish(client, 7, key, first, new=False) == "there is nothing to say"
    assert comment.publish(client, 7, key, first) == "the comment was added"
    assert comment.publish(client, 7, key, first) == "the comment is up to date"
    assert comment.publish(client, 7, "ba9876543210", first.replace(key, "ba9876543210")) == "the comment was added"
    assert comment.publish(client, 7, key, first + "more\n", new=False) == "the comment was edited"
    assert [one.body for one in github.comments if one.author == ROBOT] == [
        first + "more\n",
        first.replace(key, "ba9876543210"),
    ]
    assert quoting.body == f"{comment.mark(key)}> look at this"
    github.read_only = True
    with pytest.raises(api.Refused) as caught:
        comment.publish(client, 7, key, "other")
    assert caught.value.status == 403
    with pytest.raises(api.Refused):
        list(api.Github("http://127.0.0.1:1", "owner/project", TOKEN).comments(7))


def test_a_comment_has_room_and_nothing_in_it_is_markup_of_others() -> None:
    key = "0" * 12
    for report in (*REPORTS.values(), of_size(10_000, text=EVIL), full(EVIL, path=EVIL)):
        text = comment.body(report, key, Links("https://github.test/r", "https://github.test/a"))
        assert len(text) <= comment.MOST
        assert text.startswith(f"<!-- tta-validate {key} -->\n")
        assert markup(text) <= {
            "<!-- tta-validate",
            "<details>",
            "<summary>",
            "</summary>",
            "</details>",
            "<sub>",
            "</sub>",
        }
    job = {"GITHUB_SERVER_URL": "https://github.test", "GITHUB_REPOSITORY": "owner/project"}
    assert comment.links_of(job, "5", "https://github.test/a)[x](javascript:1)") == Links(
        "https://github.test/owner/project/actions/runs/5", ""
    )
    assert comment.links_of(job, "5/../6") == Links()


def markup(text: str) -> set[str]:
    """Returns what of a Markdown text is HTML: what is outside of code."""
    outside = re.sub(r"`[^`]*`", "", text.replace("\\`", ""))
    return set(re.findall(r"<[^\s>]*(?:>| tta-validate)?", outside))


def left(folder: Path, about: object, report: str | None = None) -> Path:
    folder.mkdir(parents=True)
    (folder / forks.ABOUT).write_text(about if isinstance(about, str) else json.dumps(about), encoding="utf-8")
    if report is not None:
        (folder / forks.REPORT).write_text(report, encoding="utf-8")
    return folder.parent


def test_what_a_fork_left_is_posted_where_github_says_the_same(
    github: Github, client: api.Github, tmp_path: Path
) -> None:
    finished = event.FinishedRun(11, SHA, "stranger/project")
    good = {"pull-request": 7, "key": "0" * 12}
    places = left(tmp_path / "good/one", good, full(EVIL, path=EVIL).to_json())
    github.heads[7] = (SHA, "stranger/project", "open")
    assert forks.post(places, finished, client, {}) == ["#7: the comment was added"]
    assert [markup(one.body) & {"<img", "<script>", "</script>"} for one in github.comments] == [set()]
    github.changes()
    for head in ((SHA[1:] + "b", "stranger/project", "open"), (SHA, "other/project", "open"), (SHA, "", "open")):
        github.heads[7] = head
        assert forks.post(places, finished, client, {}) == [
            "#7: its newest commit is not the one of that run, so nothing was said"
        ]
    github.heads[7] = (SHA, "stranger/project", "closed")
    assert forks.post(places, finished, client, {}) == ["#7: it is not open any more"]
    assert github.changes() == []


HOSTILE_ABOUT: list[object] = [
    "", "{", "[" * 100_000, "[]", {"pull-request": "7", "key": "0" * 12}, {"pull-request": -1, "key": "0" * 12},
    {"pull-request": True, "key": "0" * 12}, {"pull-request": 7, "key": "--> x"}, {"pull-request": 7}, " " * 2000,
    {"pull-request": 7, "key": "0" * 12},
]  # fmt: skip


def test_what_does_not_fit_is_refused_before_anything_is_asked(
    github: Github, client: api.Github, tmp_path: Path
) -> None:
    finished = event.FinishedRun(11, SHA, "stranger/project")
    for at, about in enumerate(HOSTILE_ABOUT):
        places = left(tmp_path / f"{at}/one", about, '{"schema": 1}')
        with pytest.raises(InputError):
            forks.post(places, finished, client, {})
    link = left(tmp_path / "link/one", HOSTILE_ABOUT[-1])
    secret = tmp_path / "secret.json"
    secret.write_text(REPORTS["full"].to_json(), encoding="utf-8")
    (link / "one" / forks.REPORT).symlink_to(secret)
    with pytest.raises(InputError):
        forks.post(link, finished, client, {})
    for number in range(11):
        left(tmp_path / f"many/{number}", HOSTILE_ABOUT[-1], "{}")
    with pytest.raises(InputError, match="11 comments were left"):
        forks.post(tmp_path / "many", finished, client, {})
    assert github.asked == []


def job(tmp_path: Path, github: Github, **more: str) -> Mapping[str, str]:
    about = {"number": 7, "base": {"sha": SHA, "repo": {"full_name": "owner/project"}}}
    about["head"] = {"sha": SHA, "repo": {"full_name": "owner/project"}}
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": about}), encoding="utf-8")
    (tmp_path / "report.json").write_text(REPORTS["full"].to_json(), encoding="utf-8")
    return {
        "GITHUB_API_URL": github.address,
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_REPOSITORY": "owner/project",
        "TTA_REPORT": str(tmp_path / "report.json"),
        "TTA_TOKEN": TOKEN,
        **more,
    }


def test_a_token_that_may_not_write_leaves_the_comment_to_another_workflow(
    github: Github, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    github.read_only = True
    for name, value in job(tmp_path, github).items():
        monkeypatch.setenv(name, value)
    assert main(["comment"]) == 0
    assert capsys.readouterr().out.startswith(
        "::warning title=tta-validate::the comment could not be written: 403 Forbidden; the job needs the permission "
    )
    folder = Path(assignments(tmp_path / "output")["left"])
    assert json.loads((folder / forks.ABOUT).read_text(encoding="utf-8"))["pull-request"] == 7
    assert (folder / forks.REPORT).read_text(encoding="utf-8") == REPORTS["full"].to_json()


@pytest.mark.parametrize(
    ("name", "environment", "said"),
    [
        ("post", {"GITHUB_EVENT_NAME": "pull_request"}, "on the event workflow\\_run"),
        ("comment", {"GITHUB_EVENT_NAME": "push"}, "there is no pull request to comment on"),
        ("check", {"TTA_REPLAY": "true", "GITHUB_EVENT_NAME": "pull_request_target"}, "on pull_request_target"),
        ("check", {"TTA_OUTPUTS": "sarf=x"}, "there is no format 'sarf'; did you mean 'sarif'?"),
        ("check", {"TTA_OUTPUTS": "sarif"}, "names no file"),
        ("check", {"TTA_SELECT": "lok"}, "'lok'"),
        ("check", {"TTA_PATH": "absent"}, "absent: there is no such file or folder"),
        ("check", {"TTA_RECORDINGS": "absent"}, "absent:1: is no folder of recordings"),
        ("check", {"TTA_REVISION": "no-such-branch"}, "git knows no commit 'no-such-branch'"),
        ("check", {"TTA_FAIL_ON": "fatal"}, "input fail-on: 'fatal'"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_said_in_one_annotation(
    tmp_path: Path,
    name: str,
    environment: Mapping[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = repository(tmp_path / "work")
    commit(root, {"pyproject.toml": '[tool.tta-validate]\nselect = "ignore"\n'})
    monkeypatch.chdir(root)
    (tmp_path / "output").touch()
    own = {"GITHUB_OUTPUT": str(tmp_path / "output"), "RUNNER_TEMP": str(tmp_path), "GITHUB_EVENT_NAME": "push"}
    for key, value in {**own, "TTA_CACHE": str(tmp_path / "cache"), **environment}.items():
        monkeypatch.setenv(key, value)
    assert main([name]) == (2 if name == "post" else 0)
    out = capsys.readouterr().out
    assert said.replace("\\_", "_") in out
    if name == "check":
        assert assignments(tmp_path / "output")["exit-status"] == "2"
        assert out.count("::error title=tta-validate::") == 1
