"""Turns Poetry's way of building a package into hatchling's.

Source: Poetry's documentation of ``packages``, ``include`` and ``exclude``; hatch's documentation of build
configuration.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from tta_validate.documents import Document
from tta_validate.lock_model import normalised
from tta_validate.migrate.collect import Collector
from tta_validate.migrate.model import Place

Tables = dict[tuple[str, ...], Mapping[str, object]]
HATCHLING: dict[str, object] = {"requires": ["hatchling>=1.27"], "build-backend": "hatchling.build"}
_WHEEL = ("tool", "hatch", "build", "targets", "wheel")
_SDIST = ("tool", "hatch", "build", "targets", "sdist")


def build_tables(collector: Collector, document: Document, table: Mapping[str, object]) -> Tables:
    """Returns ``[build-system]`` and hatchling's tables; none where it is no package or builds in its own way."""
    system = document.table("build-system") or {}
    backend = str(system.get("build-backend", ""))
    if table.get("package-mode") is False:
        return {}
    if not system:
        # Poetry installs a package even where nothing says how to build it.
        collector.note("changed", Place(document.path), "build-system", "There was none; hatchling builds the package.")
    if "build" in table:
        place = Place(document.path, document.line("tool", "poetry", "build"))
        advice = (
            "poetry-core stays the build backend: hatchling needs a build hook, setuptools or scikit-build for this."
        )
        collector.note("decide", place, f"tool.poetry.build = {table['build']!r}", advice)
        return {}
    if system and not backend.startswith("poetry"):
        advice = f"{backend} stays the build backend."
        collector.note(
            "decide", Place(document.path, document.line("build-system")), f"build-backend = {backend!r}", advice
        )
        return {}
    for key in system:
        if key not in ("requires", "build-backend"):
            place = Place(document.path, document.line("build-system", key))
            collector.note("dropped", place, f"build-system.{key} = {system[key]!r}", "No standard knows this key.")
    for one in cast("list[object]", system.get("requires") or []):
        if (
            not str(one).startswith(("poetry-core", "poetry>", "poetry=", "poetry<", "poetry_core"))
            and str(one) != "poetry"
        ):
            place = Place(document.path, document.line("build-system", "requires"))
            advice = "See whether building needs it: hatchling's plugins are listed in build-system.requires."
            collector.note("decide", place, f"build-system.requires: {one}", advice)
    return {("build-system",): HATCHLING, **_hatch(collector, document, table)}


def _hatch(collector: Collector, document: Document, table: Mapping[str, object]) -> Tables:
    wheel: dict[str, object] = {}
    sdist: dict[str, object] = {}
    build: dict[str, object] = {}
    packages = list(_packages(collector, document, table))
    if packages:
        wheel["packages"] = packages
    elif not _is_found(collector, table):
        place = Place(document.path, document.line("tool", "poetry"))
        advice = "hatchling finds no package of the project's name: set tool.hatch.build.targets.wheel.packages."
        collector.note("decide", place, "packages", advice)
    artifacts: list[str] = []
    for path, formats, place in _paths(document, table, "include"):
        if "wheel" in formats and not any(path.startswith(f"{one}/") for one in packages) and "*" not in path:
            wheel.setdefault("force-include", {})
            cast("dict[str, str]", wheel["force-include"])[path] = path
        elif "wheel" in formats and "*" in path:
            collector.note("decide", place, f"include {path} in wheels", "See that the wheel holds these files.")
        artifacts.append(path)
    excluded = [path for path, _, _ in _paths(document, table, "exclude")]
    if artifacts:
        build["artifacts"] = artifacts
    if excluded:
        build["exclude"] = excluded
    tables: Tables = {}
    if build:
        tables["tool", "hatch", "build"] = build
    if wheel:
        tables[_WHEEL] = wheel
    if sdist:
        tables[_SDIST] = sdist
    return tables


def _packages(collector: Collector, document: Document, table: Mapping[str, object]) -> Iterator[str]:
    value = table.get("packages")
    for at, one in enumerate(cast("list[object]", value) if isinstance(value, list) else []):
        entry = cast("Mapping[str, object]", one) if isinstance(one, Mapping) else {"include": one}
        include, parent = str(entry.get("include", "")).strip("/"), str(entry.get("from", "")).strip("/")
        path = f"{parent}/{include}" if parent and parent != "." else include
        place = Place(document.path, document.line("tool", "poetry", "packages", str(at)))
        if "*" in path or "to" in entry or "format" in entry:
            advice = (
                "hatchling says this with `only-include`, `sources` or `shared-data`; see that the wheel is complete."
            )
            collector.note("decide", place, f"packages: {dict(entry)}", advice)
        yield path.partition("/*")[0] if "*" in path else path


def _is_found(collector: Collector, table: Mapping[str, object]) -> bool:
    name = normalised(str(table.get("name", ""))).replace("-", "_")
    return any(
        (collector.root / place).exists() for place in (f"{name}/__init__.py", f"src/{name}/__init__.py", f"{name}.py")
    )


def _paths(document: Document, table: Mapping[str, object], key: str) -> Iterator[tuple[str, set[str], Place]]:
    value = table.get(key)
    for at, one in enumerate(cast("list[object]", value) if isinstance(value, list) else []):
        place = Place(document.path, document.line("tool", "poetry", key, str(at)))
        if isinstance(one, Mapping):
            entry = cast("Mapping[str, object]", one)
            formats = entry.get("format", ["sdist"])
            names = {formats} if isinstance(formats, str) else set(cast("list[str]", formats))
            yield str(entry.get("path", "")), names, place
        else:
            yield str(one), {"sdist"}, place
