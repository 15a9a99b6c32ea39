"""The locks of a tree besides that of its root."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tta_validate.lock.places import Place, Skips, find_places
from tta_validate.lock.view import LockView


def view_of(place: Place, root: LockView) -> LockView:
    """Returns the view of a place below the root, whose own view is given."""
    if place == root.place:
        return root
    base = root.policy.base
    policy = replace(root.policy, base=None) if base and (root.root / base).is_file() else root.policy
    return LockView(place.folder, policy, None, place.script, root.root, place.name)


def nested_locks(root: LockView, skips: Skips) -> Iterator[LockView]:
    """Yields the other locks below a root; one in a member of a workspace, which uv never reads, is left out."""
    workspaces = [root]
    for place in find_places(root.root, skips):
        if place == root.place or (not place.script and any(_is_member(place.folder, one) for one in workspaces)):
            continue
        view = view_of(place, root)
        if not place.script:
            workspaces.append(view)
        yield view


def _is_member(folder: Path, around: LockView) -> bool:
    """Whether a folder is a member of a workspace that reads its lock at the workspace's root.

    A pyproject.toml between the two makes the member a project of its own, with its own lock.
    """
    if not folder.is_relative_to(around.root) or around.workspace is None:
        return False
    if folder not in {member.folder for member in around.workspace.members.values()}:
        return False
    between = list(folder.parents)[: len(folder.relative_to(around.root).parts) - 1]
    return not any((one / "pyproject.toml").is_file() for one in between)
