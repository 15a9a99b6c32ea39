"""The shapes that real code gives to calls and guards. A line ``#: ...`` says what the inventory shows of the next."""

from collections.abc import Mapping

import pytest

from ..inventories import cases, expected, inventory
from . import cases as shapes


@pytest.mark.parametrize("files", list(cases(shapes)))
def test_call_sites_and_guards(files: Mapping[str, str]) -> None:
    assert inventory(files) == expected(files)
