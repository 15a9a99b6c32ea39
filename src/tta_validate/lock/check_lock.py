"""Freshness: whether the lock can be used at all: the environments of its forks, and the kinds of its hashes."""

from collections.abc import Iterator

from tta_validate.lock.case import Case
from tta_validate.lock.markers import All, Any, Marker, MarkerError, Test, can_hold, regions
from tta_validate.lock.needs import NeedError, index_key, read_marker
from tta_validate.lock.reasons import Reason, stale
from tta_validate.lock.versions import Set


def check_coverage(case: Case, required: Set | None) -> Iterator[Reason]:
    """Yields why uv drops the forks of a lock: they leave an environment out, or fit no Python of the project.

    uv writes no such lock: it was edited or merged by hand, or ``requires-python`` went elsewhere.
    """
    lock = case.lock
    if not lock.resolution_markers:
        return
    try:
        forks = _union(lock.resolution_markers)
        environments = _union(lock.supported_markers) if lock.supported_markers else True
        uncovered = any(held and not covered for covered, held in regions((forks, environments), case.python))
        disjoint = required is not None and not can_hold(forks, required)
    except (MarkerError, NeedError):
        return
    at = (case.lockfile.path, case.lockfile.line("resolution-markers"))
    if uncovered:
        kind = "fork markers not covering the supported environments"
        yield stale(kind, "the resolution-markers of the lock leave environments out that it has to serve", at)
    elif disjoint:
        kind = "fork markers being disjoint with `requires-python`"
        yield stale(kind, "no resolution-marker of the lock holds on a Python of requires-python", at)


def _union(texts: tuple[str, ...]) -> Marker:
    return Any(tuple(_without_extras(read_marker(text)) for text in texts))


def _without_extras(marker: Marker) -> Marker:
    """Returns a fork without the extras and groups by which uv tells conflicting ones apart."""
    if isinstance(marker, Test):
        return True if marker.variable.startswith("extra ") else marker
    if isinstance(marker, All):
        return All(tuple(_without_extras(part) for part in marker.parts))
    return Any(tuple(_without_extras(part) for part in marker.options)) if isinstance(marker, Any) else marker


def check_algorithms(case: Case) -> Iterator[Reason]:
    """Yields the first file whose hash is not of the kind that the setting ``hash-algorithm`` of its index asks for."""
    root = case.workspace.root
    wanted: dict[str, tuple[int, str | None]] = {}
    for number, index in enumerate(case.settings.values.index):
        wanted.setdefault(index_key(index.url, root), (number, index.hash_algorithm))
    if not any(algorithm for _, algorithm in wanted.values()):
        return
    for at, package in enumerate(case.lock.packages):
        number, algorithm = wanted.get(index_key(package.source.registry or "", root), (0, None))
        for file in case.lockfile.files_at(at).every if algorithm else ():
            found = (file.hash or "").partition(":")[0]
            if found != algorithm:
                place = case.setting("index", number, "hash-algorithm")
                message = f"{file.name} has {f'a {found} hash' if found else 'no hash'}, the index asks for {algorithm}"
                kind = "mismatched hash algorithm"
                yield stale(
                    kind, message, place, package=package.name, expected=algorithm or "", found=found or "no hash"
                )
                return
