"""The parts of a canonical uv.lock that stand on lines of their own: places and lists of files."""

import re
from collections.abc import Iterable, Iterator, Mapping

from tta_validate.lock_model import Artifact, Files
from tta_validate.toml_lines import Path

_TEXT = r'"[^"\\\x00-\x1f\x7f]*+"'
_ENTRY = (
    rf"\{{ (?:url|path|filename|hash) = {_TEXT}(?:, hash = {_TEXT})?+(?:, size = [0-9]++)?+"
    rf"(?:, upload[-_]time = {_TEXT})?+ \}}"
)
_FILES = re.compile(rf"^(?:(sdist) = {_ENTRY}|(?:wheels) = \[\n(?:    {_ENTRY},\n)*\])$", re.MULTILINE)
_FILE = re.compile(
    rf"^(?:(\[\[package\]\])|(sdist) = ({_ENTRY})|    (\{{ (?:url|path|filename) = [^\n]*\}}),)$", re.MULTILINE
)
_KEYS = (
    *("name", "version", "source", "extra", "marker", "registry", "git", "url", "path", "directory", "editable"),
    *("virtual", "subdirectory", "dependencies", "sdist", "wheels", "resolution-markers"),
)
_FIELD = re.compile(r'([a-z_-]+) = (?:"([^"]*)"|([0-9]+))')


def is_canonical(text: str) -> bool:
    """Whether the text has the layout that uv writes, as far as cutting by lines needs it."""
    return "\r" not in text and '"""' not in text and "'''" not in text and "\n[[package]]\n" in text


def without_files(text: str) -> str:
    """Returns a canonical text with every list of files emptied, which keeps a doubled key an error."""
    return _FILES.sub(lambda at: "sdist = {}" if at[1] else "wheels = []", text)


def as_json(blocks: Iterable[str]) -> str:
    """Returns packages without tables of their own as JSON, if they are laid out as uv writes them.

    A text with another layout, or that is no TOML, does not come out as JSON; one with ``null`` must be kept out.
    """
    text = "\n[[package]]\n".join(block.strip("\n") for block in blocks)
    for key in _KEYS:
        json = f'"{key}": '
        text = text.replace(f"{{ {key} = ", "{ " + json).replace(f", {key} = ", ", " + json)
        text = text.replace(f"\n{key} = ", ",\n" + json)
    text = text.replace(",\n]", "\n]").replace('\n[[package]],\n"name": ', '\n},{"name": ')
    return '[{"name": ' + text.removeprefix("name = ") + "\n}]" if text else "[]"


def files_by_line(text: str, line: int = 1) -> Iterator[Files]:
    """Yields the files of each package of a canonical text that starts at a line, in order."""
    sdist: Artifact | None = None
    wheels: list[Artifact] = []
    started = False
    end = 0
    for at in _FILE.finditer(text):
        line, end = line + text.count("\n", end, at.start()), at.start()
        if at[1]:
            if started:
                yield Files(sdist, tuple(wheels))
            started, sdist, wheels = True, None, []
        elif at[2]:
            sdist = _artifact(at[3], line)
        else:
            wheels.append(_artifact(at[4], line))
    if started:
        yield Files(sdist, tuple(wheels))


def _artifact(entry: str, line: int) -> Artifact:
    fields = {name: text or number for name, text, number in _FIELD.findall(entry)}
    return Artifact(
        fields.get("url"),
        fields.get("path"),
        fields.get("filename"),
        fields.get("hash"),
        int(fields["size"]) if "size" in fields else None,
        fields.get("upload-time") or fields.get("upload_time"),
        line,
    )


def canonical_lines(text: str) -> Mapping[Path, int]:
    """Returns what `toml_lines` returns for a canonical text, less what stands inside one line."""
    lines: dict[Path, int] = {}
    counts: dict[str, int] = {}
    table: Path = ()
    array: Path = ()
    at = 0
    for number, line in enumerate(text.split("\n"), 1):
        first = line[:1]
        if first == " ":
            if line[:5] in ("    {", '    "') and array != ("conflicts",):
                lines[*array, at] = number
                at += 1
        elif first == "[":
            name = line.strip("[]")
            parts = name.split(".")
            if line[1:2] == "[":
                counts[name] = counts.get(name, -1) + 1
                table = (*parts, counts[name])
            else:
                table = (parts[0], counts[parts[0]], *parts[1:]) if parts[0] in counts else tuple(parts)
            lines[table] = number
        elif first not in ("]", "#", ""):
            array, at = (*table, line.partition(" = ")[0].strip('"')), 0
            lines[array] = number
    return lines
