"""The settings of uv that hold for a workspace, as its files give them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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

    A script's own settings go before those of the nearest uv.toml or pyproject.toml above it. Raises ManifestError for
    a uv.toml that cannot be used. Settings of the user, the system and the environment are not looked at.
    Source: uv's documentation of configuration files.
    """
    manifest = workspace.manifest
    own = Effective(manifest.uv, manifest.path, manifest.text, ("tool", "uv"))
    if manifest.script is None:
        return _beside(workspace, workspace.root) or own
    top = workspace.top or workspace.root
    for folder in (workspace.root, *workspace.root.parents):
        found = _beside(workspace, folder)
        project = None if found else workspace.manifest_at(folder)
        values = found.values if found else project.uv if project else None
        if values is not None and values != type(values)():
            return replace(own, values=_combined(manifest.uv, values))
        if folder == top:
            break
    return own


def _beside(workspace: UvWorkspace, folder: Path) -> Effective | None:
    path = folder / "uv.toml"
    if not path.is_file():
        return None
    shown = workspace.shown(path)
    text = read_text(path, shown)
    return Effective(parse_settings(text, shown), shown, text, ())


def _combined(first: Settings, second: Settings) -> Settings:
    """Returns the settings of which the first go before the second; lists hold those of both."""
    values: dict[str, object] = {}
    for name in Settings.__struct_fields__:
        one, other = getattr(first, name), getattr(second, name)
        values[name] = (*one, *other) if isinstance(one, tuple) else one or other
    return Settings(**values)  # pyright: ignore[reportArgumentType]
