"""Installs the hooks of replay, then runs the sitecustomize that would have run without this one."""

from __future__ import annotations

import os
import sys


def _load_hooks() -> None:
    import importlib.util

    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    spec = importlib.util.spec_from_file_location(
        "_tta_replay", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    if spec is None or spec.loader is None:
        raise ImportError(folder)
    package = importlib.util.module_from_spec(spec)
    sys.modules["_tta_replay"] = package
    spec.loader.exec_module(package)
    importlib.import_module("_tta_replay.install").install()


def _chain() -> None:
    import importlib.machinery
    import importlib.util

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if os.environ.get("TTA_REPLAY_PLAN"):
    try:
        _load_hooks()
    except Exception as error:
        sys.stderr.write(f"tta-validate: replay is not installed in this process: {error!r}\n")
_chain()
