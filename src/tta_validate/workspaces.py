"""Finds the packages of a uv workspace, by uv's rules."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tta_validate.lock_model import normalised
from tta_validate.manifest_model import SourceEntry
from tta_validate.manifests import Manifest, ManifestError, read_manifest


@dataclass(frozen=True)
class UvWorkspace:
    """A root with its members by normalised name, the root's own project among them where it has one.

    Messages show paths from ``top``, the root itself by default.
    """

    root: Path
    manifest: Manifest
    members: Mapping[str, Manifest]
    cache: dict[Path, Manifest | None] = field(default_factory=dict[Path, "Manifest | None"], compare=False)
    top: Path | None = None

    @property
    def is_virtual(self) -> bool:
        """Whether the root itself is no project."""
        return self.manifest.project is None

    def is_root(self, member: Manifest) -> bool:
        """Whether a member is the root's own project."""
        return member.folder == self.root

    @cached_property
    def required(self) -> Mapping[str, bool | None]:
        """The members that some source takes from the workspace, with the ``editable`` of that source."""
        found: dict[str, bool | None] = {}
        for manifest in (self.manifest, *(one for one in self.members.values() if not self.is_root(one))):
            for name, entry in source_entries(manifest):
                if entry.workspace is True and normalised(name) != manifest.name:
                    known = normalised(name) in found
                    if known and found[normalised(name)] not in (None, entry.editable) and entry.editable is not None:
                        raise manifest.error(f"{name} is editable and not editable", "tool", "uv", "sources", name)
                    found[normalised(name)] = entry.editable if not known else found[normalised(name)] or entry.editable
        return found

    def shown(self, path: Path) -> str:
        """Returns a path as messages show it, relative to the top."""
        return Path(os.path.relpath(path, self.top or self.root)).as_posix()

    def manifest_at(self, folder: Path) -> Manifest | None:
        """Returns the manifest of a folder, None where it has none; raises ManifestError."""
        if folder not in self.cache:
            path = folder / "pyproject.toml"
            self.cache[folder] = read_manifest(path, self.shown(path)) if path.is_file() else None
        return self.cache[folder]


def source_entries(manifest: Manifest) -> Iterator[tuple[str, SourceEntry]]:
    """Yields each entry of ``tool.uv.sources`` with the name that it is for."""
    for name, entries in manifest.uv.sources.items():
        for entry in (entries,) if isinstance(entries, SourceEntry) else entries:
            yield name, entry


def load_workspace(root: Path, manifest: Manifest | None = None, top: Path | None = None) -> UvWorkspace:
    """Returns the workspace whose root is a folder; raises ManifestError for what uv refuses."""
    root = Path(os.path.normpath(root.absolute()))
    path = root / "pyproject.toml"
    manifest = manifest or read_manifest(path, Path(os.path.relpath(path, top or root)).as_posix())
    members: dict[str, Manifest] = {manifest.name: manifest} if manifest.project else {}
    workspace = UvWorkspace(root, manifest, members, {root: manifest}, top)
    if manifest.uv.managed is False:
        raise manifest.error("the project is not managed by uv", "tool", "uv", "managed")
    for folder in _folders(root, manifest):
        found = _member(workspace, folder)
        if found is None:
            continue
        if found.name in members:
            other = members[found.name].path
            raise found.error(f"has the name of another member, {found.name}: {other}", "project", "name")
        members[found.name] = found
    return workspace


def _member(workspace: UvWorkspace, folder: Path) -> Manifest | None:
    found = workspace.manifest_at(folder)
    if found is None:
        if folder.name.startswith(".") or not _holds_files(folder):
            return None
        shown = workspace.shown(folder)
        line = workspace.manifest.line("tool", "uv", "workspace", "members")
        raise ManifestError(workspace.manifest.path, line, f"the workspace member {shown} has no pyproject.toml")
    if found.uv.managed is False:
        return None
    if found.project is None:
        raise ManifestError(found.path, 1, "is a workspace member without a [project] table")
    if found.uv.workspace is not None:
        raise found.error("nested workspaces are not supported", "tool", "uv", "workspace")
    return found


def _holds_files(folder: Path) -> bool:
    """Whether a folder has something that git would not ignore: uv passes over what is left of a deleted package."""
    names = {entry.name for entry in os.scandir(folder)}
    return bool(names - {"__pycache__", ".venv", "dist", "build", "node_modules"})


def _folders(root: Path, manifest: Manifest) -> list[Path]:
    table = manifest.uv.workspace
    if table is None:
        return []
    excluded = [_pattern(pattern) for pattern in table.exclude]
    found: set[Path] = set()
    for at, pattern in enumerate(table.members):
        try:
            matches = [Path(os.path.normpath(path)) for path in _glob(root, pattern)]
        except (ValueError, NotImplementedError, OSError) as error:
            why = f"{pattern!r} is not a pattern of folders: {error}"
            raise manifest.error(why, "tool", "uv", "workspace", "members", at) from None
        found.update(path for path in matches if path.is_dir())
    return sorted(
        path for path in found if path != root and not any(one.fullmatch(_relative(root, path)) for one in excluded)
    )


def _glob(root: Path, pattern: str) -> Iterator[Path]:
    plain = os.path.normpath(pattern)
    if plain.startswith(".."):
        up, _, rest = plain.rpartition("../")
        return (root / up / "..").resolve().glob(rest) if rest else iter([(root / plain).resolve()])
    return iter([root]) if plain == "." else root.glob(plain)


def _relative(root: Path, path: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _pattern(glob: str) -> re.Pattern[str]:
    """Returns the expression of an exclude pattern, in which ``*`` stays within one folder."""
    text = ""
    for part in re.findall(r"\*\*/?|\*|\?|\[[^\]]*\]|[^*?\[]+|\[", os.path.normpath(glob)):
        wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        is_class = len(part) > 2 and part[0] == "["
        text += wild.get(part) or (part.replace("[!", "[^") if is_class else re.escape(part))
    return re.compile(text)
