"""Cases out of their files."""

from tta_validate.recordings.exchanges import noise, request, response
from tta_validate.recordings.fields import integer, is_list, is_mapping, mapping, text, without
from tta_validate.recordings.mocks import is_json
from tta_validate.recordings.model import Case, Place, Skipped
from tta_validate.recordings.trees import Piece, Tree, Unreadable, pieces, read_json, read_yaml

_TOP = frozenset(("version", "kind", "name", "spec", "curl"))
_SPEC = frozenset(("metadata", "req", "resp", "assertions", "app_port", "objects"))


def read_cases(data: bytes, path: str, set_name: str, stem: str) -> tuple[list[Case], list[Skipped]]:
    """Returns the cases of one file, and what in it cannot be used and why. ``stem`` names a case without a name."""
    cases: list[Case] = []
    skipped: list[Skipped] = []
    for piece in _documents(data):
        try:
            tree = read_json(piece.data, piece.first) if is_json(piece.data) else read_yaml(piece.data, piece.first)
        except Unreadable as error:
            skipped.append(Skipped(Place(path, error.line), stem, error.reason))
            continue
        case = _case(tree, path, set_name, stem)
        if reason := _unusable(case, tree):
            skipped.append(Skipped(case.place, case.name, reason))
        else:
            cases.append(case)
    return cases, skipped


def _documents(data: bytes) -> list[Piece]:
    return [Piece(data, 1)] if is_json(data) else list(pieces(data))


def _case(tree: Tree, path: str, set_name: str, stem: str) -> Case:
    spec = mapping(tree.values.get("spec"))
    assertions = mapping(spec.get("assertions"))
    metadata = mapping(spec.get("metadata"))
    named = text(tree.values.get("name"))
    return Case(
        name=named or stem,
        kind=text(tree.values.get("kind")),
        set_name=set_name,
        place=Place(path, tree.line("name") if named else tree.first),
        request=request(spec.get("req")),
        response=response(spec.get("resp")),
        noise=noise(assertions.get("noise")),
        checks=tuple((key, value) for key, value in assertions.items() if key != "noise"),
        app_port=integer(spec.get("app_port")) or None,
        version=text(tree.values.get("version")),
        description=text(metadata.get("description")),
        templates=_has_placeholder(spec),
        metadata=metadata,
        extra={**without(tree.values, _TOP), **without(spec, _SPEC)},
    )


def _has_placeholder(value: object) -> bool:
    if is_mapping(value):
        return any(_has_placeholder(inner) for inner in value.values())
    if is_list(value):
        return any(_has_placeholder(inner) for inner in value)
    found = text(value)
    return "{{" in found or "%7B%7B" in found


def _unusable(case: Case, tree: Tree) -> str:
    """Returns why the case cannot be replayed, or an empty text."""
    if "spec" not in tree.values:
        return "has no spec: it is no recorded case"
    if case.kind.lower() != "http":
        return f"is of kind {case.kind or 'unknown'}: only Http cases are replayed"
    if not case.request.method or not case.request.url:
        return "has no request: its method or URL is missing"
    if case.response.status < 200:
        told = f"status {case.response.status}" if case.response.status else "no status"
        return f"recorded {told}, which is no answer to a request; record it again"
    return ""
