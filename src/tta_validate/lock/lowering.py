"""Joins requirements with ``tool.uv.sources``, as uv does before it compares them with the lock."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tta_validate.lock.markers import All, Any, Marker, Test, both, can_hold
from tta_validate.lock.needs import (
    ANY_INDEX,
    Need,
    NeedError,
    Origin,
    git_origin,
    parse_requirement,
    path_origin,
    read_marker,
    registry_origin,
    url_origin,
    without_credentials,
)
from tta_validate.lock.settings import Effective
from tta_validate.lock.versions import complement
from tta_validate.lock_model import normalised
from tta_validate.manifest_model import IndexEntry, SourceEntry
from tta_validate.manifests import Manifest, ManifestError
from tta_validate.toml_lines import Path as TomlPath
from tta_validate.workspaces import UvWorkspace, load_workspace, source_entries


class Scope(NamedTuple):
    """Where a requirement stands: its place, the extra or group that holds it, and what narrows its marker."""

    place: TomlPath
    extra: str | None = None
    group: str | None = None
    marker: Marker = True


@dataclass(frozen=True)
class Lowering:
    """Gives requirements their sources in one workspace; paths of other workspaces get their own."""

    workspace: UvWorkspace
    settings: Effective
    _others: dict[Path, "Lowering | None"] = field(default_factory=dict[Path, "Lowering | None"], compare=False)

    def needs(self, manifest: Manifest, text: str, scope: Scope) -> Iterator[Need]:
        """Yields the requirements that a text stands for in a manifest.

        Raises NeedError for a text that is no requirement, ManifestError for sources that uv refuses.
        """
        own = self._for(manifest)
        if own is not self:
            yield from own.needs(manifest, text, scope)
            return
        try:
            written = parse_requirement(text)
        except NeedError as error:
            raise NeedError(str(error), (manifest.path, manifest.line(*scope.place))) from None
        try:
            marker = both(read_marker(written.marker), scope.marker)
        except NeedError as error:
            raise manifest.error(str(error), *scope.place) from None
        origin = url_origin(written.url, manifest.folder) if written.url else ANY_INDEX
        plain = Need(
            written.name, written.extras, written.specifier, origin, marker, text.strip(), manifest.path, scope.place
        )
        entries, home = self._entries(manifest, written.name)
        fitting = [] if entries is None else [entry for entry in entries if _fits(entry, scope)]
        self._check_member(manifest, plain, entries is not None, fitting)
        if entries is None:
            yield plain
            return
        covered: list[Marker] = []
        for entry in fitting:
            limit = read_marker(entry.marker or "")
            covered.append(limit)
            found = self._origin(manifest, home, entry, plain)
            specifier = written.specifier if found[0] == "registry" else ""
            need = plain._replace(origin=found, specifier=specifier, marker=both(limit, marker))
            if can_hold(need.marker):
                yield need
        rest = plain._replace(marker=_all((*(_not(limit) for limit in covered), marker)))
        if can_hold(rest.marker):
            yield rest

    def _for(self, manifest: Manifest) -> "Lowering":
        """Returns the lowering of the workspace that a manifest belongs to.

        A pyproject.toml between a member and the root makes the member a workspace of its own.
        """
        if manifest.folder == self.workspace.root:
            return self
        if manifest.folder not in self._others:
            self._others[manifest.folder] = self._other(manifest)
        return self._others[manifest.folder] or self

    def _other(self, manifest: Manifest) -> "Lowering | None":
        root = self.workspace.root
        inside = manifest.name in self.workspace.members and self.workspace.members[manifest.name] is manifest
        between = list(manifest.folder.parents)
        between = between[: between.index(root)] if root in between else []
        if inside and not any((folder / "pyproject.toml").is_file() for folder in between):
            return None
        for folder in () if inside else (manifest.folder, *manifest.folder.parents):
            found = self._workspace_around(folder, manifest)
            if found is not None:
                return found
        alone = UvWorkspace(manifest.folder, manifest, {manifest.name: manifest}, {}, self._top)
        return Lowering(alone, Effective(manifest.uv, manifest.path, manifest.text, ("tool", "uv")))

    @property
    def _top(self) -> Path:
        return self.workspace.top or self.workspace.root

    def _workspace_around(self, folder: Path, manifest: Manifest) -> "Lowering | None":
        """Returns the lowering of the workspace rooted at a folder, where it has one that holds the manifest."""
        around = self.workspace.manifest_at(folder)
        if around is None or around.uv.workspace is None or folder == self.workspace.root:
            return None
        other = load_workspace(folder, around, self._top)
        if manifest.folder not in {member.folder for member in other.members.values()}:
            return None
        return Lowering(other, Effective(around.uv, around.path, around.text, ("tool", "uv")))

    def _entries(self, manifest: Manifest, name: str) -> tuple[tuple[SourceEntry, ...] | None, Manifest]:
        """Returns the sources of a name and who declares them; a package's own hide the root's."""
        skipped = {normalised(one) for one in self.settings.values.no_sources_package}
        if self.settings.values.no_sources or name in skipped:
            return None, manifest
        for home in (manifest, self.workspace.manifest):
            for key, entries in home.uv.sources.items():
                if normalised(key) == name:
                    return ((entries,) if isinstance(entries, SourceEntry) else entries), home
        return None, manifest

    def _check_member(self, manifest: Manifest, need: Need, sourced: bool, entries: list[SourceEntry]) -> None:
        own = need.name == manifest.name and need.place[:1] != ("tool",)
        if need.name not in self.workspace.members or own or self.settings.values.no_sources:
            return
        if not sourced:
            why = f"{need.name} is a workspace member, but has no entry in tool.uv.sources; add {{ workspace = true }}"
            raise manifest.error(why, *need.place)
        for entry in entries:
            if entry.workspace is not True:
                raise manifest.error(f"{need.name} is a workspace member, but has another source", *need.place)

    def _origin(self, manifest: Manifest, home: Manifest, entry: SourceEntry, need: Need) -> Origin:
        name = need.name
        if len(entry.kinds) != 1:
            raise home.error(f"the source of {name} needs one of git, url, path, index, workspace", *_at(home, name))
        if entry.git is not None:
            kinds = (("rev", entry.rev), ("tag", entry.tag), ("branch", entry.branch))
            references = [(kind, value) for kind, value in kinds if value is not None]
            if len(references) > 1:
                raise home.error(f"the source of {name} has more than one of rev, tag, branch", *_at(home, name))
            reference = references[0] if references else ("", "")
            return git_origin(entry.git, reference, entry.subdirectory or "", bool(entry.lfs), entry.path or "")
        if entry.url is not None:
            return ("url", without_credentials(entry.url), (entry.subdirectory or "").strip("/"))
        if entry.path is not None:
            return self._path(home, entry)
        if entry.index is not None:
            return self._index(manifest, entry, need)
        return self._member(home, entry, name)

    def _path(self, home: Manifest, entry: SourceEntry) -> Origin:
        path = Path(os.path.normpath(home.folder / (entry.path or "")))
        origin = path_origin(path, editable=bool(entry.editable))
        if origin[0] != "directory" or entry.editable:
            return origin
        package = entry.package
        if package is None:
            try:
                target = self.workspace.manifest_at(path)
            except ManifestError:
                target = None
            package = target is None or target.uv.package is not False
        return path_origin(path, virtual=not package)

    def _index(self, manifest: Manifest, entry: SourceEntry, need: Need) -> Origin:
        every: tuple[IndexEntry, ...] = (*manifest.uv.index, *self.settings.values.index)
        url = next((index.url for index in every if index.name == entry.index), None)
        if url is None:
            raise manifest.error(
                f"the source of {need.name} names the index {entry.index}, which is not declared", *need.place
            )
        item: tuple[str, ...] = ()
        if entry.extra or entry.group:
            item = (manifest.name, entry.extra or "", "" if entry.extra else entry.group or "")
        return registry_origin(url, self.workspace.root, item)

    def _member(self, home: Manifest, entry: SourceEntry, name: str) -> Origin:
        member = self.workspace.members.get(name)
        if entry.workspace is not True or member is None:
            raise home.error(f"{name} is taken from the workspace, but is no member of it", *_at(home, name))
        if member.uv.package is False:
            return path_origin(member.folder, virtual=True)
        editable = self.workspace.required.get(name)
        return path_origin(member.folder, editable=editable is None or editable)


def _fits(entry: SourceEntry, scope: Scope) -> bool:
    if entry.extra is not None and (scope.extra is None or normalised(entry.extra) != normalised(scope.extra)):
        return False
    return entry.group is None or (scope.group is not None and normalised(entry.group) == normalised(scope.group))


def _at(home: Manifest, name: str) -> TomlPath:
    key = next((key for key in home.uv.sources if normalised(key) == name), name)
    return ("tool", "uv", "sources", key)


def _all(markers: tuple[Marker, ...]) -> Marker:
    result: Marker = True
    for marker in markers:
        result = both(result, marker)
    return result


def _not(marker: Marker) -> Marker:
    if isinstance(marker, bool):
        return not marker
    if isinstance(marker, All):
        return Any(tuple(_not(part) for part in marker.parts))
    if isinstance(marker, Any):
        return All(tuple(_not(part) for part in marker.options))
    if marker.variable.endswith("_version") and marker.value is None and " " not in marker.variable:
        return marker._replace(versions=complement(marker.versions))
    return marker._replace(holds=not marker.holds)


def check_sources(manifest: Manifest) -> None:
    """Raises ManifestError where a source is limited to an extra or group that does not hold the package."""
    project = manifest.project
    extras: Mapping[str, tuple[object, ...]] = (project.optional_dependencies or {}) if project else {}
    for kind, tables in (("extra", extras), ("group", manifest.groups)):
        held = {normalised(name): _names(entries) for name, entries in tables.items()}
        for name, entry in source_entries(manifest):
            limit = entry.extra if kind == "extra" else entry.group
            if limit is not None and normalised(name) not in held.get(normalised(limit), ()):
                why = f"the source of {name} is for the {kind} {limit}, which does not hold it"
                raise manifest.error(why, "tool", "uv", "sources", name)


def _names(entries: tuple[object, ...]) -> set[str]:
    return {parse_requirement(entry).name for entry in entries if isinstance(entry, str)}


def declared_needs(lowering: Lowering, manifest: Manifest) -> list[Need]:
    """Returns what ``[project]`` requires: dependencies, and extras with their ``extra ==`` markers."""
    project = manifest.project
    if project is None:
        return []
    found: list[Need] = []
    for at, text in enumerate(project.dependencies or ()):
        found += lowering.needs(manifest, text, Scope(("project", "dependencies", at)))
    for extra, texts in (project.optional_dependencies or {}).items():
        marker = Test(f"extra {normalised(extra)}")
        for at, text in enumerate(texts):
            place = ("project", "optional-dependencies", extra, at)
            found += lowering.needs(manifest, text, Scope(place, extra=extra, marker=marker))
    return found


def mapped_extras(manifest: Manifest) -> Mapping[str, str]:
    """Returns the normalised names of the extras of a project with their spelling; raises ManifestError for doubles."""
    found: dict[str, str] = {}
    for extra in (manifest.project.optional_dependencies or {}) if manifest.project else ():
        if normalised(extra) in found:
            why = f"extra {extra} is also spelled {found[normalised(extra)]}"
            raise manifest.error(why, "project", "optional-dependencies", extra)
        found[normalised(extra)] = extra
    return found
