"""Reads the plan, installs what it asks for, and tells the parent what could be done and what not."""

from __future__ import annotations

import json
import os
import sys

from . import PLAN

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def install() -> None:
    """Installs the hooks of the plan named by the environment in this process, and reports to its folder."""
    path = os.environ[PLAN]
    with open(path, encoding="utf-8") as file:
        plan: dict[str, Any] = json.load(file)
    folder = os.path.dirname(path)
    problems: list[str] = []

    from . import board

    shared = board.open_board(os.path.join(folder, "board"))
    version = ".".join(map(str, sys.version_info[:3]))
    told: dict[str, Any] = {"pid": os.getpid(), "python": version, "clock": "real", "reason": ""}
    if plan["clock"]:
        from . import clock

        told["clock"], told["reason"] = clock.install(shared, folder, plan["libfaketime"])
    if plan["http"] is not None:
        from . import http_hooks, imports

        http_hooks.configure(plan, shared)
        imports.when_imported(http_hooks.PATCHES, problems)
    if plan["routes"] or plan["names"] or plan["addresses"] or plan["gone"]:
        from . import imports, sockets

        sockets.configure(plan)
        imports.when_imported(sockets.PATCHES, problems)
    if plan["services"] or plan["control"]:
        from . import drivers, imports, sockets

        drivers.configure(plan["services"], plan["control"])
        imports.when_imported(drivers.PATCHES, problems)
        if plan["control"]:
            sockets.record(drivers.recorded_port)
            imports.when_imported(sockets.PATCHES, problems)
    from . import databases, imports

    databases.configure(plan["databases"], os.path.join(folder, "opened"))
    imports.when_imported(databases.PATCHES, problems)
    told["problems"] = problems
    told["program"] = " ".join(getattr(sys, "orig_argv", []) or [sys.executable or "python"])[:200]
    line = (json.dumps(told) + "\n").encode("utf-8")
    handle = os.open(os.path.join(folder, "told"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line)
    finally:
        os.close(handle)
