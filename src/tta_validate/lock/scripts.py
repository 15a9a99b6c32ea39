"""The inline metadata of scripts, which uv locks in a file beside the script."""

import re
from pathlib import Path

from tta_validate.manifests import ManifestError, parse_script, read_text
from tta_validate.workspaces import UvWorkspace

_OPEN = re.compile(r"^# /// script$", re.MULTILINE)


def load_script(path: Path, top: Path) -> UvWorkspace:
    """Returns a script as a workspace without members; paths are shown from ``top``.

    Raises ManifestError for a script without metadata or with metadata that uv refuses.
    """
    path = path.absolute()
    shown = path.relative_to(top).as_posix() if path.is_relative_to(top) else path.name
    text = metadata_of(read_text(path, shown), shown)
    return UvWorkspace(path.parent, parse_script(text, shown, path.parent), {}, {}, top)


def is_script(path: Path) -> bool:
    """Whether a file has inline metadata, as far as its first line tells."""
    try:
        return path.is_file() and _OPEN.search(read_text(path, path.name)) is not None
    except ManifestError:
        return False


def metadata_of(text: str, shown: str) -> str:
    """Returns the TOML of a script's metadata, each line of it where it stands in the script. Source: PEP 723.

    Raises ManifestError where there is none, where it does not end, and where there are two.
    """
    start = _OPEN.search(text)
    if start is None:
        raise ManifestError(shown, 1, "has no metadata block, `# /// script`; run `uv init --script`")
    before = text.count("\n", 0, start.start()) + 1
    lines = text[start.end() :].split("\n")[1:]
    length = next((at for at, line in enumerate(lines) if line != "#" and not line.startswith("# ")), len(lines))
    ends = [at for at, line in enumerate(lines[:length]) if line == "# ///"]
    if not ends:
        raise ManifestError(shown, before, "has a metadata block that does not end with a line `# ///`")
    if any(_closes(lines[at + 1 :]) for at, line in enumerate(lines) if at > ends[-1] and line == "# /// script"):
        raise ManifestError(shown, before, "has several metadata blocks of scripts")
    return "\n" * before + "\n".join(line[2:] for line in lines[: ends[-1]]) + "\n"


def _closes(lines: list[str]) -> bool:
    length = next((at for at, line in enumerate(lines) if line != "#" and not line.startswith("# ")), len(lines))
    return "# ///" in lines[:length]
