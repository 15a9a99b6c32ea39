"""The public package registries, and the hosts that serve their files (the data is in ``hosts.toml``)."""

import tomllib
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from msgspec import Struct, convert


class Registry(Struct, frozen=True):
    """An index and the hosts that serve its files; ``default`` is the one that uv asks when nothing is configured."""

    name: str
    index: str
    files: tuple[str, ...]
    default: bool = False


@cache
def registries() -> tuple[Registry, ...]:
    """Returns the registries that the package knows."""
    text = files("tta_validate").joinpath("hosts.toml").read_text(encoding="utf-8")
    return convert(tomllib.loads(text)["registries"], tuple[Registry, ...])


@cache
def default_registry() -> Registry:
    """Returns the registry that uv asks when nothing is configured."""
    return next(registry for registry in registries() if registry.default)


@cache
def file_hosts(index: str) -> frozenset[str]:
    """Returns the hosts that may serve the files of an index, given by its URL; its own host is one of them."""
    host = urlsplit(index).hostname or ""
    known = (registry for registry in registries() if urlsplit(registry.index).hostname == host)
    return frozenset({host}.union(*(registry.files for registry in known)))
