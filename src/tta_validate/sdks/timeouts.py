"""Libraries that bound time, and those that run a function in a thread: anyio, trio, async_timeout and their kin."""

from tta_validate.sdk import Giver, Sdk

SDK = Sdk(
    name="timeouts",
    title="Timeout libraries",
    url="https://anyio.readthedocs.io/",
    givers=(
        Giver(("async_timeout.timeout",), "timeout", "context", bound=("delay", "0")),
        Giver(("async_timeout.timeout_at",), "timeout", "context", bound=("deadline", "0")),
        Giver(("anyio.{fail_after,move_on_after}",), "timeout", "context", bound=("delay", "0")),
        Giver(("trio.{fail_after,move_on_after}",), "timeout", "context", bound=("seconds", "0")),
        Giver(("trio.{fail_at,move_on_at}",), "timeout", "context", bound=("deadline", "0")),
        Giver(("timeout_decorator.{timeout_decorator.,}timeout",), "timeout", "decorator", bound=("seconds", "0")),
        Giver(("wrapt_timeout_decorator.timeout",), "timeout", "decorator", bound=("dec_timeout", "0")),
        Giver(("func_timeout.func_timeout",), "timeout", "around", bound=("timeout", "0"), guarded=("func", "1")),
        Giver(("func_timeout.func_set_timeout",), "timeout", "decorator", bound=("timeout", "0")),
        Giver(("stopit.{ThreadingTimeout,SignalTimeout}",), "timeout", "context", bound=("seconds", "0")),
        Giver(("stopit.{threading_timeoutable,signal_timeoutable}",), "timeout", "decorator"),
        Giver(("{eventlet,gevent}.Timeout", "interruptingcow.timeout"), "timeout", "context", bound=("seconds", "0")),
        Giver(
            ("pebble.concurrent.{thread,process}", "pebble.asynchronous.{thread,process}"),
            "timeout",
            "decorator",
            bound=("timeout",),
        ),
    ),
    defers={
        "anyio.to_thread.run_sync": "0",
        "trio.to_thread.run_sync": "0",
        "asgiref.sync.sync_to_async": "0",
        "asyncer.asyncify": "0",
        "{starlette,fastapi}.concurrency.run_in_threadpool": "0",
        "joblib.delayed": "0",
        "tqdm.contrib.concurrent.thread_map": "0",
    },
)
