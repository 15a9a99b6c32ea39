"""Which files of a tree are the project's own."""

import os
import sys
from pathlib import Path

import pytest

from tests.layout import lay_out
from tta_validate.discover import Skip, discover
from tta_validate.errors import InputError

EVERYTHING = [
    *("main.py", "pkg/__init__.py", "pkg/mod.py", "pkg/stub.pyi", "notes.txt", "a b/ü.py", ".github/tool.py"),
    *(".venv/lib/x.py", "env/pyvenv.cfg", "env/lib/x.py", "deep/node_modules/x.py", "lib/site-packages/x.py"),
    *("__pycache__/x.py", ".tox/x.py", "pkg/_vendor/__init__.py", "third_party/x.py", ".archive/x.py"),
    *("build/lib/x.py", "dist/x.py", "archive/old.py", "docs/archived/x.py", "vendor/x.py"),
    *("pkg/build/__init__.py", "pkg/build/rules.py", "pkg/archive/__init__.py", "pkg/archive/zip.py"),
    *(
        "tests/test_a.py",
        "pkg/test/x.py",
        "pkg/test_mod.py",
        "pkg/mod_test.py",
        "conftest.py",
        "pkg/testing.py",
        "attest.py",
    ),
]
OWN = [
    *(".github/tool.py", "a b/ü.py", "attest.py", "main.py", "pkg/__init__.py", "pkg/archive/__init__.py"),
    *("pkg/archive/zip.py", "pkg/build/__init__.py", "pkg/build/rules.py", "pkg/mod.py", "pkg/testing.py"),
]
TESTS = ["conftest.py", "pkg/mod_test.py", "pkg/test/x.py", "pkg/test_mod.py", "tests/test_a.py"]


def test_only_own_code_is_found(tmp_path: Path) -> None:
    tree = discover(lay_out(tmp_path, EVERYTHING))
    assert [file.path for file in tree.files] == OWN
    assert tree.skipped == ()
    assert tree.packages == {"pkg", "pkg/archive", "pkg/build"}


def test_tests_can_be_taken_in(tmp_path: Path) -> None:
    found = [file.path for file in discover(lay_out(tmp_path, EVERYTHING), tests=True).files]
    assert found == sorted([*OWN, *TESTS])


def test_patterns_of_the_user_win(tmp_path: Path) -> None:
    lay_out(tmp_path, [*EVERYTHING, "ignored/x.py"])
    (tmp_path / ".gitignore").write_text("ignored/\n")
    tree = discover(
        tmp_path, exclude=["pkg", "!archive", "!third_party/", "!ignored", "/at*", "/a ?", "!test_*.py", ".github"]
    )
    assert [file.path for file in tree.files] == ["archive/old.py", "ignored/x.py", "main.py", "third_party/x.py"]


def test_links_are_aliases_and_never_followed(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "root", ["real.py", "pkg/mod.py", "tests/test_a.py"])
    outside = lay_out(tmp_path / "outside", ["secret.py"])
    for name, target in {
        "alias.py": "real.py",
        "pkg/up.py": "../real.py",
        "pkg/loop": "..",
        "self.py": "self.py",
        "dangling.py": "gone.py",
        "secret.py": str(outside / "secret.py"),
        "outside": str(outside),
        "to_test.py": "tests/test_a.py",
    }.items():
        (root / name).symlink_to(target)
    tree = discover(root)
    assert [file.path for file in tree.files] == ["pkg/mod.py", "real.py"]
    assert tree.links == {"alias.py": "real.py", "pkg/up.py": "real.py"}
    assert [(skip.path, skip.reason.partition(":")[0]) for skip in tree.skipped] == [
        ("dangling.py", "a link that leads nowhere"),
        ("secret.py", "a link to outside of the root"),
        ("self.py", "a link that leads nowhere"),
    ]


def test_what_is_no_file_is_skipped(tmp_path: Path) -> None:
    lay_out(tmp_path, ["folder.py/inside.py", "z.py"])
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / ".gitignore")
    tree = discover(tmp_path)
    assert [file.path for file in tree.files] == ["folder.py/inside.py", "z.py"]
    assert tree.skipped == (Skip("pipe.py", "not a regular file"),)
    (tmp_path / "z.py").unlink()
    os.mkfifo(tmp_path / "z.py")
    with pytest.raises(OSError, match="not a regular file"):
        tree.read("z.py")


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system takes UTF-8 names only")
def test_a_name_that_is_no_text_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / os.fsdecode(b"odd\xff.py")).write_text("x = 1\n")
    tree = discover(tmp_path)
    assert [file.path for file in tree.files] == ["a.py"]
    assert tree.skipped == (Skip("odd\\udcff.py", "its name is not UTF-8"),)


def test_a_folder_without_python_is_an_empty_tree(tmp_path: Path) -> None:
    tree = discover(lay_out(tmp_path, ["README.md", "src/main.rs"]))
    assert (tree.files, tree.skipped) == ((), ())


def test_the_root_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent: not a folder, name the folder of a project"):
        discover(tmp_path / "absent")


def test_the_content_is_read_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "x.py").write_bytes(content)
    tree = discover(tmp_path)
    assert tree.read("x.py") == content
    assert tree.files[0].size == len(content)


def test_a_root_that_its_repository_ignores_is_still_read(tmp_path: Path) -> None:
    lay_out(tmp_path, [".git/HEAD", "scratch/a.py", "scratch/b.py"])
    (tmp_path / ".gitignore").write_text("scratch/\n/scratch/b.py\n")
    assert [file.path for file in discover(tmp_path / "scratch").files] == ["a.py"]
