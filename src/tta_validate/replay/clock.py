"""The app's clock: at each case it stands where it stood when the case was recorded, and ticks on from there."""

import base64
import binascii
import glob
import json
import os
import re
import time
from collections.abc import Iterable
from typing import Literal, cast

from tta_validate.replay.plan import Plan

Mode = Literal["recorded", "real"]

SECOND = 1_000_000_000

_TOKEN = re.compile(r"\beyJ[\w-]{5,4096}\.(eyJ[\w-]{2,16384})\.[\w-]*")
_LIBRARIES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib*/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
    "/opt/homebrew/lib/faketime/libfaketimeMT.1.dylib",
)


class Clock:
    """Moves the clock of the app's processes through the plan's board; ``mode`` real leaves them alone."""

    def __init__(self, plan: Plan, mode: Mode) -> None:
        self._plan = plan
        self._mode = mode
        self._last = 0
        self._by_file = bool(plan.libfaketime)

    @property
    def reason(self) -> str:
        """Why the clock of the app is not the recorded one; empty when it is, or when nobody asked for it.

        To be asked once the app is ready.
        """
        if self._mode == "real":
            return ""
        told = self._plan.told()
        if not told:
            return "real clock: none of the app's processes is a Python that takes our hooks"
        return next((f"real clock: {process.reason}" for process in told if process.clock == "real"), "")

    def started(self) -> None:
        """Finds out what moves the clocks; to be called once the app is ready."""
        self._by_file = any(process.clock == "libfaketime" for process in self._plan.told())

    def set(self, recorded: int | None, texts: Iterable[str] = ()) -> int | None:
        """Moves the clock to the moment of a case, in nanoseconds since 1970, and returns where it was put.

        That is the newest of when the case was recorded, of ``iat`` and ``nbf`` of the tokens in ``texts`` (RFC 7519),
        and of the case before, since a clock never goes back within a set. Without a recorded moment nothing moves.
        """
        if self._mode == "real" or recorded is None:
            return None
        self._last = max(self._last, recorded, *(issued(text) for text in texts), 0)
        self._write(self._last - time.time_ns())
        return self._last

    def _write(self, offset: int) -> None:
        self._plan.board.set_offset(offset)
        if self._by_file:
            path = self._plan.folder / "faketime"
            fresh = path.with_suffix(".new")
            fresh.write_text(f"{offset / SECOND:+.6f}\n")
            os.replace(fresh, path)


def issued(text: str) -> int:
    """Returns the newest ``iat`` or ``nbf`` of the JSON web tokens in a text, in nanoseconds; 0 for none."""
    return max((_claimed(match[1]) for match in _TOKEN.finditer(text)), default=0)


def _claimed(payload: str) -> int:
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return 0
    if not isinstance(claims, dict):
        return 0
    found = [cast("dict[str, object]", claims).get(name) for name in ("iat", "nbf")]
    moments = [value for value in found if isinstance(value, int | float) and 0 <= value < 1e11]
    return max((int(value * SECOND) for value in moments), default=0)


def libfaketime() -> str:
    """Returns the path of an installed libfaketime, empty when there is none."""
    return next((found for pattern in _LIBRARIES for found in sorted(glob.glob(pattern))), "")
