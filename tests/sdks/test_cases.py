"""Every table on small programs. A line ``#: ...`` says what the inventory shows of the line below it."""

from collections.abc import Mapping

import pytest

from ..inventories import cases, expected, inventory
from . import cases as tables


@pytest.mark.parametrize("files", list(cases(tables)))
def test_call_sites_and_guards(files: Mapping[str, str]) -> None:
    assert inventory(files) == expected(files)
