"""Replays a test set by the real ``keploy`` binary, where it is installed and may run, and reads its report."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.recordings.fields import items, mapping, text
from tta_validate.recordings.model import Case
from tta_validate.recordings.trees import Unreadable, read_yaml
from tta_validate.replay.app_process import Group
from tta_validate.replay.compare_model import Difference
from tta_validate.replay.found import NAME
from tta_validate.replay.result import Result, left_out, skipped, unjudged
from tta_validate.replay.runner import SetRun
from tta_validate.replay.settings import with_ports

_CAPABILITIES = (12, 19, 38, 39)
"""CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_PERFMON and CAP_BPF, as bits of CapEff (capabilities(7)).

Before Linux 5.11 keploy needs CAP_SYS_RESOURCE too, to lock memory for its maps.
"""
_SYS_RESOURCE = 24

_DEFAULT_PORT = 8000


def unavailable() -> str:
    """Returns why keploy cannot replay here, empty when nothing speaks against it.

    Source: what Keploy's agent needs of Linux (its documentation on native Linux, and ``pkg/agent/hooks/linux``).
    """
    binary = shutil.which("keploy")
    if binary is None:
        return "no program `keploy` is installed (https://keploy.io/docs/server/installation)"
    if sys.platform != "linux":
        return f"keploy runs on Linux only, this is {sys.platform}"
    if platform.machine() not in ("x86_64", "aarch64"):
        return f"keploy has no build for {platform.machine()}"
    release = re.match(r"(\d+)\.(\d+)", platform.release())
    if release is not None and (int(release[1]), int(release[2])) < (5, 10):
        return f"keploy needs Linux 5.10, this is {platform.release()}"
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        return "this kernel gives no type information (/sys/kernel/btf/vmlinux), which keploy needs"
    mounts = Path("/proc/mounts").read_text(encoding="utf-8")
    if "cgroup2" not in mounts:
        return "no cgroup2 file system is mounted, which keploy needs"
    if not re.search(r"^\S+ \S+ (?:tracefs|debugfs) ", mounts, re.MULTILINE):
        return "neither tracefs nor debugfs is mounted (mount -t tracefs nodev /sys/kernel/tracing), which keploy needs"
    old = release is not None and (int(release[1]), int(release[2])) < (5, 11)
    return _unprivileged((*_CAPABILITIES, _SYS_RESOURCE) if old else _CAPABILITIES)


def _unprivileged(capabilities: tuple[int, ...]) -> str:
    if os.geteuid() != 0:
        # Without a terminal, keploy itself would wait for a password for ever.
        done = (
            subprocess.run(("sudo", "-n", "true"), capture_output=True, check=False) if shutil.which("sudo") else None
        )
        return "" if done and done.returncode == 0 else "keploy needs root, and sudo without a password is not possible"
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"^CapEff:\s*([0-9a-f]+)", status, re.MULTILINE)
    held = int(found[1], 16) if found else -1
    missing = [bit for bit in capabilities if not held >> bit & 1]
    return f"this container lacks capabilities that keploy needs (bits {missing} of CapEff)" if missing else ""


def results(run: SetRun) -> Generator[Result]:
    """Yields how keploy says that the cases of a set went; the program ends with the iteration.

    Raises InputError for a set that keploy cannot be asked to replay.
    """
    recorded, keploy_folder = run.recorded, Path(run.recorded.keploy_folder)
    command = run.settings.app.command
    if not command:
        raise InputError("--engine keploy: keploy starts the app itself, by a command; app and base-url are for native")
    if keploy_folder.name != NAME:
        raise InputError(f"--engine keploy: keploy reads a folder called {NAME} only, not {keploy_folder.name}")
    yield from (skipped(recorded.name, one) for one in recorded.skipped)
    wanted = [case for at, case in enumerate(recorded.cases) if run.wanted is None or at in run.wanted]
    chosen = [case for case in wanted if not run.settings.skips(case.set_name, case.name)]
    yield from (left_out(case, run.settings.skips(case.set_name, case.name)) for case in wanted if case not in chosen)
    before = _reports(keploy_folder)
    tail, status = _played(run, command)
    tests = {name: test for folder in _reports(keploy_folder) - before for name, test in _tests(folder, recorded.name)}
    for case in chosen:
        if case.name in tests:
            yield _result(case, tests[case.name])
        else:
            why = "keploy wrote no report" if not tests else "keploy's report does not have it"
            yield unjudged(case, f"{why} (exit status {status})", tail)


def _played(run: SetRun, command: str) -> tuple[str, int | None]:
    """Runs keploy on the set, and returns the end of what it printed and its exit status."""
    settings = run.settings
    ports = with_ports(settings, run.recorded).likely_ports
    port = str(settings.app.port or next(iter(ports), _DEFAULT_PORT))
    delay = str(int(settings.keploy.delay if settings.keploy else 5))
    parent = str(Path(run.recorded.keploy_folder).parent)
    arguments = ["keploy", "test", "-c", command.replace("{port}", port), "-p", parent, "-t", run.recorded.name]
    arguments += ["--delay", delay, "--api-timeout", str(max(1, int(settings.timeout)))]
    arguments += ["--disable-ansi", "--skip-coverage", "--in-ci"]
    if os.geteuid() != 0:
        arguments = ["sudo", "-n", "-E", "env", f"PATH={os.environ.get('PATH', '')}", *arguments]
    environment = {**os.environ, **settings.app.environment, "PORT": port}
    group = Group(arguments, settings.app.folder, environment)
    try:
        while group.wait(0.2) is None:
            pass
        return group.tail.text(settle=0.5), group.status()
    finally:
        group.stop(settings.app.stop_timeout)


def _reports(keploy_folder: Path) -> frozenset[Path]:
    return frozenset((keploy_folder / "reports").glob("test-run-*"))


def _tests(folder: Path, set_name: str) -> Generator[tuple[str, Mapping[str, object]]]:
    try:
        values = read_yaml((folder / f"{set_name}-report.yaml").read_bytes()).values
    except (OSError, Unreadable):
        return
    for test in map(mapping, items(values.get("tests"))):
        yield text(test.get("test_case_id")), test


def _result(case: Case, test: Mapping[str, object]) -> Result:
    status = text(test.get("status")).upper()
    if status == "PASSED":
        return Result(case.set_name, case.name, case.place, "passed")
    if status == "IGNORED":
        return left_out(case, "keploy ignored it")
    found = tuple(_differences(mapping(test.get("result"))))
    first = f"{found[0].where}: recorded {found[0].expected!r}, now {found[0].actual!r}" if found else ""
    reason = first or f"keploy says {status or 'nothing'}"
    if status == "OBSOLETE":
        reason = f"keploy says obsolete, for the outgoing calls differ too: {reason}"
    lines = [f"{case.request.method} {case.request.url} [{case.name}] {case.place}", f"  keploy says {status}"]
    lines += [f"  {one.where}\n    - {one.expected!r}\n    + {one.actual!r}" for one in found]
    return Result(case.set_name, case.name, case.place, "failed", reason, "\n".join(lines), differences=found)


def _differences(result: Mapping[str, object]) -> Generator[Difference]:
    """Yields what keploy compared and did not find normal."""
    status = mapping(result.get("status_code"))
    if status and text(status.get("normal")) != "true":
        yield Difference("status", "behaviour", "changed", text(status.get("expected")), text(status.get("actual")))
    for each in map(mapping, items(result.get("headers_result"))):
        if text(each.get("normal")) != "true":
            sides = mapping(each.get("expected")), mapping(each.get("actual"))
            name = text(sides[0].get("key")) or text(sides[1].get("key"))
            values = [", ".join(map(text, items(side.get("value")))) for side in sides]
            yield Difference(f"header.{name}", "behaviour", "changed", *values)
    for each in map(mapping, items(result.get("body_result"))):
        if text(each.get("normal")) != "true":
            yield Difference("body", "behaviour", "changed", text(each.get("expected")), text(each.get("actual")))
