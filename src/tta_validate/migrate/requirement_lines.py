"""Reads the lines of pip's requirement files.

Source: pip's documentation, "Requirements File Format", and PEP 508.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from tta_validate.lock_model import normalised
from tta_validate.migrate.model import Place

_OPTION = re.compile(r"^(-[A-Za-z]|--[a-z][a-z-]*)(?:[=\s]\s*|(?<=^-[a-zA-Z])(?=\S))?(.*)$", re.DOTALL)
_PER_REQUIREMENT = re.compile(
    r"\s+--(hash|global-option|install-option|config-settings?)(?:=|\s+)(\"[^\"]*\"|'[^']*'|\S+)"
)
_COMMENT = re.compile(r"(^|\s)#.*$")
_LONG = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "-f": "--find-links",
    "--pypi-url": "--index-url",
}
_VCS = re.compile(r"^(?P<vcs>git|hg|svn|bzr)\+(?P<url>[^\s]+)$")
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: an option with its value, or a requirement, which has no option.

    ``dropped`` are the names of options of the requirement itself, such as hashes. ``via`` is what a compiler of
    requirements wrote below it: where it comes from. ``comment`` is what stood beside it.
    """

    place: Place
    value: str
    option: str = ""
    dropped: tuple[str, ...] = ()
    comment: str = ""
    via: tuple[str, ...] = ()


def read_lines(text: str, path: str) -> tuple[Line, ...]:
    """Returns the logical lines of a requirement file, without comments and empty ones."""
    found: list[Line] = []
    for number, line in _joined(text):
        if line.lstrip().startswith("#"):
            if found and (via := re.match(r"\s+#\s*(?:via\s*)?(.*)", line)) and not found[-1].option:
                found[-1] = _with_via(found[-1], via[1].strip())
            continue
        comment = _COMMENT.search(line)
        value = line[: comment.start()].strip() if comment else line.strip()
        if not value:
            continue
        said = comment[0].strip().lstrip("#").strip() if comment else ""
        parsed = parse_line(value, Place(path, number), said)
        found.append(_with_via(parsed, said[4:].strip()) if said.startswith("via ") else parsed)
    return tuple(found)


def _with_via(line: Line, via: str) -> Line:
    parts = (*line.via, *(part.strip() for part in via.split(",") if part.strip()))
    comment = "" if line.comment.startswith("via ") else line.comment
    return Line(line.place, line.value, line.option, line.dropped, comment, parts)


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Yields each logical line with the number of its first; a comment ends a line that is to be continued."""
    first, parts = 0, list[str]()
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = line.rstrip("\r")
        first = first if parts else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line[:-1])
            continue
        yield first, "".join([*parts, line if not parts else f" {line.strip()}"])
        parts = []
    if parts:
        yield first, "".join(parts)


def parse_line(value: str, place: Place, comment: str = "") -> Line:
    """Returns one logical line that holds no comment."""
    if value.startswith("-") and (found := _OPTION.match(value)):
        option = _LONG.get(found[1], found[1])
        return Line(place, _unquoted(found[2]), option, comment=comment)
    dropped = tuple(dict.fromkeys(f"--{found[1]}" for found in _PER_REQUIREMENT.finditer(value)))
    return Line(place, _PER_REQUIREMENT.sub("", value).strip(), "", dropped, comment)


def _unquoted(text: str) -> str:
    try:
        parts = shlex.split(text)
    except ValueError:
        return text.strip()
    return parts[0] if len(parts) == 1 else text.strip()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requirement: ``spec`` is what stands in pyproject.toml, ``source`` its entry in ``tool.uv.sources``, if any.

    ``path`` is the local folder or archive that it comes from, whose name is unknown while ``name`` is empty.
    """

    name: str
    spec: str
    source: tuple[tuple[str, str | bool], ...] = ()
    path: str = ""
    guessed: bool = False

    @property
    def table(self) -> dict[str, str | bool]:
        """The entry of ``tool.uv.sources``."""
        return dict(self.source)


def wanted(value: str, *, editable: bool = False) -> Wanted | None:
    """Returns what a requirement asks for, None where it cannot be read."""
    marker = ""
    if found := re.match(r"(.*?)\s+;\s*(.*)$", value) or re.match(r"([^;]*?)\s*;\s*(.*)$", value):
        value, marker = found[1], f" ; {found[2].strip()}"
    direct = re.match(r"^([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*@\s*(\S+)$", value)
    if direct:
        return _from_url(direct[3], direct[1], (direct[2] or "").replace(" ", "") + marker)
    if _VCS.match(value) or re.match(r"^(?:https?|file)://", value):
        return _from_url(value, "", marker)
    if re.match(r"^(?:\.{1,2}(?:[/\\]|$|\[)|[/~]|[A-Za-z]:[/\\])", value) or _ARCHIVE.search(value) or editable:
        return _local(value, editable, marker)
    try:
        requirement = Requirement(value + marker)
    except InvalidRequirement:
        return None
    return Wanted(normalised(requirement.name), _tidy(requirement))


def _tidy(requirement: Requirement) -> str:
    """Returns the requirement with its specifiers in the usual order: lower bound first."""
    order = {">": 0, ">=": 0, "~=": 1, "==": 1, "===": 1, "<": 2, "<=": 2, "!=": 3}
    parts = sorted(requirement.specifier, key=lambda one: (order.get(one.operator, 4), one.version))
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}{extras}{','.join(str(part) for part in parts)}{marker}"


def _from_url(url: str, name: str, rest: str) -> Wanted | None:
    vcs = _VCS.match(url)
    if vcs and vcs["vcs"] != "git":
        return None
    bare, _, fragment = (vcs["url"] if vcs else url).partition("#")
    about = dict(part.split("=", 1) for part in fragment.split("&") if "=" in part)
    egg = re.match(r"([\w.-]+)(\[[^\]]*\])?", about.get("egg", ""))
    guessed = not name and not egg
    name = name or (egg[1] if egg else _name_in(bare))
    rest = (egg[2] or "" if egg and not rest.startswith("[") else "") + rest
    if not name:
        return None
    if bare.startswith("file://"):
        return Wanted(normalised(name), f"{name}{rest}", (("path", bare.removeprefix("file://")),), guessed=guessed)
    source: list[tuple[str, str | bool]] = []
    if vcs:
        location, reference = _reference(bare)
        source.append(("git", location))
        if reference:
            source.append((_kind(reference), reference))
    else:
        source.append(("url", bare))
    if about.get("subdirectory"):
        source.append(("subdirectory", about["subdirectory"]))
    return Wanted(normalised(name), f"{name}{rest}", tuple(source), guessed=guessed and vcs is not None)


def _reference(url: str) -> tuple[str, str]:
    """Returns the address and the revision of a git URL; a user's name may stand before the host."""
    scp = re.match(r"^(?:ssh://)?([\w.-]+@[\w.-]+):(?!\d+/)(.+)$", url)
    if scp:
        url = f"ssh://{scp[1]}/{scp[2]}"
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    location, at, reference = path.rpartition("@")
    if not at:
        return url, ""
    return f"{scheme}{slashes}{host}{slash}{location}", reference


def _kind(reference: str) -> str:
    if re.fullmatch(r"v?\d+(?:\.\d+)+[\w.+-]*", reference):
        return "tag"
    return "branch" if reference in ("main", "master", "dev", "develop", "devel", "trunk") else "rev"


def _name_in(url: str) -> str:
    """Returns the name in the last part of an address: of a wheel, of a source archive, of a repository."""
    last = re.sub(r"@[^/]*$", "", url.rstrip("/")).rpartition("/")[2]
    if last.endswith(".whl"):
        return last.partition("-")[0]
    if _ARCHIVE.search(last):
        found = re.match(r"(.+?)-\d", last)
        return found[1] if found else ""
    return last.removesuffix(".git")


def _local(value: str, editable: bool, marker: str) -> Wanted:
    found = re.match(r"^(.*?)(\[[^\]]*\])?$", value)
    path = (found[1] if found else value).replace("\\", "/")
    extras = (found[2] or "") if found else ""
    name = _name_in(path) if _ARCHIVE.search(path) else ""
    source: list[tuple[str, str | bool]] = [("path", path)]
    if editable:
        source.append(("editable", True))
    return Wanted(normalised(name) if name else "", f"{name}{extras}{marker}", tuple(source), path)
