"""The inventory of a small project, as text."""

import importlib
import pkgutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from tta_validate.config import Config
from tta_validate.sdks import tables
from tta_validate.sites import CallSite, State
from tta_validate.survey import Task, survey


def line(site: CallSite) -> str:
    """Returns ``path:line callee kind provider`` and each guard that is not none, as ``guard=state/reach``."""
    guards = (
        f"{name}={guard.state.value}" + (f"/{guard.reach.value}" if guard.reach else "")
        for name, guard in site.guards.items()
        if guard.state is not State.NONE
    )
    return " ".join((f"{site.path}:{site.line}", site.callee, site.kind, site.provider, *guards))


def sites(files: Mapping[str, str]) -> tuple[CallSite, ...]:
    """Returns the call sites of a project that has these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return survey(Task(root, Config.model_validate({"cache": False, "jobs": 1}), tables())).inventory.sites


def inventory(files: Mapping[str, str]) -> list[str]:
    """Returns a line for each call site of a project that has these files, in order."""
    return [line(site) for site in sites(files)]


def cases(package: ModuleType) -> Iterator[object]:
    """Yields a parameter, files, for each of the ``CASES`` of a package's modules: by name a text, or texts by file."""
    for module in pkgutil.iter_modules(package.__path__):
        found: Mapping[str, str | Mapping[str, str]]
        found = importlib.import_module(f"{package.__name__}.{module.name}").CASES
        for name, source in found.items():
            files = {"app.py": source} if isinstance(source, str) else source
            yield pytest.param(files, id=f"{module.name}: {name}")


def expected(files: Mapping[str, str]) -> list[str]:
    """Returns the inventory that the files say they have: a line ``#: ...`` tells of the line below it."""
    return [
        f"{path}:{number + 1} {text.strip()[2:].strip()}"
        for path, source in sorted(files.items())
        for number, text in enumerate(source.splitlines(), start=1)
        if text.strip().startswith("#:")
    ]
