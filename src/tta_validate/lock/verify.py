"""Asks an installed uv for its own verdict."""

import shutil
import subprocess

from tta_validate.lock.places import Place
from tta_validate.lock.reasons import Freshness, Verdict

_SECONDS = 120


def disagreement(place: Place, ours: Freshness) -> str:
    """Returns a sentence that says whether ``uv lock --check`` agrees; it may need an interpreter and the network."""
    uv = shutil.which("uv")
    if uv is None:
        return "uv is not installed, so its verdict was not asked for"
    script = ["--script", place.script] if place.script else []
    try:
        done = subprocess.run(
            [uv, "lock", "--check", "--no-python-downloads", "--color", "never", *script],
            cwd=place.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"uv could not be asked: {type(error).__name__}"
    said = "fresh" if done.returncode == 0 else "stale" if "needs to be updated" in done.stderr else "an error"
    if ours.verdict is Verdict.UNDECIDED or said == "an error":
        return f"uv says {said}, where we say {ours.verdict.value}"
    same = ours.verdict.value == said or (ours.verdict is Verdict.MISSING and said == "stale")
    return (
        f"uv agrees: {said}"
        if same
        else f"uv says {said}, we say {ours.verdict.value}: this is a bug of ours, please report it"
    )
