"""Whether something besides an import names a package: a string, a command, a setting."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from tta_validate.discover import Tree
from tta_validate.hygiene.declared import Declared
from tta_validate.hygiene.files import Files

_MENTIONS = frozenset({"pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock"})
_LISTS = {
    "project": ("dependencies", "optional-dependencies", "keywords", "description", "name", "readme", "urls"),
    "tool": ("uv", "poetry"),
}
_NOT_TOLD = re.compile(r"\.(?:md|rst|txt)$|^requirements|(?:^|/)(?:CHANGELOG|README)")


def mentioned(
    words: Mapping[str, Iterable[str]], tree: Tree, files: Files, manifests: Iterable[Declared]
) -> frozenset[str]:
    """Returns those of some packages that something names; ``words`` are a package's modules and programs.

    Looked at: string literals of Python that start with a word, files of the repository that are no prose, notebooks,
    and pyproject.toml besides its lists of dependencies.
    """
    left = {name: tuple(dict.fromkeys(word for word in given if word)) for name, given in words.items()}
    found: set[str] = set()
    for manifest in manifests:
        own = manifest
        found |= _hits(left, lambda words, own=own: _in_manifest(own, words))
    for path in (file.path for file in files.every if not _skipped(file.path)):
        text = files.text(path) or ""
        found |= _hits(left, lambda words, text=text: _as_word(text, words))
    for file in tree.files:
        missing = {name: given for name, given in left.items() if name not in found}
        if not missing:
            break
        try:
            data = tree.read(file.path)
        except OSError:
            continue
        found |= _hits(missing, lambda words, data=data: _in_strings(data, words))
    return frozenset(found)


def in_code(words: Mapping[str, Iterable[str]], tree: Tree, paths: Iterable[str]) -> frozenset[str]:
    """Returns those of some packages that a string literal in some files starts with."""
    left = {name: tuple(given) for name, given in words.items()}
    found: set[str] = set()
    for path in paths:
        try:
            data = tree.read(path)
        except OSError:
            continue
        found |= _hits(left, lambda words, data=data: _in_strings(data, words))
    return frozenset(found)


def _skipped(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in _MENTIONS or bool(_NOT_TOLD.search(name))


def _hits(left: Mapping[str, tuple[str, ...]], test: Callable[[tuple[str, ...]], bool]) -> set[str]:
    return {name for name, words in left.items() if test(words)}


def _as_word(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text and re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None for word in words)


def _in_strings(data: bytes, words: tuple[str, ...]) -> bool:
    for word in words:
        plain = word.encode()
        if plain in data and re.search(rb"[\"'](?:[^\"'\n]*[ +/])?" + re.escape(plain) + rb"(?![\w-])", data):
            return True
    return False


def _in_manifest(manifest: Declared, words: tuple[str, ...]) -> bool:
    """Tells whether a table of a tool has the name, or a value or key outside of the lists of dependencies."""
    for key, value in manifest.values.items():
        if key in ("dependency-groups", "build-system"):
            continue
        table = cast("Mapping[str, object]", value) if isinstance(value, dict) else {"": value}
        rest = {name: one for name, one in table.items() if name not in _LISTS.get(key, ())}
        if _as_word(repr(rest), words):
            return True
    return False
