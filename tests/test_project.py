from pathlib import Path

import pytest

from tests.conftest import Write
from tta_validate.config import load
from tta_validate.project import Project, find_root

UV = '[project]\nname = "top"\n[tool.uv.workspace]\nmembers = ["packages/*", "apps/a"]\nexclude = ["packages/old"]\n'


def project(root: Path) -> Project:
    return Project(root, load(root))


@pytest.mark.parametrize(
    ("files", "start", "root"),
    [
        ({"pyproject.toml": "[tool.tta-validate]\n", "a/pyproject.toml": UV, "a/b/x.py": ""}, "a/b", "."),
        ({"pyproject.toml": UV, "packages/x/pyproject.toml": "[project]\n"}, "packages/x", "."),
        ({"pyproject.toml": "[tool.tta-validate]\n", "a/pyproject.toml": "[tool.tta-validate]\n"}, "a", "a"),
        ({"uv.lock": "", "pyproject.toml": "", "a/x.py": ""}, "a/x.py", "."),
        ({".git/HEAD": "", "a/pyproject.toml": "[project]\n", "a/b/x.py": ""}, "a/b", "."),
        ({"a/pyproject.toml": "[project]\n", "a/b/x.py": ""}, "a/b/x.py", "a"),
        ({"a/pyproject.toml": "= broken", "a/b/x.py": ""}, "a/b", "a"),
        ({"a/b/x.py": ""}, "a/b/x.py", "a/b"),
    ],
)
def test_finds_the_root(write: Write, files: dict[str, str], start: str, root: str) -> None:
    folder = write(files)
    assert find_root(folder / start) == folder / root


def test_members_are_the_packages_of_the_workspace(write: Write) -> None:
    root = write(
        {
            "pyproject.toml": UV,
            "packages/b/pyproject.toml": '[project]\nname = "b-pkg"\n',
            "packages/old/pyproject.toml": '[project]\nname = "old"\n',
            "packages/broken/pyproject.toml": "[project\n",
            "packages/.hidden/pyproject.toml": "[project]\n",
            "packages/empty/x.py": "",
            "apps/a/pyproject.toml": "",
        }
    )
    found = project(root)
    assert [(member.name, member.path) for member in found.members] == [
        ("top", "."),
        ("a", "apps/a"),
        ("b-pkg", "packages/b"),
    ]
    assert found.skipped.keys() == {"packages/broken/pyproject.toml"}
    assert [found.member_of(path) for path in ("packages/b/x.py", "packages/bb/x.py", "x.py")] == [
        "b-pkg",
        "top",
        "top",
    ]


def test_the_nearest_member_wins_however_short_its_folder_is(write: Write) -> None:
    root = '[project]\nname = "top"\n[tool.uv.workspace]\nmembers = ["a", "a/b"]\n'
    inner = {"a/pyproject.toml": '[project]\nname = "apple"\n', "a/b/pyproject.toml": '[project]\nname = "in"\n'}
    found = project(write({"pyproject.toml": root, **inner}))
    assert [found.member_of(path) for path in ("x.py", "a/x.py", "a/b/x.py", "ab/x.py")] == [
        "top",
        "apple",
        "in",
        "top",
    ]


@pytest.mark.parametrize(
    ("table", "uses"),
    [
        ('[project]\nname = "x"\ndependencies = ["TTA_dev.primitives >= 1"]\n', True),
        ('[project]\nname = "x"\noptional-dependencies.a = ["tta-dev-primitives[x]"]\n', True),
        ('[dependency-groups]\ndev = ["tta-dev-primitives", {include-group = "b"}]\n[project]\nname = "x"\n', True),
        ('[project]\nname = "x"\ndependencies = ["tta-dev-primitives-extra"]\n', False),
    ],
)
def test_knows_whether_a_package_of_primitives_is_used(write: Write, table: str, uses: bool) -> None:
    assert project(write({"pyproject.toml": table})).uses_primitives is uses


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx = '\xc3\xa9'\r\ny\r", "x = 'é'\ny\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", "# coding: latin-1\nx = 'é'\n"),
        (b"# coding: nonsense\nx = '\xff'\n", "# coding: nonsense\nx = '\ufffd'\n"),
        (b"\xef\xbb\xbf# coding: latin-1\nx\n", "# coding: latin-1\nx\n"),
    ],
)
def test_reads_a_file_in_its_own_encoding(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "a.py").write_bytes(data)
    assert project(tmp_path).text("a.py") == text


def test_what_cannot_be_read_has_no_text(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    found = project(tmp_path)
    assert [found.text(name) for name in ("absent.py", "folder.py", "a\0b")] == [None, None, None]


def test_files_with_comments_leave_out_what_is_not_the_projects(write: Write) -> None:
    root = write(
        {
            ".gitignore": "ignored\n*.tmp.yaml\n",
            "pyproject.toml": '[tool.tta-validate]\nexclude = ["left"]\n',
            "src/a.py": "",
            "tests/test_a.py": "",
            "Dockerfile": "",
            "api.dockerfile": "",
            "Makefile": "",
            "notes.md": "",
            "x.tmp.yaml": "",
            ".github/workflows/w.yml": "",
            ".venv/a.toml": "",
            "node_modules/a.yaml": "",
            "ignored/a.toml": "",
            "left/a.toml": "",
        }
    )
    assert project(root).files == (
        ".github/workflows/w.yml",
        ".gitignore",
        "Dockerfile",
        "Makefile",
        "api.dockerfile",
        "pyproject.toml",
        "src/a.py",
    )
