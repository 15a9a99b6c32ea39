"""The settings of uv that hold for a workspace, as its files give them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tta_validate.manifest_model import Settings
from tta_validate.manifests import parse_settings, read_text
from tta_validate.toml_files import nearest_line
from tta_validate.toml_lines import Path as TomlPath
from tta_validate.toml_lines import toml_lines
from tta_validate.workspaces import UvWorkspace


@dataclass(frozen=True)
class Effective:
    """The settings in force and the file that they stand in; ``prefix`` leads to them in that file."""

    values: Settings
    path: str
    text: str
    prefix: TomlPath

    @cached_property
    def _lines(self) -> Mapping[TomlPath, int]:
        return toml_lines(self.text)

    def line(self, *path: str | int) -> int:
        """Returns the line of a setting, of the nearest thing that holds it, or 1."""
        return nearest_line(self._lines, (*self.prefix, *path))


def effective_settings(workspace: UvWorkspace) -> Effective:
    """Returns the settings of the workspace's root: a uv.toml beside pyproject.toml replaces those of the latter.

    Raises ManifestError for a uv.toml that cannot be used. Settings of the user, the system and the environment are
    not looked at. Source: uv's documentation of configuration files.
    """
    beside: Path = workspace.root / "uv.toml"
    if beside.is_file():
        text = read_text(beside, "uv.toml")
        return Effective(parse_settings(text, "uv.toml"), "uv.toml", text, ())
    manifest = workspace.manifest
    return Effective(manifest.uv, manifest.path, manifest.text, ("tool", "uv"))
