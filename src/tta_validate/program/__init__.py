"""Joins facts across files: every LLM call site of a tree, with its guards."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tta_validate.config import Config
from tta_validate.sdk import Sdk
from tta_validate.sites import Inventory


def inventory(root: Path, config: Config, tables: Sequence[Sdk], members: Mapping[str, str]) -> Inventory:
    """Returns the call sites under the root; ``members`` maps the name of a workspace member to its folder."""
    del root, config, members
    return Inventory(looked_for=tuple(table.title or table.name for table in tables))
