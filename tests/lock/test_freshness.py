import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Write
from tta_validate.lock.freshness import check_freshness
from tta_validate.lock.reasons import Profile, Verdict
from tta_validate.lock.samples import INDEX, lock, package, pyproject, root

from .edits import PROJECTS
from .real_uv import UV, ask

Make = Callable[[str], Path]


@pytest.fixture
def project(tmp_path: Path) -> Make:
    def make(name: str) -> Path:
        return Path(shutil.copytree(PROJECTS / name, tmp_path / name))

    return make


def change(folder: Path, old: str, new: str, path: str = "pyproject.toml") -> None:
    text = (folder / path).read_text()
    assert old in text
    (folder / path).write_text(text.replace(old, new))


@pytest.mark.parametrize("name", ["single", "workspace", "virtual"])
def test_a_lock_that_uv_made_is_fresh(name: str) -> None:
    found = check_freshness(PROJECTS / name)
    assert (found.verdict, found.reasons, found.other, found.notes) == (Verdict.FRESH, (), None, ())


SINGLE = [
    ("idna>=3.4,<4", "idna>=3.5,<4", "mismatched requirements for: single==0.1.0", 6, "idna>=3.5,<4", "idna>=3.4,<4"),
    ('    "packaging>=23",\n', "", "mismatched requirements for: single==0.1.0", 5, "", "packaging>=23"),
    (
        '"pluggy>=1.5"',
        '"pluggy>=1.6"',
        "mismatched dependency groups for: single==0.1.0",
        18,
        "pluggy>=1.6",
        "pluggy>=1.5",
    ),
    ("web = [", "net = [", "mismatched extras for: single==0.1.0", 13, "net", ""),
    ('version = "0.1.0"', 'version = "0.2.0"', "mismatched version", 3, "0.2.0", "0.1.0"),
    ('name = "single"', 'name = "other"', "mismatched source", 2, "", ""),
    (">=3.11", ">=3.12", "change in Python requirement", 4, ">=3.12", ">=3.11"),
    ('"h11<1"', '"h11<2"', "mismatched constraints", 21, "h11<2", "h11<1"),
    ("[tool.uv]", '[tool.uv]\nresolution = "lowest"', "change in resolution mode", 21, "lowest", "highest"),
    ("[tool.uv]", "[tool.uv]\npackage = true", "mismatched source", 21, "editable", "virtual"),
]


@pytest.mark.parametrize(("old", "new", "kind", "line", "expected", "found"), SINGLE)
def test_a_change_is_told_where_it_was_made(
    project: Make, old: str, new: str, kind: str, line: int, expected: str, found: str
) -> None:
    folder = project("single")
    change(folder, old, new)
    result = check_freshness(folder)
    assert result.verdict is Verdict.STALE
    first = result.reasons[0]
    assert (first.rule, first.kind, first.path, first.line) == ("lock-stale", kind, "pyproject.toml", line)
    assert (first.expected, first.found) == (expected, found)


@pytest.mark.parametrize(
    ("old", "new", "older"),
    [
        ("idna>=3.4,<4", "idna<4,>=3.4.0", False),
        ("idna>=3.4,<4", "idna~=3.4", True),
        ("idna>=3.4,<4", "idna>=3.4,>=3,<4", True),
        ("sys_platform == 'win32'", "platform_system == 'Windows'", False),
        ('"packaging>=23"', "\"packaging>=23; python_version >= '3.9'\"", False),
        ('"single[web]"', '"Single[Web]"', False),
        ("[tool.uv]", "[tool.uv]\nexclude-newer-package = { numpy = '2026-01-01T00:00:00Z' }", True),
        ('"h11<1"', '"h11<1", "numpy<3"', True),
        ("[tool.uv]", "# comment\n[tool.uv]", False),
    ],
)
def test_what_means_the_same_is_fresh_and_older_uv_is_told_apart(
    project: Make, old: str, new: str, older: bool
) -> None:
    folder = project("single")
    change(folder, old, new)
    result = check_freshness(folder)
    assert (result.verdict, result.other) == (Verdict.FRESH, Verdict.STALE if older else None)
    classic = check_freshness(folder, Profile.CLASSIC)
    assert classic.verdict is (Verdict.STALE if older else Verdict.FRESH)


def test_members_are_told_with_their_own_files(project: Make) -> None:
    folder = project("workspace")
    change(folder, "click>=8.1", "click>=8.2", "packages/tool/pyproject.toml")
    change(folder, "six>=1.16", "six>=1.17", "vendor/extra/pyproject.toml")
    places = [(reason.path, reason.line, reason.package) for reason in check_freshness(folder).reasons]
    assert places == [("packages/tool/pyproject.toml", 5, "tool"), ("vendor/extra/pyproject.toml", 5, "extra")]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("core = { workspace = true }\n", "", "core is a workspace member, but has no entry"),
        ('[{ include-group = "test" }]', '[{ include-group = "every" }]', "in a circle"),
        ('default-groups = ["test"]', 'default-groups = ["nothing"]', "default group nothing does not exist"),
        ('members = ["packages/*"]', 'members = ["packages/*", "bare"]', "has no pyproject.toml"),
        ("[project]", "[project", "not valid TOML"),
        ('"idna>=3.4"', "7", "Expected `str`"),
    ],
)
def test_what_uv_refuses_is_an_error_with_its_place(project: Make, old: str, new: str, says: str) -> None:
    folder = project("workspace")
    (folder / "bare").mkdir()
    (folder / "bare" / "file.py").touch()
    change(folder, old, new)
    result = check_freshness(folder)
    assert result.verdict is Verdict.ERROR
    assert says in result.reasons[0].message
    assert result.reasons[0].path == "pyproject.toml"
    assert result.reasons[0].line > 1 or "TOML" in says


def test_a_uv_toml_replaces_the_settings(project: Make) -> None:
    folder = project("single")
    (folder / "uv.toml").write_text('# settings\nresolution = "lowest"\n')
    first = check_freshness(folder).reasons[0]
    assert (first.kind, first.path, first.line) == ("change in resolution mode", "uv.toml", 2)


def test_a_missing_or_broken_lock_is_told(project: Make) -> None:
    folder = project("single")
    (folder / "uv.lock").write_text("version = 2\n")
    broken = check_freshness(folder)
    assert (broken.verdict, broken.reasons[0].rule, broken.reasons[0].line) == (Verdict.ERROR, "lock-unreadable", 1)
    (folder / "uv.lock").unlink()
    missing = check_freshness(folder)
    assert (missing.verdict, missing.reasons[0].rule) == (Verdict.MISSING, "lock-missing")


def test_a_wheel_of_another_version_is_refused_as_uv_does(project: Make) -> None:
    folder = project("single")
    change(folder, "iniconfig-", "iniconfig-9", "uv.lock")
    assert check_freshness(folder).reasons[0].rule == "lock-unreadable"


def test_dynamic_dependencies_are_undecided(tmp_path: Path) -> None:
    text = pyproject().replace("dependencies = []", 'dynamic = ["dependencies"]')
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "uv.lock").write_text(lock(root("demo")))
    result = check_freshness(tmp_path)
    assert (result.verdict, result.reasons[0].line) == (Verdict.UNDECIDED, 5)


@pytest.mark.parametrize(("pin", "profile"), [("0.8.4", Profile.CLASSIC), ("0.13.1", Profile.CURRENT)])
def test_the_profile_follows_what_the_project_pins(tmp_path: Path, pin: str, profile: Profile) -> None:
    (tmp_path / "pyproject.toml").write_text(pyproject(["alpha"]))
    (tmp_path / "uv.lock").write_text(lock(package("alpha"), root("demo", ["alpha"])))
    (tmp_path / "Dockerfile").write_text(f"COPY --from=ghcr.io/astral-sh/uv:{pin} /uv /bin/\n")
    assert check_freshness(tmp_path).profile is profile
    (tmp_path / "pyproject.toml").write_text(pyproject(["alpha"], f'\n[tool.uv]\nrequired-version = "=={pin}"\n'))
    (tmp_path / "Dockerfile").unlink()
    assert check_freshness(tmp_path).profile is profile


FORKS = """resolution-markers = [
    "sys_platform == 'win32'",
    "sys_platform != 'win32'",
]
"""


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("!= 'win32'", "== 'linux'", "fork markers not covering the supported environments"),
        ("!= 'win32'", "!= 'win32' and python_full_version < '3.12'", "fork markers not covering"),
        ("", "", ""),
        ("!= 'win32'", "!= 'win32' or extra == 'extra-4-demo-x'", ""),
    ],
)
def test_forks_that_leave_environments_out_make_a_lock_stale(write: Write, old: str, new: str, kind: str) -> None:
    text = lock(package("alpha"), root("demo", ["alpha"]), top=FORKS.replace(old, new))
    folder = write({"pyproject.toml": pyproject(["alpha"]), "uv.lock": text})
    found = [(one.kind[: len(kind)], one.path, one.line) for one in check_freshness(folder).reasons]
    assert found == ([(kind, "uv.lock", 4)] if kind else [])
    if UV:
        real = ask(folder)
        assert (real.verdict, kind in real.output) == ("stale" if kind else "fresh", True)


@pytest.mark.parametrize(("algorithm", "verdict"), [("sha256", "fresh"), ("sha512", "stale")])
def test_the_kind_of_hash_that_an_index_asks_for_counts(write: Write, algorithm: str, verdict: str) -> None:
    index = f'\n[[tool.uv.index]]\nurl = "{INDEX}"\ndefault = true\nhash-algorithm = "{algorithm}"\n'
    text = lock(package("alpha"), root("demo", ["alpha"]))
    folder = write({"pyproject.toml": pyproject(["alpha"], index), "uv.lock": text})
    found = check_freshness(folder)
    assert [(one.kind, one.path, one.line, one.expected, one.found) for one in found.reasons] == (
        [("mismatched hash algorithm", "pyproject.toml", 10, "sha512", "sha256")] if verdict == "stale" else []
    )
    if UV:
        assert ask(folder).verdict == verdict


@pytest.mark.parametrize(
    ("first", "second", "verdict"), [("1", "1", "fresh"), ("1", "2", "stale"), ("2", "1", "stale")]
)
def test_build_constraints_are_compared_by_name(write: Write, first: str, second: str, verdict: str) -> None:
    entries = "".join(f'    {{ name = "{name}", specifier = "==1" }},\n' for name in "ab")
    kept = f"\n[manifest]\nbuild-constraints = [\n{entries}]\n"
    text = lock(package("alpha"), root("demo", ["alpha"]), top=kept)
    more = f'\n[tool.uv]\nbuild-constraint-dependencies = ["a=={first}", "b=={second}"]\n'
    folder = write({"pyproject.toml": pyproject(["alpha"], more), "uv.lock": text})
    assert check_freshness(folder).verdict.value == verdict
    if UV:
        assert ask(folder).verdict == verdict


def test_a_source_and_no_secret_is_told(write: Write) -> None:
    source = '\n[tool.uv.sources]\nalpha = { git = "https://bob:hunter2@host.example/alpha" }\n'
    folder = write(
        {"pyproject.toml": pyproject(["alpha"], source), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))}
    )
    (reason,) = check_freshness(folder).reasons
    assert reason.message == "alpha (git https://host.example/alpha) is declared, the lock has alpha"
    write({"pyproject.toml": pyproject(["alpha @ https://bob:hunter2@host.example/alpha.whl"])})
    (reason,) = check_freshness(folder).reasons
    assert reason.expected == "alpha @ https://***@host.example/alpha.whl"


def test_what_is_no_requirement_is_undecided_at_its_line(write: Write) -> None:
    folder = write({"pyproject.toml": pyproject(["<>"]), "uv.lock": lock(root("demo"))})
    assert [(one.rule, one.path, one.line) for one in check_freshness(folder).reasons] == [
        ("lock-undecided", "pyproject.toml", 5)
    ]
