"""Every table on small programs. A line ``#: ...`` says what the inventory shows of the line below it."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

import pytest

from ..inventories import inventory
from . import cases

Source = str | Mapping[str, str]


def _cases() -> Iterator[object]:
    for module in pkgutil.iter_modules(cases.__path__):
        found: Mapping[str, Source] = importlib.import_module(f"{cases.__name__}.{module.name}").CASES
        for name, source in found.items():
            files = {"app.py": source} if isinstance(source, str) else source
            yield pytest.param(files, id=f"{module.name}: {name}")


def expected(files: Mapping[str, str]) -> list[str]:
    return [
        f"{path}:{number + 1} {text.strip()[2:].strip()}"
        for path, source in sorted(files.items())
        for number, text in enumerate(source.splitlines(), start=1)
        if text.strip().startswith("#:")
    ]


@pytest.mark.parametrize("files", list(_cases()))
def test_call_sites_and_guards(files: Mapping[str, str]) -> None:
    assert inventory(files) == expected(files)
