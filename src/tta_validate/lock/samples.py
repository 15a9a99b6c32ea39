"""Builds the texts of small locks as uv writes them, for examples and tests. Their registry does not exist."""

import hashlib
from collections.abc import Iterable, Sequence

HOST = "registry.example"
INDEX = f"https://{HOST}/simple"
UPLOADED = "2026-01-01T00:00:00Z"


def artifact(name: str, host: str = HOST, uploaded: str = UPLOADED, scheme: str = "https") -> str:
    """Returns the entry of a file, with a hash that depends on its name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    url = f"{scheme}://{host}/files/{name}"
    return f'{{ url = "{url}", hash = "sha256:{digest}", size = 100, upload-time = "{uploaded}" }}'


def array(key: str, entries: Iterable[str]) -> str:
    """Returns an array with an entry a line, nothing for none."""
    lines = "".join(f"    {entry},\n" for entry in entries)
    return f"{key} = [\n{lines}]\n" if lines else ""


def edge(name: str, **fields: str) -> str:
    """Returns an inline table with a name."""
    return "{ " + ", ".join(f'{key} = "{value}"' for key, value in {"name": name, **fields}.items()) + " }"


def package(
    name: str,
    version: str = "1.0",
    *,
    needs: Sequence[str] = (),
    wheels: Sequence[str] = ("py3-none-any",),
    files: Sequence[str] | None = None,
    more: str = "",
) -> str:
    """Returns a registry package; ``needs`` are names or edges, ``wheels`` tags, ``files`` entries in their place."""
    stem = f"{name.replace('-', '_')}-{version}"
    edges = array("dependencies", (need if need.startswith("{") else edge(need) for need in needs))
    entries = [artifact(f"{stem}-{tag}.whl") for tag in wheels] if files is None else list(files)
    sdist = "" if files is not None else f"sdist = {artifact(f'{stem}.tar.gz')}\n"
    source = f'source = {{ registry = "{INDEX}" }}\n'
    return (
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n{source}{more}{edges}{sdist}{array("wheels", entries)}'
    )


def root(name: str, needs: Sequence[str] = (), *, requires: Sequence[str] | None = None) -> str:
    """Returns the project's own package with its edges, and the requirements that it recorded."""
    edges = array("dependencies", (edge(need) for need in needs))
    recorded = array("requires-dist", (edge(need) for need in (needs if requires is None else requires)))
    metadata = f"\n[package.metadata]\n{recorded}" if recorded else ""
    return f'\n[[package]]\nname = "{name}"\nversion = "0.1.0"\nsource = {{ virtual = "." }}\n{edges}{metadata}'


def lock(*packages: str, top: str = "", revision: int = 5, requires: str = ">=3.11") -> str:
    """Returns a whole lock."""
    return f'version = 1\nrevision = {revision}\nrequires-python = "{requires}"\n{top}' + "".join(packages)


def pyproject(needs: Sequence[str] = (), more: str = "") -> str:
    """Returns the pyproject.toml of a project ``demo`` that needs packages."""
    listed = ", ".join(f'"{need}"' for need in needs)
    project = f'[project]\nname = "demo"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = [{listed}]\n'
    return project + more


def line_of(text: str, part: str) -> int:
    """Returns the line, from 1, of the first place of a part of a text."""
    return text[: text.index(part)].count("\n") + 1
