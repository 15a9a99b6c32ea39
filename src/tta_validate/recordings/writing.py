"""Changes recordings on disk: expectations, noise, names. A field that is not known here is never lost.

A file is written beside and then renamed over the old one, so that a crash leaves one or the other.
"""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.recordings.edit import DELETE, edited
from tta_validate.recordings.fields import is_list, is_mapping, mapping, text, texts
from tta_validate.recordings.mocks import is_json
from tta_validate.recordings.model import Pairs, Response
from tta_validate.recordings.moments import nanoseconds, rfc3339
from tta_validate.recordings.trees import Unreadable, pieces, read_json, read_yaml

Change = tuple[tuple[str, ...], object]
"""A path of keys, and the value to set there or DELETE."""

_VERSION = "api.keploy.io/v1beta1"
_LONGEST_NAME = 200


def update_expectation(path: Path, name: str, answer: Response) -> None:
    """Makes the case expect the answer: status, headers and body; raises InputError for a case that is not there."""

    def changes(values: Mapping[str, object]) -> list[Change]:
        recorded = mapping(mapping(mapping(values.get("spec")).get("resp")).get("header"))
        response = ("spec", "resp")
        wanted = joined(answer.headers)
        found: list[Change] = [((*response, "status_code"), answer.status)]
        found += [((*response, "header", key), DELETE) for key in recorded if key not in wanted]
        found += [((*response, "header", key), value) for key, value in wanted.items() if recorded.get(key) != value]
        found.append(((*response, "body"), answer.body))
        if answer.message:
            found.append(((*response, "status_message"), answer.message))
        found += [((*response, key), DELETE) for key in ("body_skipped", "body_size")]
        return found

    _change_case(path, name, changes)


def joined(headers: Pairs) -> dict[str, str]:
    """Returns the headers as a recording holds them: values of one name joined by commas."""
    found: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for name, value in headers:
        key = spelled.setdefault(name.lower(), name)
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def update_noise(path: Path, name: str, entries: Mapping[str, tuple[str, ...]]) -> None:
    """Adds noise entries (``body.a.b`` or ``header.Name`` to patterns) to the case; one that is there is replaced."""

    def changes(values: Mapping[str, object]) -> list[Change]:
        assertions = mapping(mapping(values.get("spec")).get("assertions"))
        noise = _flat(mapping(assertions.get("noise")))
        if noise != assertions.get("noise") and noise:
            return [(("spec", "assertions", "noise"), {**noise, **{key: list(one) for key, one in entries.items()}})]
        return [(("spec", "assertions", "noise", key), list(patterns)) for key, patterns in entries.items()]

    _change_case(path, name, changes)


def rename_case(path: Path, name: str, new: str) -> Path:
    """Renames the case, in ``mappings.yaml`` too, and its file where that has the case's name; returns its path."""
    _refuse_name(path, new)
    target = path.with_name(f"{new}{path.suffix}") if path.stem == name else path
    if target != path and target.exists():
        raise InputError(f"{target}:1: exists already; choose another name")
    _change_case(path, name, lambda _: [(("name",), new)])
    if target != path:
        path.rename(target)
    _change_mappings(path, name, new)
    return target


def delete_case(path: Path, name: str) -> None:
    """Takes the case away, in ``mappings.yaml`` too; its file goes with the last case in it."""
    documents = _documents(path)
    kept = [part for part in documents if _named(part, path) != name]
    if len(kept) == len(documents):
        raise InputError(f"{path}:1: holds no case {name}")
    if any(_named(part, path) is not None for part in kept):
        write_beside(path, "".join(kept))
    else:
        path.unlink()
    _change_mappings(path, name, None)


def normalise_case(path: Path, name: str) -> None:
    """Brings the case into today's shape: flat noise, moments in UTC, the current version; unknown fields stay."""

    def changes(values: Mapping[str, object]) -> list[Change]:
        spec = mapping(values.get("spec"))
        found: list[Change] = [(("version",), _VERSION), (("kind",), "Http")]
        noise = mapping(spec.get("assertions")).get("noise")
        if is_mapping(noise):
            found.append((("spec", "assertions", "noise"), _flat(noise) or DELETE))
        if mapping(spec.get("assertions")).keys() <= {"noise"} and "assertions" in spec and not noise:
            found = [*found[:2], (("spec", "assertions"), DELETE)]
        for side in ("req", "resp"):
            moment = nanoseconds(text(mapping(spec.get(side)).get("timestamp")))
            if moment is not None:
                found.append((("spec", side, "timestamp"), rfc3339(moment)))
        return found

    _change_case(path, name, changes)


def write_beside(path: Path, content: str) -> None:
    """Writes the file whole or not at all, with the permissions of the one it replaces."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _refuse_name(path: Path, name: str) -> None:
    if not name or len(name) > _LONGEST_NAME or name in (".", "..") or any(not one.isprintable() for one in name):
        raise InputError(f"{path}:1: {name[:80]!r} cannot be the name of a case: use printable characters, at most 200")
    if "/" in name or "\\" in name or "::" in name:
        raise InputError(f"{path}:1: {name!r} cannot be the name of a case: it becomes a file name, leave out / \\ ::")


def _flat(noise: Mapping[str, object]) -> dict[str, object]:
    """Returns noise with a path per key: ``body: [a]`` as ``body.a: []``; an empty section stays as it is."""
    found: dict[str, object] = {}
    for key, value in noise.items():
        names = texts(value)
        if key in ("body", "header") and names and "*" not in names and is_list(value):
            found.update({f"{key}.{name}": [] for name in names})
        else:
            found[key] = value
    return found


def _documents(path: Path) -> list[str]:
    """Returns the texts of a file's documents with what separates them; joined they are the file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}:1: cannot be read: {error.strerror}") from None
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise InputError(f"{path}:1: is not UTF-8") from None
    if is_json(data):
        return [whole]
    starts = [0]
    lines = whole.splitlines(keepends=True)
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    starts = [offsets[piece.first - 1] for piece in pieces(data)]
    if not starts:
        return [whole]
    starts[0] = 0
    return [whole[start:end] for start, end in zip(starts, [*starts[1:], len(whole)], strict=True)]


def _named(part: str, path: Path) -> str | None:
    """Returns the name of the case in a document, or None for one that cannot be read."""
    data = part.encode()
    try:
        values = read_json(data).values if is_json(data) else read_yaml(data).values
    except Unreadable:
        return None
    return text(values.get("name")) or path.stem


def _change_case(path: Path, name: str, changes: Callable[[Mapping[str, object]], list[Change]]) -> None:
    documents = _documents(path)
    for at, part in enumerate(documents):
        if _named(part, path) != name:
            continue
        data = part.encode()
        if is_json(data):
            documents[at] = _json_changed(read_json(data).values, changes)
        else:
            for keys, value in changes(read_yaml(data).values):
                documents[at] = edited(documents[at], keys, value)
        write_beside(path, "".join(documents))
        return
    raise InputError(f"{path}:1: holds no case {name}")


def _json_changed(values: dict[str, object], changes: Callable[[Mapping[str, object]], list[Change]]) -> str:
    for keys, value in changes(values):
        inner = values
        for key in keys[:-1]:
            below = inner.get(key)
            if not is_mapping(below):
                below = {}
                if value is not DELETE:
                    inner[key] = below
            inner = below
        if value is DELETE:
            inner.pop(keys[-1], None)
        else:
            inner[keys[-1]] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return json.dumps(values, ensure_ascii=False) + "\n"


def _change_mappings(path: Path, name: str, new: str | None) -> None:
    """Renames or drops a case in the ``mappings.yaml`` of its set; one that cannot be read is left alone."""
    folder = path.parent.parent if path.parent.name == "tests" else path.parent
    file = folder / "mappings.yaml"
    try:
        whole = file.read_text(encoding="utf-8")
        tests = read_yaml(whole.encode()).values.get("tests")
    except (OSError, UnicodeDecodeError, Unreadable):
        return
    if not is_list(tests) or all(text(mapping(test).get("id")) != name for test in tests):
        return
    changed: list[object] = []
    for test in tests:
        if text(mapping(test).get("id")) != name:
            changed.append(test)
        elif new is not None:
            changed.append({**mapping(test), "id": new})
    write_beside(file, edited(whole, ("tests",), changed))
