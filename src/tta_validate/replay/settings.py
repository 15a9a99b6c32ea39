"""What a replay of one Keploy folder needs to know: the configuration, with keploy.yml where it says nothing."""

import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tta_validate.config import Loaded, ReplayConfig, ReplaySection
from tta_validate.errors import InputError
from tta_validate.recordings.fields import text
from tta_validate.recordings.model import CaseSet, KeployConfig
from tta_validate.recordings.settings import find_keploy_config, read_keploy_config
from tta_validate.replay.app import AppSettings
from tta_validate.replay.clock import Mode
from tta_validate.replay.compare_model import Rules
from tta_validate.replay.mock import Options

WAYS = ("command", "app", "base_url")
"""The settings that say how to get at the app, as fields of the configuration."""

TIMEOUT = 10.0
"""Seconds that an answer may take where nothing says otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the sets of one Keploy folder are replayed; ``missing`` says why they cannot be, empty when they can.

    Paths are shown relative to ``root``. ``mocks`` tells whether outgoing calls are answered, ``timeout`` how many
    seconds an answer may take.
    """

    app: AppSettings
    options: Options
    rules: Rules
    keploy: KeployConfig | None
    clock: Mode
    timeout: float
    root: Path
    mocks: bool = True
    missing: str = ""

    def rules_for(self, set_name: str) -> Rules:
        """Returns the rules of comparison for one test set."""
        if self.keploy is None:
            return self.rules
        return replace(self.rules, noise=self.keploy.noise_for(set_name))

    def skips(self, set_name: str, case: str) -> str:
        """Returns why keploy.yml leaves a case out, or an empty text."""
        if self.keploy is None:
            return ""
        where = self.keploy.place.path if self.keploy.place else "keploy.yml"
        ignored = dict(self.keploy.ignored)
        if set_name in ignored and (not ignored[set_name] or case in ignored[set_name]):
            return f"ignoredTests of {where} names it"
        selected = dict(self.keploy.selected)
        chosen = selected.get(set_name)
        if selected and (chosen is None or (chosen and case not in chosen)):
            return f"selectedTests of {where} leaves it out"
        return ""


def settings_for(keploy_folder: Path, root: Path, loaded: Loaded) -> Settings:
    """Returns the settings of a Keploy folder. Raises InputError for some that cannot be used."""
    values, way = _values(keploy_folder, root, loaded)
    keploy = _keploy(keploy_folder, root)
    folder = (root / values.cwd) if values.cwd is not None else _around(keploy_folder, root)
    if not folder.is_dir():
        raise InputError(f"{loaded.path}:1: replay.cwd: {values.cwd!r} is no folder below the root")
    app = AppSettings(
        folder=str(folder),
        port=values.port,
        health=values.health or (keploy.health_url if keploy else ""),
        start_timeout=values.start_timeout,
        stop_timeout=values.stop_timeout,
        python=values.python or "",
        environment=dict(values.environment),
        state_files=values.state_files,
    )
    app, missing = _reached(app, values, way, keploy)
    ordering = keploy is None or keploy.ignore_ordering
    rules = Rules(
        ignore=tuple((name, tuple(patterns)) for name, patterns in values.ignore.items()),
        ignore_ordering=ordering,
        compat=values.compat,
        compare_all=bool(keploy and keploy.compare_all),
        schema_match=bool(keploy and keploy.schema_match),
        auto_header_noise=keploy is None or keploy.auto_header_noise,
        fail_on=values.fail_on_classes,
    )
    bypass: tuple[Mapping[str, object], ...] = (*values.bypass, *(keploy.bypass if keploy else ()))
    return Settings(
        app=app,
        options=_options(Options(values.on_miss, bypass, dict(values.variables)), keploy),
        rules=rules,
        keploy=keploy,
        clock=values.clock,
        timeout=values.timeout or (keploy.api_timeout if keploy else TIMEOUT),
        root=root,
        mocks=not app.base_url and (keploy is None or keploy.mocking),
        missing=missing,
    )


def _options(options: Options, keploy: KeployConfig | None) -> Options:
    password = text(keploy.extra.get("test.mongoPassword")) if keploy is not None else ""
    return replace(options, mongo_password=password) if password else options


def with_ports(settings: Settings, recorded: CaseSet) -> AppSettings:
    """Returns how to get at the app, with the ports at which the cases of a set were recorded."""
    found: dict[int, None] = {}
    if settings.keploy is not None and settings.keploy.port is not None:
        found[settings.keploy.port] = None
    for case in recorded.cases:
        for port in (case.app_port, _port(case.request.url)):
            if port is not None:
                found[port] = None
    return replace(settings.app, likely_ports=tuple(found))


def _port(url: str) -> int | None:
    try:
        return urllib.parse.urlsplit(url).port
    except ValueError:
        return None


def _values(keploy_folder: Path, root: Path, loaded: Loaded) -> tuple[ReplaySection, str]:
    """Returns what holds for the folder, and which of `WAYS` says how to get at the app: a flag before the file."""
    config: ReplayConfig = loaded.config.replay
    shown = keploy_folder.relative_to(root).as_posix() if keploy_folder.is_relative_to(root) else ""
    own = next((entry for name, entry in config.folders.items() if name.strip("/") == shown), None)
    flags = {key.removeprefix("replay.").replace("-", "_") for key, at in loaded.origins.items() if at.startswith("-")}
    layers = [{name for name in WAYS if name in flags and getattr(config, name)}]
    if own is not None:
        layers.append({name for name in WAYS if getattr(own, name)})
    layers.append({name for name in WAYS if getattr(config, name)})
    chosen = next((layer for layer in layers if layer), set[str]())
    if len(chosen) > 1:
        named = " and ".join(sorted(name.replace("_", "-") for name in chosen))
        place = loaded.origins.get(f"replay.{min(chosen).replace('_', '-')}", loaded.path)
        raise InputError(f"{place}: {named} are given; the app is reached by exactly one of them")
    way = next(iter(chosen), "")
    if own is None:
        return config, way
    overriding = {name: getattr(own, name) for name in own.model_fields_set if name not in flags}
    return config.model_copy(update=overriding), way


def _reached(app: AppSettings, values: ReplaySection, way: str, keploy: KeployConfig | None) -> tuple[AppSettings, str]:
    if way == "command":
        return replace(app, command=values.command or ""), ""
    if way == "app":
        return replace(app, imported=values.app or ""), ""
    if way == "base_url":
        return replace(app, base_url=values.base_url or ""), ""
    if keploy is not None and keploy.command:
        return replace(app, command=keploy.command), ""
    if keploy is not None and keploy.base_path:
        return replace(app, base_url=keploy.base_path), ""
    return app, "nothing says how to get at the app: set command, app or base-url in [tool.tta-validate.replay]"


def _around(keploy_folder: Path, root: Path) -> Path:
    """Returns the folder that the app runs in: where keploy.yml stands, else the one around the recordings."""
    parent = keploy_folder.parent
    for folder in (parent, *parent.parents):
        if find_keploy_config(folder) is not None:
            return folder
        if folder == root:
            break
    return parent


def _keploy(keploy_folder: Path, root: Path) -> KeployConfig | None:
    path = find_keploy_config(_around(keploy_folder, root))
    if path is None:
        return None
    return read_keploy_config(path, path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix())
