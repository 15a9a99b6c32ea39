"""Adds a member to the matrix of a GitHub workflow that lists members, and changes nothing else."""

import re
from collections.abc import Iterator, Mapping

from tta_validate.readers.yaml_nodes import Node, parse_yaml


def with_entry(text: str, name: str, folder: str, members: Mapping[str, str]) -> str | None:
    """Returns a workflow with the member in every list of a matrix that names members, None where there is none.

    A list that has folders gets the folder, one that has names the name.
    """
    node = parse_yaml(text)
    if node is None:
        return None
    lines = text.split("\n")
    changed = False
    for items in sorted(_lists(node), key=lambda one: -one[-1].line):
        texts = [item.text or "" for item in items]
        values = {folder: set(members.values()), name: set(members)}
        entry = next((value for value, known in values.items() if known.intersection(texts)), None)
        if entry is None or entry in texts:
            continue
        changed = _add(lines, items, entry) or changed
    return "\n".join(lines) if changed else None


def _lists(node: Node) -> Iterator[tuple[Node, ...]]:
    jobs = node.get("jobs")
    for job in jobs.fields.values() if jobs else ():
        matrix = job.get("strategy", "matrix")
        for key, value in matrix.fields.items() if matrix else ():
            if key not in ("include", "exclude") and value.items and all(one.text is not None for one in value.items):
                yield value.items


def _add(lines: list[str], items: tuple[Node, ...], entry: str) -> bool:
    at = items[-1].line - 1
    dash = re.match(r"^(\s*-\s+)", lines[at])
    if dash and (len(items) == 1 or items[-1].line != items[0].line):
        lines.insert(at + 1, f"{dash[1]}{entry}")
        return True
    end = lines[at].rfind("]")
    if end < 0:
        return False
    lines[at] = f"{lines[at][:end].rstrip().rstrip(',')}, {entry}{lines[at][end:]}"
    return True
