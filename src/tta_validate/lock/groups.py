"""Dependency groups, flattened as PEP 735 and uv do."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tta_validate.lock_model import normalised
from tta_validate.manifest_model import Include
from tta_validate.manifests import Manifest
from tta_validate.toml_lines import Path as TomlPath


class GroupEntry(NamedTuple):
    """A requirement in a group: its text, where it stands, and the ``requires-python`` of the groups around it."""

    text: str
    place: TomlPath
    pythons: tuple[str, ...]


class FlatGroup(NamedTuple):
    """A group with its includes expanded; ``pythons`` are its own and its includes' ``requires-python``."""

    entries: tuple[GroupEntry, ...]
    pythons: tuple[str, ...]


def flat_groups(manifest: Manifest) -> Mapping[str, FlatGroup]:
    """Returns the groups by normalised name; raises ManifestError for what PEP 735 or uv forbids."""
    names: dict[str, str] = {}
    for name in manifest.groups:
        key = normalised(name)
        if key in names:
            raise manifest.error(f"group {name} is also spelled {names[key]}", "dependency-groups", name)
        names[key] = name
    settings = {normalised(name): (name, one) for name, one in manifest.uv.dependency_groups.items()}
    if len(settings) != len(manifest.uv.dependency_groups):
        raise manifest.error("two groups with settings are one after normalisation", "tool", "uv", "dependency-groups")
    legacy = manifest.uv.dev_dependencies
    for key, (name, _) in settings.items():
        if key not in names:
            raise manifest.error(
                f"group {name} has settings and no requirements", "tool", "uv", "dependency-groups", name
            )
    pythons = {key: one.requires_python for key, (_, one) in settings.items() if one.requires_python}
    flat: dict[str, FlatGroup] = {}
    for key in names:
        _flatten(manifest, key, names, pythons, flat, ())
    if legacy is not None:
        entries = (GroupEntry(text, ("tool", "uv", "dev-dependencies", at), ()) for at, text in enumerate(legacy))
        dev = flat.get("dev", FlatGroup((), ()))
        flat["dev"] = FlatGroup((*dev.entries, *entries), dev.pythons)
    return flat


def _flatten(
    manifest: Manifest,
    key: str,
    names: Mapping[str, str],
    pythons: Mapping[str, str],
    flat: dict[str, FlatGroup],
    around: tuple[str, ...],
) -> FlatGroup:
    if key in flat:
        return flat[key]
    name = names[key]
    if key in around:
        circle = " -> ".join((*around[around.index(key) :], key))
        raise manifest.error(f"groups include each other in a circle: {circle}", "dependency-groups", name)
    if len(around) > 200:
        raise manifest.error("groups include each other too deeply", "dependency-groups", name)
    own = (pythons[key],) if key in pythons else ()
    entries: list[GroupEntry] = []
    every = list(own)
    for at, item in enumerate(manifest.groups[name]):
        place: TomlPath = ("dependency-groups", name, at)
        if isinstance(item, str):
            entries.append(GroupEntry(item, place, own))
            continue
        inner = normalised(item.include_group)
        if inner not in names:
            raise manifest.error(f"group {name} includes {item.include_group}, which does not exist", *place)
        found = _flatten(manifest, inner, names, pythons, flat, (*around, key))
        entries += [one._replace(place=place, pythons=(*one.pythons, *own)) for one in found.entries]
        every += found.pythons
    flat[key] = FlatGroup(tuple(entries), tuple(every))
    return flat[key]


def includers(manifest: Manifest) -> Mapping[str, frozenset[str]]:
    """Returns, by group, the groups that include it, through others too."""
    direct: dict[str, set[str]] = {}
    for name, items in manifest.groups.items():
        for inner in _included(items):
            direct.setdefault(inner, set()).add(normalised(name))
    found: dict[str, frozenset[str]] = {}
    for group in direct:
        reached: set[str] = set()
        waiting = [group]
        while waiting:
            new = direct.get(waiting.pop(), set()) - reached
            reached |= new
            waiting += new
        found[group] = frozenset(reached)
    return found


def _included(items: tuple[str | Include, ...]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Include):
            yield normalised(item.include_group)
