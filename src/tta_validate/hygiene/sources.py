"""Troubles with indexes, builds and environments."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import cast
from urllib.parse import urlsplit

from tta_validate.hygiene.declared import Declared, Table, texts
from tta_validate.hygiene.known import is_known_as
from tta_validate.hygiene.repairs import changed
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.markers import MarkerError, both, can_hold, overlaps, parse_marker
from tta_validate.lock.versions import EVERY, Set, VersionError, python_range
from tta_validate.lock_model import normalised
from tta_validate.registries import registries


def indexes(manifest: Declared) -> Iterator[tuple[int, Table]]:
    """Yields the entries of ``tool.uv.index`` with their place in the list."""
    value = manifest.get("tool", "uv", "index")
    for at, one in enumerate(cast("list[object]", value) if isinstance(value, list) else ()):
        if isinstance(one, dict):
            yield at, cast("Table", one)


def not_explicit(view: View) -> Iterator[Trouble]:
    """Yields private indexes that uv asks for every package."""
    public = {urlsplit(one.index).hostname for one in registries()}
    for manifest in view.manifests:
        for at, index in indexes(manifest):
            url, name = index.get("url"), index.get("name")
            if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
                continue
            if index.get("explicit") is True or index.get("default") is True or urlsplit(url).hostname in public:
                continue
            what = name if isinstance(name, str) else url
            why = (
                f"index {what} is asked for every package, before the public one; with `explicit = true` for those "
                "alone that tool.uv.sources takes from it"
            )
            repair = changed(manifest, ("tool", "uv", "index", at, "explicit"), value=True, safe=False)
            yield Trouble(why, manifest.path, manifest.line("tool", "uv", "index", at), what, fix=repair)
        for at, url in enumerate(manifest.strings("tool", "uv", "extra-index-url")):
            if urlsplit(url).hostname not in public:
                why = "extra-index-url is asked for every package; [[tool.uv.index]] with `explicit = true` is not"
                yield Trouble(why, manifest.path, manifest.line("tool", "uv", "extra-index-url", at), url)


def unsafe(view: View) -> Iterator[Trouble]:
    """Yields the index strategy that takes a package from whichever index has the higher version."""
    for manifest in view.manifests:
        value = manifest.get("tool", "uv", "index-strategy")
        if isinstance(value, str) and value.startswith("unsafe"):
            yield Trouble(_unsafe(value), manifest.path, manifest.line("tool", "uv", "index-strategy"), value)
    for command in view.written.commands:
        value = command.variables.get("UV_INDEX_STRATEGY", "")
        for at, word in enumerate(command.words):
            if word.startswith("--index-strategy"):
                value = word.partition("=")[2] or " ".join(command.words[at + 1 : at + 2])
        if value.startswith("unsafe") and command.program == "uv":
            yield Trouble(_unsafe(value), command.path, command.line, value)


def _unsafe(value: str) -> str:
    return f"{value} lets any index give any package: whoever claims an internal name on a public one wins by version"


def insecure(view: View) -> Iterator[Trouble]:
    """Yields indexes and sources over plain HTTP, or with a password in the URL."""
    for manifest in view.manifests:
        for place, url, keeper in _addresses(manifest):
            try:
                parts = urlsplit(url.removeprefix("git+"))
                host = parts.hostname or ""
            except ValueError:
                continue
            if parts.password or (parts.username and parts.scheme in ("http", "https") and parts.username != "git"):
                if "$" not in (parts.password or parts.username or ""):
                    why = f"the URL of {host} holds a credential; {keeper}"
                    yield Trouble(why, manifest.path, manifest.line(*place), host)
            elif parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
                yield Trouble(f"{host} is asked over plain HTTP", manifest.path, manifest.line(*place), host)


_NAMED = "UV_INDEX_<NAME>_USERNAME and UV_INDEX_<NAME>_PASSWORD keep it out"
_NAMELESS = "as an entry of [[tool.uv.index]] with a name it comes from UV_INDEX_<NAME>_PASSWORD"
_NETRC = "~/.netrc keeps it out"
_GIT = "ssh, or a credential helper of git, keeps it out"


def _addresses(manifest: Declared) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yields the addresses that packages are taken from: where, the URL, and what keeps a password out of it."""
    for at, one in indexes(manifest):
        yield ("tool", "uv", "index", at), str(one.get("url", "")), _NAMED
    if isinstance(url := manifest.get("tool", "uv", "index-url"), str):
        yield ("tool", "uv", "index-url"), url, _NAMELESS
    for key, keeper in (("extra-index-url", _NAMELESS), ("find-links", _NETRC)):
        for at, url in enumerate(manifest.strings("tool", "uv", key)):
            yield ("tool", "uv", key, at), url, keeper
    for name, entries in manifest.sources.items():
        for entry in entries:
            for key, keeper in (("url", _NETRC), ("git", _GIT)):
                yield ("tool", "uv", "sources", name), str(entry.get(key, "")), keeper
    for one in manifest.requirements:
        url = one.written.url if one.written else None
        if url:
            yield one.place, url, _GIT if url.startswith("git+") else _NETRC


def build_dependencies(view: View) -> Iterator[Trouble]:
    """Yields packages whose build needs what it does not declare, without ``extra-build-dependencies``."""
    top = view.projects.top
    if top is None or not view.uses_uv:
        return
    settings = (top, *(one for one in view.members if one is not top))
    given = {normalised(name) for one in settings for name in one.table("tool", "uv", "extra-build-dependencies")}
    metadata = {name for one in settings for name in one.strings("tool", "uv", "no-build-isolation-package")}
    off = top.get("tool", "uv", "no-build-isolation") is True
    for member in view.manifests:
        for one in member.requirements:
            if (
                not is_known_as(one.name, "needs build dependencies")
                or one.name in given
                or (one.written and one.written.url)
            ):
                continue
            if one.name in {normalised(name) for name in metadata} or off or _from_wheel(view, member, one.name):
                continue
            why = (
                f"{one.name} builds with packages that it does not declare; add "
                f'`{one.name} = [{{ requirement = "torch", match-runtime = true }}]` to extra-build-dependencies'
            )
            yield Trouble(why, member.path, one.line, one.name)


def _from_wheel(view: View, member: Declared, name: str) -> bool:
    lockfile = view.given.locked.lockfile
    if any(normalised(key) == name for home in (member, view.projects.top) for key in (home.sources if home else ())):
        return True
    found = lockfile.by_name.get(name, ()) if lockfile else ()
    return bool(found) and all(lockfile is not None and lockfile.files_at(at).wheels for at in found)


def isolation_off(view: View) -> Iterator[Trouble]:
    """Yields settings that build packages in the project's environment, where the order of installation decides."""
    for manifest in view.manifests:
        for key in ("no-build-isolation", "no-build-isolation-package"):
            if manifest.get("tool", "uv", key) not in (None, False, []):
                why = f"{key} builds against what happens to be there; extra-build-dependencies says what a build needs"
                yield Trouble(why, manifest.path, manifest.line("tool", "uv", key), key)


def environments(view: View) -> Iterator[Trouble]:
    """Yields environments that cannot be, that overlap, or that a locked package cannot be installed in."""
    top = view.projects.top
    if top is None:
        return
    python = _python(view)
    for key in ("environments", "required-environments"):
        value = top.get("tool", "uv", key)
        named = (value,) if isinstance(value, str) else texts(value)
        read: list[tuple[int, str]] = []
        for at, text in enumerate(named):
            line = top.line("tool", "uv", key, at)
            try:
                if not can_hold(parse_marker(text), python):
                    yield Trouble(
                        f"no environment is as {text!r} says, with this requires-python", top.path, line, text
                    )
                    continue
            except MarkerError as error:
                yield Trouble(f"{key} has what is no marker: {error}", top.path, line, text)
                continue
            read.append((line, text))
        for (_, one), (line, other) in combinations(read, 2) if key == "environments" else ():
            if overlaps(parse_marker(one), parse_marker(other), python):
                yield Trouble(f"{other!r} and {one!r} overlap, which uv refuses", top.path, line, other)
        yield from _unserved(view, top, {text: line for line, text in read})


def _python(view: View) -> Set:
    for member in view.members:
        value = member.get("project", "requires-python")
        if isinstance(value, str):
            try:
                return python_range(value)
            except VersionError:
                break
    return EVERY


def _unserved(view: View, top: Declared, named: Mapping[str, int]) -> Iterator[Trouble]:
    """Yields packages without a wheel and an sdist on platforms that are named, but for the usual ones."""
    from tta_validate.lock.platforms import DEFAULT_TARGETS, TARGETS, Served, gaps

    lockfile = view.given.locked.lockfile
    special = [one for name, one in TARGETS.items() if name not in DEFAULT_TARGETS and not name.startswith("musl")]
    for text, line in named.items() if lockfile else ():
        chosen = [one for one in special if one.machine in text and can_hold(both(parse_marker(text), one.marker))]
        missing = sorted(
            {lockfile.lock.packages[gap.at].label for gap in gaps(lockfile, chosen) if gap.served is Served.NONE}
            if lockfile
            else ()
        )
        if missing:
            why = f"{text!r} is asked for, and {', '.join(missing[:5])} cannot be installed there: no wheel, no sdist"
            yield Trouble(why, top.path, line, text)
