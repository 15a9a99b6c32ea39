"""The standard library: timeouts, caches, and calls that run a function elsewhere or later."""

from tta_validate.sdk import Giver, Sdk

_TIMEOUT = ("timeout", "0")

SDK = Sdk(
    name="stdlib",
    title="Standard library",
    url="https://docs.python.org/3/library/",
    givers=(
        Giver(("asyncio.wait_for",), "timeout", "around", bound=("timeout", "1"), guarded=("fut", "0")),
        Giver(("asyncio.timeout",), "timeout", "context", bound=("delay", "0")),
        Giver(("asyncio.timeout_at",), "timeout", "context", bound=("when", "0")),
        Giver(("asyncio.wait",), "timeout", "around", bound=("timeout",), guarded=("fs", "0"), manual=True),
        Giver(
            ("concurrent.futures.wait",), "timeout", "around", bound=("timeout", "1"), guarded=("fs", "0"), manual=True
        ),
        Giver(
            ("{concurrent.futures,asyncio}.as_completed",),
            "timeout",
            "around",
            bound=("timeout", "1"),
            guarded=("fs", "0"),
            manual=True,
        ),
        Giver((".result", ".exception", ".join", ".get"), "timeout", "result", bound=_TIMEOUT, manual=True),
        Giver(("signal.alarm",), "timeout", "before", bound=("seconds", "0"), manual=True),
        Giver(("signal.setitimer",), "timeout", "before", bound=("seconds", "1"), manual=True),
        Giver(("functools.{lru_cache,cache,cached_property}",), "cache", "decorator"),
    ),
    defers={
        "asyncio.to_thread": "0",
        "asyncio.run_coroutine_threadsafe": "0",
        ".run_in_executor": "1",
        ".submit": "0",
        ".apply_async": "0",
        ".{map,map_async,imap,imap_unordered,starmap,starmap_async}": "0",
        "builtins.map": "0",
        "itertools.starmap": "0",
        "concurrent.futures.{ThreadPoolExecutor,ProcessPoolExecutor}.map": "0",
        "threading.Thread": "target",
        "threading.Timer": "1",
        "multiprocessing.Process": "target",
    },
)
