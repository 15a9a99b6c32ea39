"""What git itself says is left out decides whether ours is right."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.layout import lay_out
from tta_validate.discover import discover
from tta_validate.gitignore import Ignore

ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(folder: Path, *arguments: str, given: str = "") -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input=given.encode(), env=ENVIRONMENT, capture_output=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.decode()


def left_in(ignores: Mapping[str, str], paths: Sequence[str]) -> set[str]:
    """Returns the paths that no pattern leaves out, going down from the root as git does."""
    rules = {folder: Ignore.parse(folder, text.split("\n")) for folder, text in ignores.items()}

    def ignored(path: str, is_folder: bool) -> bool:
        parts = path.split("/")
        for depth in range(len(parts) - 1, -1, -1):
            folder = "".join(f"{part}/" for part in parts[:depth])
            if folder in rules and (decided := rules[folder].decide(path, parts[-1], is_folder)) is not None:
                return decided
        return False

    def out(path: str) -> bool:
        above = path.split("/")[:-1]
        return any(ignored("/".join(above[: end + 1]), True) for end in range(len(above))) or ignored(path, False)

    return {path for path in paths if not out(path)}


NAMES = ["a", "b", "ab", "a.py", "b.py", "abc", ".x", "a b", "[a]", "a!", "#a"]
EVERY = [
    *NAMES,
    *(f"{folder}/{name}" for folder in ("a", "b.d", "sub") for name in ("a", "b", "a.py", "x y")),
    *(f"{folder}/{name}" for folder in ("c/a", "c/d/e", "sub/a/b") for name in ("a", "a.py", "abc")),
]
PATHS = [path for path in EVERY if not any(other.startswith(f"{path}/") for other in EVERY)]
PIECES = st.sampled_from(
    [
        *(
            "a",
            "b",
            "ab",
            "abc",
            ".py",
            "sub",
            "c",
            "d",
            "e",
            "*",
            "**",
            "?",
            "/",
            "//",
            "[ab]",
            "[!a]",
            "[^b]",
            "[a-c]",
        ),
        *(
            "[]a]",
            "[[:alpha:]]",
            "[[:nope:]]",
            "[",
            "]",
            "\\",
            "\\*",
            "\\#",
            "#",
            "!",
            " ",
            "\\ ",
            "[a-]",
            "[!]a]",
            "-",
        ),
        "[\\]]",
    ]
)
# git takes "c**/x" for "c/**/x", against its own manual: it strips the plain start of a pattern first.
PATTERNS = st.lists(PIECES, min_size=1, max_size=6).map("".join).filter(lambda text: not re.search(r"[^/*]\*\*", text))
IGNORES = st.lists(PATTERNS, max_size=5).map("\n".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    git(root, "init", "-q")
    lay_out(root, PATHS)
    return root


def by_git(root: Path, ignores: Mapping[str, str], paths: Sequence[str]) -> set[str]:
    for folder in ("", "sub/"):
        (root / f"{folder}.gitignore").write_text(ignores.get(folder, ""))
    listed = git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    return set(listed) & set(paths)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top=IGNORES, below=IGNORES)
def test_leaves_out_what_git_leaves_out(repository: Path, top: str, below: str) -> None:
    ignores = {"": top, "sub/": below}
    assert left_in(ignores, PATHS) == by_git(repository, ignores, PATHS)


@pytest.mark.parametrize(
    "patterns",
    [
        "*.py\n!a.py",
        "/a",
        "a/",
        "sub/a/",
        "**/a.py",
        "c/**/a.py",
        "c/**",
        "sub/**/b",
        "*\n!sub\n!sub/a",
        "*/\n!c/",
        "a b",
        "a\\ b",
        "a b   ",
        "\\#a\n\\[a]",
        "a\\!",
        "**",
        "***/a.py",
        "**//",
        "**//a.py",
        "**//**",
        "//**",
        "sub/**//",
        "/*\n!/sub",
        "sub\r\n!b.d\r",
        "[a-c]*",
        "[!a]*.py",
        "?*?",
    ],
)
def test_known_corners_of_the_syntax(repository: Path, patterns: str) -> None:
    assert left_in({"": patterns}, PATHS) == by_git(repository, {"": patterns}, PATHS)


def test_many_stars_do_not_take_long() -> None:
    ignore = Ignore.parse("", ["*a*a*a*a*a*a*a*a*a*a*a*b", "**/" * 12 + "x*a*a*a*a*a*b/**/c"])
    name = "a" * 3000
    path = "/".join(["xa"] * 1000)
    assert ignore.decide(name, name, False) is None
    assert ignore.decide(path, "xa", False) is None


def test_a_subfolder_of_a_repository_obeys_the_patterns_above_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    lay_out(
        tmp_path,
        {
            ".gitignore": "/app/gen/\nlocal.py\n",
            ".git/info/exclude": "private.py\n!local.py\n",
            "app/gen/x.py": "",
            "app/local.py": "",
            "app/private.py": "",
            "app/main.py": "",
            "app/deep/.gitignore": "!local.py\n",
            "app/deep/local.py": "",
        },
    )
    found = [file.path for file in discover(tmp_path / "app").files]
    assert found == ["deep/local.py", "main.py"]
    assert set(found) == {
        line for line in git(tmp_path / "app", "ls-files", "-o", "--exclude-standard").split() if line.endswith(".py")
    }
