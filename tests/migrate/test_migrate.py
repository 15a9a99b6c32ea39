"""What a migration refuses, and that it writes everything or nothing."""

import json
import tomllib
from pathlib import Path

import pytest

from tta_validate.cli import run_cli

ENVIRONMENT = "name: demo\nchannels: [conda-forge]\ndependencies:\n  - python=3.11\n  - graphviz\n"
POETRY = '[tool.poetry]\nname = "a"\nversion = "1"\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="")


def snapshot(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


REFUSED: dict[str, tuple[dict[str, str], str, str]] = {
    "no file": ({}, "conda none.yml", "none.yml:1: there is no file none.yml"),
    "no environment": ({"a.yml": "x: 1\n"}, "conda a.yml", "a.yml:1: has no `dependencies`: name an environment file"),
    "no YAML": ({"a.yml": "dependencies:\n  - [\n"}, "conda a.yml", "a.yml:3: is no YAML: expected the node content"),
    "a list": ({"a.yml": "- numpy\n"}, "conda a.yml", "a.yml:1: is no YAML file with a list of dependencies"),
    "a string": (
        {"a.yml": "name: a\ndependencies: numpy\n"},
        "conda a.yml",
        "a.yml:2: `dependencies` is no list of packages",
    ),
    "unknown platform": (
        {"a.yml": ENVIRONMENT},
        "conda a.yml --platform a.yml=beos",
        "--platform: 'a.yml=beos' is not",
    ),
    "Poetry": (
        {"a.yml": ENVIRONMENT, "pyproject.toml": POETRY},
        "conda a.yml",
        "pyproject.toml:1: is a Poetry project",
    ),
    "no Poetry": ({"pyproject.toml": '[project]\nname = "a"\n'}, "poetry", "pyproject.toml:1: has no [tool.poetry]"),
    "no requirements": ({}, "requirements", "requirements.txt:1: there is no requirements file here"),
    "no included file": (
        {"requirements.txt": "a\n-r b.txt\n"},
        "requirements",
        "requirements.txt:2: there is no file b.txt",
    ),
    "dynamic": (
        {
            "requirements.txt": "a\n",
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndynamic = ["dependencies"]\n',
        },
        "requirements",
        "pyproject.toml:4: the dependencies are dynamic",
    ),
    "a plan of others": (
        {"a.yml": ENVIRONMENT, "MIGRATION.md": "# Mine\n"},
        "conda a.yml",
        "MIGRATION.md:1: is there already",
    ),
    "scripts as a list": (
        {"pyproject.toml": POETRY + 'scripts = ["x"]\n'},
        "poetry",
        "pyproject.toml:4: tool.poetry.scripts is no table; make it one, or delete it",
    ),
    "lock alone": ({"a.yml": ENVIRONMENT}, "conda a.yml --lock", "--lock: writes uv.lock, so that it needs --write"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_migrated_is_refused_and_nothing_written(
    case: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, command, said = REFUSED[case]
    write(root, files)
    before = snapshot(root)
    write_it = [] if "--lock" in command else ["--write"]
    assert run_cli(["migrate", *command.split(), *write_it, "--no-cache"]) == 2
    assert capsys.readouterr().err.startswith(f"tta-validate: {said}")
    assert snapshot(root) == before


def test_nothing_of_an_environment_is_lost_in_silence(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = """\
# Who wants what.
name: demo
channels: bioconda
dependencies:
  # for maths
  - numpy
  - python=3.12
  - [pandas, scipy]
  - pip:
      - flask
      - more: x
  - npm:
      - z
prefix: /home/ada/demo
"""
    write(root, {"environment.yml": environment, "Makefile": "x:\n\t@( $(CONDA) env create -f environment.yml; )\n"})
    assert run_cli(["migrate", "conda", "environment.yml", "--write", "--no-cache", "--output", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {(one["line"], one["what"]) for one in shown["notes"] if one["kind"] in ("decide", "dropped")} == {
        (3, "the channel bioconda"),
        (5, "# for maths"),
        (8, "- [pandas, scipy]"),
        (11, "- more: x"),
        (12, "npm"),
    }
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert text.startswith("# Who wants what.\n\n[project]\n")
    assert "environments" not in text
    assert (root / "Makefile").read_text(encoding="utf-8") == "x:\n\t@( uv sync; )\n"
    write(root, {"install.sh": "conda env create -f environment.yml\n"})
    run_cli(["check", "--select", "migration", "--no-cache", "--output", "json", "--jobs", "1"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {(one["rule"], one["path"]) for one in findings} == {
        ("migration-environment-file", "environment.yml"),
        ("migration-conda-command", "install.sh"),
    }


def test_a_poetry_project_does_not_require_itself(root: Path) -> None:
    own = '[tool.poetry]\nname = "tales"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
    own += 'click = {version = "*", optional = true}\ntales = "*"\n[tool.poetry.extras]\nx = ["click"]\n'
    own += '[tool.poetry.group.dev.dependencies]\nTales = {path = ".", extras = ["x"], develop = true}\n'
    write(root, {"pyproject.toml": own})
    assert run_cli(["migrate", "poetry", "--write", "--no-cache"]) == 0
    written = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert (written["project"]["dependencies"], written["dependency-groups"]) == ([], {"dev": ["Tales[x]"]})
    assert "uv" not in written.get("tool", {})


def test_a_package_in_several_spellings_is_kept_once(root: Path) -> None:
    lines = ("PyYAML", "pyyaml", "ruamel-yaml", "ruamel.yaml", "numpy>=1", "NumPy>=1", "Requests", "requests>=2")
    write(root, {"requirements.txt": "\n".join(lines), "requirements-dev.txt": "pyyaml\npytest\n"})
    assert run_cli(["migrate", "requirements", "--write", "--no-cache"]) == 0
    written = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert written["project"]["dependencies"] == ["numpy>=1", "PyYAML", "requests>=2", "ruamel-yaml"]
    assert written["dependency-groups"] == {"dev": ["pytest"]}


def test_lines_beside_those_of_a_compiler_are_kept(root: Path) -> None:
    lines = "flask==3.0.3\n    # via -r requirements.in\nclick==8.1\n    # via flask\n./lib[x]\n-e ./lib\nhttpx\n"
    write(root, {"requirements.txt": lines, "lib/pyproject.toml": '[project]\nname = "story-lib"\nversion = "0"\n'})
    assert run_cli(["migrate", "requirements", "--write", "--no-cache"]) == 0
    written = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert written["project"]["dependencies"] == ["flask==3.0.3", "httpx", "story-lib[x]"]
    assert written["tool"]["uv"]["sources"] == {"story-lib": {"path": "lib", "editable": True}}


def test_two_environments_for_the_same_platform_have_to_be_told_apart(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, {"environment.yml": ENVIRONMENT, "conda.yml": ENVIRONMENT})
    assert run_cli(["migrate", "conda", "environment.yml", "conda.yml", "--no-cache"]) == 2
    said = "conda.yml:1: is for the same as environment.yml (no platform that its name or content tells)"
    assert capsys.readouterr().err.startswith(f"tta-validate: {said}")
    told = ["--platform", "environment.yml=linux", "--platform", "conda.yml=osx-arm64"]
    assert run_cli(["migrate", "conda", "environment.yml", "conda.yml", *told, "--no-cache", "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["apt"] == ["graphviz"]


def test_a_file_that_cannot_be_written_leaves_all_others_as_they_were(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, {"a.yml": ENVIRONMENT, "setup.sh": "conda env create -f a.yml\n", ".setup.sh.tta-validate/x": ""})
    before = snapshot(root)
    assert run_cli(["migrate", "conda", "a.yml", "--write", "--no-cache"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert snapshot(root) == before


def test_line_ends_and_modes_stay(root: Path) -> None:
    write(root, {"a.yml": ENVIRONMENT, "setup.sh": "#!/bin/sh\r\nconda env create -f a.yml\r\n./run\r\n"})
    (root / "setup.sh").chmod(0o750)
    assert run_cli(["migrate", "conda", "a.yml", "--write", "--no-cache"]) == 0
    assert (root / "setup.sh").read_bytes() == b"#!/bin/sh\r\nuv sync\r\n./run\r\n"
    assert (root / "setup.sh").stat().st_mode & 0o777 == 0o750


def test_a_second_migration_keeps_what_was_written_into_the_plan(root: Path) -> None:
    files = {"a.yml": f"{ENVIRONMENT}  - odd-thing\n", "run.sh": "conda odd\n", "req.txt": "flask\n-e .\n"}
    write(root, files)
    command = ["migrate", "conda", "a.yml", "--write", "--no-cache"]
    assert run_cli(command) == 0
    plan = root / "MIGRATION.md"
    before = plan.read_text(encoding="utf-8")
    ticked = before.replace("- [ ] `a.yml:6`", "- [x] `a.yml:6`").replace("## Then", "Mine: ask Ada.\n\n## Then")
    assert ticked.count("[x]") == 1
    plan.write_text(ticked, encoding="utf-8")
    written = snapshot(root)
    assert run_cli(command) == 0
    assert snapshot(root) == written
    write(root, {"run.sh": "# first\nconda odd\n", "b.sh": "conda else\n"})
    assert run_cli(command) == 0
    after = plan.read_text(encoding="utf-8")
    new = "- [ ] `b.sh:1`: `conda else`. uv has no counterpart of `conda else`."
    at = "- [ ] `run.sh:1`: `conda odd`. uv has no counterpart of `conda odd`."
    assert after == ticked.replace(at, f"{at}\n{new}")
    assert run_cli(["migrate", "requirements", "req.txt", "--write", "--no-cache"]) == 0
    last = plan.read_text(encoding="utf-8")
    lines = last.split("\n")
    assert [line for line in after.split("\n") if line not in lines] == []
    assert "`tta-validate migrate requirements req.txt` wrote `pyproject.toml`" in last


def test_an_image_has_what_the_project_runs_though_it_stands_in_a_group(root: Path) -> None:
    own = '[project]\nname = "own"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["numpy"]\n'
    image = "FROM python:3.12\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
    files = {"pyproject.toml": own, "requirements.txt": "flask\nnumpy\npytest\n", "Dockerfile": image}
    write(root, files)
    assert run_cli(["migrate", "requirements", "--write", "--no-cache"]) == 0
    assert '"flask",' in (root / "pyproject.toml").read_text(encoding="utf-8").partition("dev = [")[2]
    assert (root / "Dockerfile").read_text(encoding="utf-8").endswith("RUN uv sync --frozen\n")
    write(root, {**files, "requirements.txt": "numpy\npytest\n"})
    (root / "MIGRATION.md").unlink()
    assert run_cli(["migrate", "requirements", "--write", "--no-cache"]) == 0
    assert (root / "Dockerfile").read_text(encoding="utf-8").endswith("RUN uv sync --frozen --no-dev\n")


def test_a_project_with_dependencies_takes_an_environment_as_its_tools(root: Path) -> None:
    own = '[project]\nname = "own"\nversion = "1"\nrequires-python = ">=3.10"\n'
    own += 'dependencies = [\n  "numpy>=1.20",  # why\n]\n'
    environment = "dependencies:\n  - numpy=1.26.4=py_0\n  - pandas\n  - pytest\n  - pip:\n    - numpy==1.26.4\n"
    write(root, {"environment.yml": environment, "pyproject.toml": own})
    assert run_cli(["migrate", "conda", "environment.yml", "--write", "--no-cache"]) == 0
    after = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert after == own + '\n[dependency-groups]\ndev = [\n    "pytest",\n    "pandas",\n]\n'


def test_uv_locks_what_was_written(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    text = ENVIRONMENT.replace("=3.11", ">=3.11")
    write(root, {"environment-linux.yml": text, "environment-osx.yml": text})
    files = ["environment-linux.yml", "environment-osx.yml"]
    assert run_cli(["migrate", "conda", *files, "--write", "--lock", "--no-cache"]) == 0
    assert capsys.readouterr().out.endswith("uv.lock is written\n")
    assert 'name = "demo"' in (root / "uv.lock").read_text(encoding="utf-8")
    assert run_cli(["lock", "check", "--no-cache"]) == 0
