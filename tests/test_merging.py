"""Reports of shards and jobs, joined."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Write
from tests.formats.reports import REPORTS, case, finding
from tests.test_report import report
from tta_validate import cli, commands, run
from tta_validate.errors import InputError
from tta_validate.merging import merged
from tta_validate.report import ProjectEntry, Report, Shard

TABLE = '[project]\nname = "demo"\n[tool.tta-validate]\nselect = ["adoption", "ignore"]\nbaseline = "b.json"\n'
CALL = "import openai\n\n\ndef f(t):\n    return openai.OpenAI().responses.create(model='m', input=t)\n"
IGNORED = CALL.replace("input=t)", "input=t)  # tta: ignore[adoption-no-timeout, adoption-no-cache] so")
FILES = {
    "pyproject.toml": TABLE,
    "app/a.py": CALL,
    "app/b.py": CALL.replace("f(t)", "g(t)"),
    "app/c.py": CALL.replace("'m'", "'n', timeout=3"),
    "app/d.py": IGNORED,
    "app/broken.py": "import openai\nx = = 1\n",
    "Dockerfile": "FROM python  # tta: ignore[]\n",
}


def check(root: Path, **flags: str) -> Report:
    return run.check(run.open_project(run.Request(root=str(root), flags={"cache": False, "jobs": 1, **flags})))


def comparable(value: Report) -> dict[str, object]:
    return {key: one for key, one in value.model_dump(mode="json").items() if key not in ("started", "files")}


@pytest.mark.parametrize("renamed", [False, True])
def test_shards_join_into_the_report_of_a_single_run(write: Write, renamed: bool) -> None:
    """Also where a baseline knows one finding of a file that is gone, which two files now have."""
    root = write(FILES)
    (root / "b.json").write_text('{"schema": 1, "findings": []}')
    commands.update_baseline(run.open_project(run.Request(root=str(root))), grow=True)
    if renamed:
        (root / "app/a.py").unlink()
        write({f"app/{name}.py": CALL for name in ("new", "newer", "newest")})
    whole = check(root)
    assert whole.suppressed
    assert bool(whole.findings) == renamed
    shards = [check(root, shard=f"{number}/3") for number in (2, 3, 1)]
    assert all(len(each.findings) + len(each.suppressed) > 0 for each in shards)
    joined = merged(shards)
    assert comparable(joined.model_copy(update={"exit_status": whole.exit_status})) == comparable(whole)
    assert joined.passed == whole.passed


def test_targets_are_judged_where_the_whole_project_is(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a shard nor a list of files misses a target that only the whole can meet, or can only miss."""
    guarded = CALL.replace("input=t)", "input=t, timeout=3)")
    table = '[project]\nname = "demo"\n[tool.tta-validate]\nselect = ["adoption-timeout"]\n'
    files = {f"app/{name}.py": guarded for name in "abcd"} | {f"app/{name}.py": CALL for name in "efgh"}
    root = write({"pyproject.toml": f"{table}[tool.tta-validate.targets]\ntimeout = 50\n", **files})
    monkeypatch.chdir(root)
    plain = ["check", "--no-cache", "--jobs", "1"]
    for target, status in ((50, run.CLEAN), (60, run.FAILED)):
        (root / "pyproject.toml").write_text(f"{table}[tool.tta-validate.targets]\ntimeout = {target}\n")
        for number in (1, 2):
            shard = ["--shard", f"{number}/2", "--output", "terminal", "--output", f"json={number}.json"]
            assert cli.run_cli([*plain, *shard]) == run.CLEAN
            said = capsys.readouterr().out
            assert f"No findings (0 rules on demo, shard {number}/2)" in said
            assert "Targets are judged on the whole project: `tta-validate report merge` does, with all shards." in said
        assert cli.run_cli([*plain, "app/e.py", "app/a.py"]) == run.CLEAN
        said = capsys.readouterr().out
        assert "Targets are judged on the whole project only" in said
        assert "(0 rules on demo, 2 paths)" in said
        assert cli.run_cli(plain) == status
        assert cli.run_cli(["report", "merge", "1.json", "2.json", "--output", "concise"]) == status
    assert capsys.readouterr().out.splitlines()[-1] == (
        "pyproject.toml:6:1: adoption-timeout error 50 % is below the target of 60 %"
    )


def test_a_missing_shard_and_another_project_are_refused() -> None:
    parts = [report(shard=Shard(number=number, of=3)) for number in (1, 2)]
    with pytest.raises(InputError, match="there is no report of shard 3/3"):
        merged(parts)
    with pytest.raises(InputError, match=r"report merge: these are shards of different runs: 1/3, 2/3, 1/4"):
        merged([*parts, report(shard=Shard(number=1, of=4))])
    with pytest.raises(InputError, match="different projects: other, p"):
        merged([report(), report(project=ProjectEntry(name="other", root="/o"))])


def test_reports_of_jobs_are_joined_without_repeats() -> None:
    one, other = finding(line=3), finding(line=9)
    first = report(findings=[one, other], cases=[case("a", "passed")])
    second = report(findings=[other], cases=[case("b", "failed")])
    joined = merged([first, second])
    assert (joined.findings, [each.name for each in joined.cases]) == ((one, other), ["a", "b"])
    assert merged([first, first]) == first


def test_the_commands_read_and_write_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text(REPORTS["one"].to_json(), encoding="utf-8")
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    assert cli.run_cli(["report", "merge", "a.json", "a.json", "--output", "json=all.json"]) == run.FAILED
    assert cli.run_cli(["report", "merge", "a.json", "--exit-zero", "--output", "json=zero.json"]) == run.CLEAN
    assert (
        json.loads((tmp_path / "all.json").read_text())["findings"]
        == json.loads((tmp_path / "a.json").read_text())["findings"]
    )
    assert cli.run_cli(["report", "render", "all.json", "--output", "concise", "--output", "junit=x.xml"]) == run.CLEAN
    assert capsys.readouterr().out.startswith("app/llm.py:3:5: adoption-no-timeout warning ")
    assert (tmp_path / "x.xml").read_text().startswith("<?xml")
    assert cli.run_cli(["report", "render", "all.json", "--output", "markdown", "--budget", "150"]) == run.CLEAN
    assert len(capsys.readouterr().out) <= 150
    for arguments in (["render", "bad.json"], ["render", "none.json"], ["merge", "a.json", "bad.json"]):
        assert cli.run_cli(["report", *arguments]) == run.UNUSABLE
        assert re.search(r"(bad\.json:1: is not a report|none\.json: cannot be read)", capsys.readouterr().err)
    for budget in ("0", "-5", "99", "x"):
        with pytest.raises(SystemExit, match="2"):
            cli.run_cli(["report", "render", "all.json", "--budget", budget])
        assert f"{budget!r} is no number of at least 100 characters" in capsys.readouterr().err
    twice = ["--output", "junit=x.xml", "--output", "sarif=./x.xml"]
    assert cli.run_cli(["report", "render", "all.json", *twice]) == run.UNUSABLE
    assert capsys.readouterr().err == "tta-validate: --output: two formats go to the file x.xml; give each its own\n"


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "1/", "x/y", "-1/2", "1/2/3"])
def test_what_is_no_shard_is_refused(write: Write, shard: str) -> None:
    with pytest.raises(InputError, match="--shard"):
        check(write(FILES), shard=shard)
