"""Copies of the recorded fixture apps, replayed as a user would."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from tta_validate.config import load
from tta_validate.replay.found import read, sets_at
from tta_validate.replay.result import Result
from tta_validate.replay.runner import SetRun
from tta_validate.replay.settings import settings_for

FIXTURES = Path(__file__).parents[2] / "fixtures" / "recordings"
PROJECTS = FIXTURES.parent / "projects"
SERVICES = {"agent-workspace": "apps/story-service"}
"""Projects with recordings of one of their apps, and where that app is."""
APPS = ("flask-memory", "fastapi-sqlite", "django-sqlite", "fastapi-outgoing")
PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
STAND_INS = ("https://rates.example.org", "http://stock.example.org", "https://llm.example.org")


def copied(name: str, folder: Path, edits: Mapping[str, str] | None = None) -> Path:
    """Returns a copy of a fixture app, in which each text of ``edits`` is replaced, exactly once."""
    copy = folder / name
    origin = PROJECTS / name if name in SERVICES else FIXTURES / name
    shutil.copytree(origin, copy, ignore=shutil.ignore_patterns("__pycache__", "*.db", ".venv"))
    (file,) = (copy / SERVICES[name] / "src").rglob("app.py") if name in SERVICES else [copy / "app.py"]
    source = file.read_text(encoding="utf-8")
    for old, new in (edits or {}).items():
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    file.write_text(source, encoding="utf-8")
    return copy


def replayed(folder: Path) -> tuple[list[Result], list[str]]:
    """Returns the results of every case in a folder, and the calls of mocks that nothing used."""
    results: list[Result] = []
    unused: list[str] = []
    keploy_folder = folder / SERVICES.get(folder.name, "") / "keploy"
    for found in sets_at(keploy_folder):
        run = SetRun(read(found, folder), settings_for(keploy_folder, folder, load(folder)))
        results += run.results()
        unused += [one.call for one in run.unused]
    return results, unused
