"""Integrity: where the files of a lock come from."""

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from tta_validate.lock.view import Flaw, LockView
from tta_validate.lock_model import Artifact, LockedRequirement, Package
from tta_validate.lockfile import Lockfile
from tta_validate.registries import default_registry, file_hosts


def split(url: str) -> SplitResult | None:
    """Returns the parts of a URL, None for text that is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def host_of(url: str | None) -> str:
    """Returns the lower-case host of a URL, empty without one."""
    parts = split(url or "")
    return (parts.hostname or "").rstrip(".") if parts else ""


def allowed_hosts(view: LockView, index: str) -> frozenset[str]:
    """Returns the hosts that may serve the files of an index."""
    return file_hosts(index) | frozenset(view.policy.hosts.get(host_of(index), ()))


def artifacts(lockfile: Lockfile) -> Iterator[tuple[Package, Artifact]]:
    """Yields every file with its package."""
    for package, files in zip(lockfile.lock.packages, lockfile.files, strict=True):
        for artifact in files.every:
            yield package, artifact


def foreign_hosts(view: LockView) -> Iterator[Flaw]:
    """Yields the files of registry packages on hosts that do not belong to the registry."""
    lockfile = view.lockfile
    for package, artifact in artifacts(lockfile) if lockfile else ():
        index = package.source.registry or ""
        host = host_of(artifact.url)
        if not artifact.url or "://" not in index:
            continue
        if host not in allowed_hosts(view, index):
            shown = host or "a URL without a host"
            message = (
                f"{artifact.name} of {package.label} comes from {shown}, which does not belong to {host_of(index)}"
            )
            yield Flaw(message, view.path, artifact.line, artifact.name)


def urls(lockfile: Lockfile) -> Iterator[tuple[str, int, str]]:
    """Yields every URL of a lock with its line and the package that it is for."""
    for at, package in enumerate(lockfile.lock.packages):
        if "://" in package.source.location:
            yield package.source.location, lockfile.line("package", at, "source"), package.name
        for number, need in enumerate(package.metadata.requires_dist if package.metadata else ()):
            line = lockfile.line("package", at, "metadata", "requires-dist", number)
            yield from ((url, line, package.name) for url in _urls_of(need))
        for group, needs in package.metadata.requires_dev.items() if package.metadata else ():
            for number, need in enumerate(needs):
                place = ("package", at, "metadata", "requires-dev", group, number)
                yield from ((url, lockfile.line(*place), package.name) for url in _urls_of(need))
    manifest = lockfile.lock.manifest
    for key, needs in (
        ("requirements", manifest.requirements),
        ("constraints", manifest.constraints),
        ("overrides", manifest.overrides),
        ("build-constraints", manifest.build_constraints),
    ):
        for number, need in enumerate(needs):
            yield from ((url, lockfile.line("manifest", key, number), need.name) for url in _urls_of(need))
    for package, artifact in artifacts(lockfile):
        if artifact.url:
            yield artifact.url, artifact.line, package.name


def _urls_of(need: LockedRequirement) -> Iterator[str]:
    yield from (url for url in (need.url, need.git, need.index) if url and "://" in url)


def insecure_urls(view: LockView) -> Iterator[Flaw]:
    """Yields the URLs that nothing protects on the way, once a line."""
    seen: set[tuple[int, str]] = set()
    for url, line, name in urls(view.lockfile) if view.lockfile else ():
        parts = split(url)
        scheme = parts.scheme.lower().removeprefix("git+") if parts else ""
        host = host_of(url)
        if (
            scheme in ("http", "ftp", "git")
            and host not in ("localhost", "127.0.0.1", "::1")
            and (line, host) not in seen
        ):
            seen.add((line, host))
            yield Flaw(f"{name} is fetched from {host} over plain {scheme}", view.path, line, name)


def credentials(view: LockView) -> Iterator[Flaw]:
    """Yields the URLs that hold a password or token; the message does not repeat it."""
    seen: set[int] = set()
    for url, line, name in urls(view.lockfile) if view.lockfile else ():
        parts = split(url)
        if parts is None or line in seen or not (parts.password or (parts.username and parts.username != "git")):
            continue
        seen.add(line)
        yield Flaw(f"a URL of {name} holds credentials for {host_of(url)}", view.path, line, name)


def confused(view: LockView) -> Iterator[Flaw]:
    """Yields packages that the project takes from an index of its own, but the lock from the public one."""
    case = view.case
    if case is None:
        return
    public = {file_hosts(default_registry().index)}
    own = _own_index_names(view)
    for at, package in enumerate(case.lock.packages):
        index = package.source.registry or ""
        wanted = own.get(package.name)
        if wanted and index and host_of(index) != host_of(wanted) and file_hosts(index) in public:
            line = case.lockfile.line("package", at, "source")
            message = f"{package.label} comes from {host_of(index)}, though the project takes it from {host_of(wanted)}"
            yield Flaw(message, view.path, line, package.name)
    strategy = case.settings.values.index_strategy
    extra = [index for index in case.settings.values.index if not index.explicit and not index.default]
    if strategy in ("unsafe-first-match", "unsafe-best-match") and extra:
        message = f"index-strategy {strategy} lets any index supply any package, so a stranger can claim a private name"
        yield Flaw(message, case.settings.path, case.settings.line("index-strategy"), strategy)


def _own_index_names(view: LockView) -> dict[str, str]:
    """Returns the names whose every source is an index, with the URL of that index."""
    from tta_validate.lock_model import normalised
    from tta_validate.workspaces import source_entries

    if view.workspace is None or view.settings is None:
        return {}
    found: dict[str, str] = {}
    for manifest in (view.workspace.manifest, *view.workspace.members.values()):
        declared = {index.name: index.url for index in (*manifest.uv.index, *view.settings.values.index) if index.name}
        entries = list(source_entries(manifest))
        for name, entry in entries:
            whole = entry.marker is None and entry.extra is None and entry.group is None
            if entry.index in declared and whole:
                found[normalised(name)] = declared[entry.index]
    return found
