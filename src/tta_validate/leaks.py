"""Secrets in the files of a project: where they stand."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tta_validate import git
from tta_validate.discover import NEVER
from tta_validate.findings import Location
from tta_validate.key_formats import is_example, keys, literal_keys, may_hold_key, says_example
from tta_validate.project import Project

_TEXT = re.compile(
    r"\.(?:pyi?|toml|ya?ml|jsonc?|jsonl|ipynb|cfg|ini|txt|sh|bash|md|rst|conf|properties|tf|js|ts|tsx|jsx|html|xml)$"
    r"|^\.env|\.env$|^(?:Dockerfile|Containerfile|Makefile|justfile)|\.[Dd]ockerfile$|^\.(?:npmrc|pypirc|netrc)$"
)
_LARGEST = 1 << 20
_RECORDED = re.compile(r"(?:^|/)(?:keploy|cassettes?|recordings?)/")
_CONFIGURES = re.compile(
    r"\.(?:toml|cfg|ini|conf|txt|in|ya?ml|sh|npmrc|pypirc)$|(?:^|/)(?:Dockerfile|Containerfile|Makefile|justfile)[^/]*$"
)
_PASSWORD = re.compile(
    r"\bhttps?://(?P<user>[\w.+%-]{1,64}):(?P<value>[\w.~!*+%=-]{6,200})@(?!localhost\b|127\.|host\b|[\w-]+(?::\d+)?(?:/|$))"
)
_ECHO = re.compile(r"\b(?:echo|printf|print)\b[^|>\n]*\$\{\{\s*secrets\.(?P<name>\w+)[^|>\n]*$")
_WORKFLOW = re.compile(r"^\.github/(?:workflows|actions)/.*\.ya?ml$")
_SETTING = re.compile(r"^\s*(?:export\s+)?\w*(?:KEY|TOKEN|SECRET|PASSWORD)\w*\s*=\s*[\"']?(?P<value>[^\s\"'#]{8,})")
_SETTINGS = re.compile(r"(?:^|/)\.env(?:\.[^/]*)?$|\.env$")
_TEMPLATES = re.compile(r"\.(?:example|sample|template|dist|defaults?|test|ci)(?:\.|$)|example|sample", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret at a place: what it is, in words that do not repeat it."""

    what: str
    location: Location


def provider_keys(project: Project, *, recorded: bool) -> Iterator[Leak]:
    """Yields the keys of known formats in recordings, or in all other files."""
    for path in _files(project):
        if bool(_RECORDED.search(path)) == recorded:
            yield from _keys(project, path)


def _keys(project: Project, path: str) -> Iterator[Leak]:
    try:
        data = project.given[path] if path in project.given else (project.root / path).read_bytes()
    except OSError:
        return
    text = project.text(path) if may_hold_key(data) else None
    for number, line in enumerate(text.split("\n") if text else (), 1):
        for key in keys(line):
            what = f"a key of {key.owner}, {key.end - key.start} characters long"
            yield Leak(what, Location(path, number, key.start + 1, number, key.end + 1))


def literals(project: Project) -> Iterator[Leak]:
    """Yields values of a random look that are assigned to names of keys, and are of no known format."""
    for path in _files(project):
        text = project.text(path) if path.endswith((".py", ".pyi", ".ipynb")) and not _RECORDED.search(path) else None
        for number, line in enumerate(text.split("\n") if text else (), 1):
            for start, end in literal_keys(line):
                yield Leak("a literal key", Location(path, number, start + 1, number, end + 1))


def passwords(project: Project) -> Iterator[Leak]:
    """Yields the passwords and tokens in URLs of configuration, requirements, images and workflows."""
    for path in _files(project):
        text = project.text(path) if _CONFIGURES.search(path) and not _RECORDED.search(path) else None
        for number, line in enumerate(text.split("\n") if text else (), 1):
            for found in _PASSWORD.finditer(line) if not line.lstrip().startswith("#") else ():
                start, end = found.span("value")
                if not says_example(found["value"]) and not says_example(found["user"]):
                    yield Leak("a URL holds a password", Location(path, number, start + 1, number, end + 1))


def echoes(project: Project) -> Iterator[Leak]:
    """Yields the lines of workflows that print a secret."""
    for path in _files(project):
        text = project.text(path) if _WORKFLOW.search(path) else None
        for number, line in enumerate(text.split("\n") if text else (), 1):
            if (found := _ECHO.search(line)) and not line.lstrip().startswith("#"):
                yield Leak(f"the secret {found['name']} is printed", Location(path, number, found.start() + 1))


def exposed_settings(project: Project) -> Iterator[Leak]:
    """Yields the `.env` files that hold a secret and that git tracks, or nothing tells it to ignore."""
    found = git.tracked(project.root, (".env", ".env.*", "*.env"))
    every = found if found is not None else [path for path in _listed(project) if _SETTINGS.search(path)]
    for path in (path for path in every if project.reports_on(path)):
        if not _TEMPLATES.search(path.rpartition("/")[2]) and not project.leaves_out(path):
            for number, line in enumerate((project.text(path) or "").split("\n"), 1):
                found = _SETTING.search(line)
                if found and "$" not in found["value"] and not is_example(found["value"]):
                    start, end = found.span("value")
                    yield Leak(
                        "git is not told to ignore this file", Location(path, number, start + 1, number, end + 1)
                    )
                    break


def _files(project: Project) -> Iterable[str]:
    if project.named is not None:
        return [path for path in project.named if _TEXT.search(path.rpartition("/")[2])]
    return _listed(project)


@lru_cache(maxsize=4)
def _listed(project: Project) -> tuple[str, ...]:
    """Returns the files that can hold a secret, and that git is not told to ignore."""
    found: list[str] = []
    for folder, folders, names in os.walk(project.root):
        here = Path(folder).relative_to(project.root).as_posix()
        prefix = "" if here == "." else f"{here}/"
        folders[:] = sorted(n for n in folders if n not in NEVER and not project.leaves_out(f"{prefix}{n}/_"))
        for name in sorted(names):
            path = prefix + name
            if _TEXT.search(name) and not project.leaves_out(path) and _is_small(project.root / path):
                found.append(path)
    return tuple(found)


def _is_small(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= _LARGEST
    except OSError:
        return False
