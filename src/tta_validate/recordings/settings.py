"""Keploy's own settings: ``keploy.yml`` (older: ``keploy-config.yaml``) and the ``config.yaml`` of a test set."""

from collections.abc import Mapping
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.recordings.exchanges import noise
from tta_validate.recordings.fields import integer, is_mapping, items, mapping, pairs, seconds, text, texts, without
from tta_validate.recordings.model import KeployConfig, Noise, Place, SetConfig
from tta_validate.recordings.trees import Tree, Unreadable, pieces, read_yaml

NAMES = ("keploy.yml", "keploy.yaml", "keploy-config.yaml", "keploy-config.yml")
"""The names of the file, the newest first."""
_TOP = frozenset(("path", "command", "cmd", "test", "disableMapping", "bypassRules"))
_TEST = frozenset(
    (
        "path",
        "command",
        "selectedTests",
        "testSets",
        "tests",
        "ignoredTests",
        "globalNoise",
        "replaceWith",
        "delay",
        "healthUrl",
        "apiTimeout",
        "port",
        "healthPollTimeout",
        "host",
        "basePath",
        "mocking",
        "ignoreOrdering",
        "compareAll",
        "schemaMatch",
        "disableAutoHeaderNoise",
    )
)
_SET = frozenset(("template", "secret", "preScript", "postScript", "appCommand", "metadata"))


def find_keploy_config(folder: Path) -> Path | None:
    """Returns Keploy's settings file in the folder, or None."""
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def read_keploy_config(path: Path, shown: str | None = None) -> KeployConfig:
    """Returns the settings; raises InputError with ``path:line`` for a file that cannot be read."""
    name = shown or str(path)
    try:
        data = path.read_bytes()
        tree = read_yaml(data) if any(pieces(data)) else Tree({})
    except OSError as error:
        raise InputError(f"{name}:1: cannot be read: {error.strerror}") from None
    except Unreadable as error:
        raise InputError(f"{name}:{error.line}: {error.reason}") from None
    return keploy_config(tree, name)


def keploy_config(tree: Tree, name: str) -> KeployConfig:
    """Returns the settings of a document. Keys keep their case and may hold dots, unlike in Keploy itself."""
    top = tree.values
    test = mapping(top.get("test"))
    chosen = test["selectedTests"] if "selectedTests" in test else test.get("testSets", test.get("tests"))
    global_noise = mapping(test.get("globalNoise"))
    sets = mapping(global_noise.get("test-sets"))
    replace = mapping(mapping(test.get("replaceWith")).get("global"))
    default = KeployConfig()
    return KeployConfig(
        path=text(top.get("path")) or text(test.get("path")),
        command=text(top.get("command")) or text(top.get("cmd")) or text(test.get("command")),
        selected=_selection(chosen),
        ignored=_selection(test.get("ignoredTests")),
        noise=section_noise(global_noise.get("global")),
        set_noise=tuple((set_name, section_noise(inner)) for set_name, inner in sets.items()),
        replace_urls=pairs(replace.get("url")),
        replace_ports=pairs(replace.get("port")),
        bypass=tuple(mapping(rule) for rule in items(top.get("bypassRules"))),
        delay=seconds(test.get("delay"), default.delay),
        health_url=text(test.get("healthUrl")),
        health_timeout=seconds(test.get("healthPollTimeout"), default.health_timeout),
        api_timeout=seconds(test.get("apiTimeout"), default.api_timeout),
        host=text(test.get("host")),
        port=integer(test.get("port")) or None,
        base_path=text(test.get("basePath")),
        mocking=_flag(test, "mocking", default=True),
        ignore_ordering=_flag(test, "ignoreOrdering", default=True),
        compare_all=_flag(test, "compareAll", default=False),
        schema_match=_flag(test, "schemaMatch", default=False),
        auto_header_noise=not _flag(test, "disableAutoHeaderNoise", default=False),
        use_mappings=not _flag(top, "disableMapping", default=False),
        place=Place(name, tree.first),
        extra={**without(top, _TOP), **{f"test.{key}": value for key, value in without(test, _TEST).items()}},
    )


def section_noise(value: object) -> Noise:
    """Returns the noise of a ``{body: ..., header: ...}`` mapping of settings, where an empty section means none.

    Only ``"*": ["*"]`` silences a whole section here.
    """
    kept: dict[str, object] = {}
    for section, inner in mapping(value).items():
        if section in ("body", "header") and inner:
            kept[section] = inner
    return noise(kept)


def set_config(config: Mapping[str, object], secret: Mapping[str, object]) -> SetConfig:
    """Returns the settings of a test set out of its ``config.yaml`` and ``secret.yaml``."""
    return SetConfig(
        template=mapping(config.get("template")),
        secret={**mapping(config.get("secret")), **secret},
        pre_script=text(config.get("preScript")),
        post_script=text(config.get("postScript")),
        app_command=text(config.get("appCommand")),
        metadata=mapping(config.get("metadata")),
        extra=without(config, _SET),
    )


def _selection(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if is_mapping(value):
        return tuple((name, texts(inner)) for name, inner in mapping(value).items())
    return tuple((name, ()) for name in texts(value))


def _flag(values: Mapping[str, object], name: str, *, default: bool) -> bool:
    found = text(values.get(name)).lower()
    return found == "true" if found else default
