"""Builds the text of a uv.lock as uv writes it."""

import hashlib
from collections.abc import Iterable, Sequence

from tta_validate.registries import default_registry

INDEX = default_registry().index
FILES = default_registry().files[0]


def file_url(name: str, host: str = FILES) -> str:
    digest = hashlib.blake2b(name.encode(), digest_size=32).hexdigest()
    return f"https://{host}/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{name}"


def artifact(name: str, host: str = FILES, uploaded: str = "2026-01-01T00:00:00Z", size: int = 100) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f'{{ url = "{file_url(name, host)}", hash = "sha256:{digest}", size = {size}, upload-time = "{uploaded}" }}'


def array(key: str, entries: Iterable[str]) -> str:
    lines = "".join(f"    {entry},\n" for entry in entries)
    return f"{key} = [\n{lines}]\n" if lines else ""


def edge(name: str, **fields: str) -> str:
    return "{ " + ", ".join(f'{key} = "{value}"' for key, value in {"name": name, **fields}.items()) + " }"


def package(
    name: str,
    version: str = "1.0",
    needs: Sequence[str] = (),
    wheels: Sequence[str] = ("py3-none-any",),
    sdist: bool = True,
    uploaded: str = "2026-01-01T00:00:00Z",
    registry: str = INDEX,
    more: str = "",
) -> str:
    """Returns a registry package; ``needs`` are names or whole edges, ``wheels`` are tags."""
    stem = f"{name.replace('-', '_')}-{version}"
    return (
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "{registry}" }}\n{more}'
        + array("dependencies", (need if need.startswith("{") else edge(need) for need in needs))
        + (f"sdist = {artifact(f'{stem}.tar.gz', uploaded=uploaded)}\n" if sdist else "")
        + array("wheels", (artifact(f"{stem}-{tag}.whl", uploaded=uploaded) for tag in wheels))
    )


def root(name: str, needs: Sequence[str] = (), tables: str = "", source: str = 'virtual = "."') -> str:
    """Returns the project's own package, with its requirements recorded; ``tables`` stand after it."""
    edges = array("dependencies", (edge(need) for need in needs))
    recorded = array("requires-dist", (edge(need) for need in needs))
    return (
        f'\n[[package]]\nname = "{name}"\nversion = "0.1.0"\nsource = {{ {source} }}\n{edges}'
        + (tables if tables.startswith("\n[package.opt") or tables.startswith("\n[package.dev") else "")
        + (f"\n[package.metadata]\n{recorded}" if recorded else "")
    )


def lock(*packages: str, top: str = "", revision: int = 5, requires: str = ">=3.11") -> str:
    return f'version = 1\nrevision = {revision}\nrequires-python = "{requires}"\n{top}' + "".join(packages)
