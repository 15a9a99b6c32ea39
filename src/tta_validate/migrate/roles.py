"""What the name of a requirement or environment file says: for which platform it is, and for which group."""

import re
from pathlib import PurePosixPath

from tta_validate.lock_model import normalised

SYSTEMS = {
    "linux": "linux",
    "ubuntu": "linux",
    "debian": "linux",
    "osx": "darwin",
    "mac": "darwin",
    "macos": "darwin",
    "macosx": "darwin",
    "darwin": "darwin",
    "win": "win32",
    "windows": "win32",
}
_MACHINES = {
    "linux-64": "linux-x86_64",
    "linux-aarch64": "linux-aarch64",
    "osx-64": "darwin-x86_64",
    "osx-arm64": "darwin-arm64",
    "mac-arm64": "darwin-arm64",
    "macos-arm64": "darwin-arm64",
    "win-64": "win32-AMD64",
    "win-arm64": "win32-ARM64",
}
_PREFIXES = (
    (re.compile(r"^[A-Za-z]:[\\/]"), "win32"),
    (re.compile(r"^/(?:Users|opt/homebrew)/"), "darwin"),
    (re.compile(r"^/(?:home|root|mnt|data)(?:/|$)"), "linux"),
)
_FORMAT_WORDS = frozenset({"requirements", "requirement", "reqs", "req", "environment", "environments", "env", "envs"})
_NO_GROUP = _FORMAT_WORDS | frozenset(
    {
        *("conda", "pip", "py", "python", "freeze", "export", "lock", "locked", "full", "yml", "yaml", "txt", "in"),
        *("base", "prod", "production", "main", "core", "install", "runtime", "common", "app", "default", "default"),
    }
)
_GROUPS = {
    **dict.fromkeys(("dev", "devel", "develop", "development", "developer", "local"), "dev"),
    **dict.fromkeys(("test", "tests", "testing", "ci"), "test"),
    **dict.fromkeys(("doc", "docs", "documentation", "rtd"), "docs"),
    **dict.fromkeys(("lint", "linting", "linters", "style", "format", "quality", "typing", "types", "mypy"), "lint"),
}

KNOWN = frozenset(_GROUPS.values())
"""The groups whose names say what they are for."""


def platform_in(text: str) -> str:
    """Returns the platform that a file's name or a conda subdir names, empty for none.

    It is ``linux``, ``darwin`` or ``win32``, with ``-`` and the machine where that is said too.
    """
    stem = re.sub(r"\.(?:ya?ml|txt|in|lock)$", "", text.lower()).replace("_", "-")
    for name, platform in _MACHINES.items():
        if re.search(rf"(?<![a-z0-9]){name}(?![a-z0-9])", stem):
            return platform
    words = re.split(r"[^a-z]+", stem)
    return next((SYSTEMS[word] for word in words if word in SYSTEMS), "")


def platform_of_prefix(prefix: str) -> str:
    """Returns the platform on which an environment stood in that folder, empty where that cannot be told."""
    return next((platform for pattern, platform in _PREFIXES if pattern.match(prefix)), "")


def group_in(path: str) -> str:
    """Returns the dependency group that a file's name stands for, empty for what the project itself needs."""
    pure = PurePosixPath(path)
    stem = re.sub(r"\.(?:ya?ml|txt|in|lock)$", "", pure.name.lower())
    words = [word for word in re.split(r"[^a-z0-9]+", stem) if word and word not in SYSTEMS]
    words = [
        word for word in words if word not in _NO_GROUP and not re.fullmatch(r"(?:py)?\d+|arm64|aarch64|x86", word)
    ]
    if not words:
        folder = pure.parent.name.lower()
        return _GROUPS.get(folder, "") if folder not in _FORMAT_WORDS else ""
    return next((_GROUPS[word] for word in words if word in _GROUPS), normalised("-".join(words)))
