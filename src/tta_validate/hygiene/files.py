"""The files of a repository that say how it is built, tested and shipped."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Skips = Callable[[str, str, bool], bool]
"""Whether a path, with its last name, of a folder or a file, is left out."""

MAX_BYTES = 1 << 20
"""Larger files are not looked into."""

_OWN = frozenset({".vscode", ".devcontainer"})
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "github",
        re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$|(?:^|/)\.github/actions/.*action\.ya?ml$|^action\.ya?ml$"),
    ),
    (
        "ci",
        re.compile(r"^(?:\.gitlab-ci\.ya?ml|\.circleci/config\.yml|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml)$"),
    ),
    (
        "ci",
        re.compile(
            r"^(?:\.gitlab/.*\.ya?ml|\.buildkite/.*\.ya?ml|\.cirrus\.yml|\.travis\.yml|\.woodpecker/.*\.ya?ml)$"
        ),
    ),
    ("docs", re.compile(r"(?:^|/)\.readthedocs\.ya?ml$")),
    ("docker", re.compile(r"(?:^|/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.[Dd]ockerfile$")),
    ("compose", re.compile(r"(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml$")),
    ("make", re.compile(r"(?:^|/)(?:GNUm|M|m)akefile$|\.mk$")),
    ("just", re.compile(r"(?:^|/)\.?[Jj]ustfile$")),
    ("taskfile", re.compile(r"(?:^|/)Taskfile\.ya?ml$")),
    ("hook", re.compile(r"(?:^|/)\.pre-commit-config\.ya?ml$")),
    ("tasks", re.compile(r"(?:^|/)\.vscode/(?:tasks|launch)\.json$")),
    ("devcontainer", re.compile(r"(?:^|/)\.?devcontainer(?:/[\w.-]+)?(?:\.json)$")),
    ("script", re.compile(r"\.(?:sh|bash|zsh)$")),
    (
        "text",
        re.compile(
            r"\.(?:md|rst|txt|toml|cfg|ini|ya?ml|ipynb|env|conf|in|ps1|bat|j2|jinja)$|(?:^|/)(?:Procfile|\.envrc|README)$"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that is no Python of the project: ``kind`` says what it is for; ``text`` is what has no other kind."""

    path: str
    kind: str


@dataclass(frozen=True)
class Files:
    """The files of a tree by kind; what the skips leave out is left out."""

    root: Path
    skips: Skips
    text: Callable[[str], str | None]

    @cached_property
    def every(self) -> tuple[File, ...]:
        """Every file of a known kind, in the order of paths."""
        return tuple(sorted(self._found(), key=lambda file: file.path))

    def of(self, *kinds: str) -> Iterator[File]:
        """Yields the files of some kinds."""
        return (file for file in self.every if file.kind in kinds)

    def _found(self) -> Iterator[File]:
        for folder, folders, names in os.walk(self.root):
            here = Path(folder).relative_to(self.root).as_posix()
            prefix = "" if here == "." else f"{here}/"
            folders[:] = [name for name in folders if self._wanted(prefix, name)]
            for name in names:
                kind = kind_of(prefix + name)
                if kind and not self.skips(prefix + name, name, False) and self._small(prefix + name):
                    yield File(prefix + name, kind)

    def _wanted(self, prefix: str, name: str) -> bool:
        if os.path.lexists(f"{self.root}/{prefix}{name}/pyvenv.cfg"):
            return False
        return name in _OWN or not self.skips(prefix + name, name, True)

    def _small(self, path: str) -> bool:
        try:
            return os.path.getsize(self.root / path) <= MAX_BYTES
        except OSError:
            return False


def kind_of(path: str) -> str:
    """Returns what a file is for, empty for one that nothing here reads."""
    return next((kind for kind, pattern in _KINDS if pattern.search(path)), "")
