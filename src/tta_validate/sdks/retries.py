"""Libraries that retry: tenacity, backoff, stamina, retrying, retry and their kin."""

from tta_validate.sdk import Giver, Sdk

_TRIES = {"stop": "stop_after_attempt"}

SDK = Sdk(
    name="retries",
    title="Retry libraries",
    url="https://tenacity.readthedocs.io/",
    givers=(
        Giver(("tenacity.{retry,asyncio.retry,tornadoweb.retry}",), "retry", "decorator", tries=_TRIES),
        Giver(
            ("tenacity.{_asyncio.,asyncio.,}{Retrying,AsyncRetrying}", "tenacity.tornadoweb.TornadoRetrying"),
            "retry",
            "iterator",
            tries=_TRIES,
        ),
        Giver(("tenacity.{_asyncio.,asyncio.,}{Retrying,AsyncRetrying}",), "retry", "around", tries=_TRIES),
        Giver(("tenacity.{_asyncio.,asyncio.,}{Retrying,AsyncRetrying}.wraps",), "retry", "decorator", tries=_TRIES),
        Giver(("backoff.{on_exception,on_predicate}",), "retry", "decorator", tries={"max_tries": ""}),
        Giver(("stamina.retry",), "retry", "decorator", tries={"attempts": ""}),
        Giver(("stamina.retry_context",), "retry", "iterator", tries={"attempts": ""}),
        Giver(("stamina.{RetryingCaller,AsyncRetryingCaller}",), "retry", "around", guarded=("1",)),
        Giver(
            (
                "stamina.{RetryingCaller,AsyncRetryingCaller}.on",
                "stamina.{BoundRetryingCaller,BoundAsyncRetryingCaller}",
            ),
            "retry",
            "around",
        ),
        Giver(("retrying.retry",), "retry", "decorator"),
        Giver(("retrying.Retrying.call",), "retry", "around"),
        Giver(("retry.{api.,}retry",), "retry", "decorator"),
        Giver(("retry.{api.,}retry_call",), "retry", "around", guarded=("f", "0")),
        Giver(("retry2.{api.,}retry", "retry_async.retry", "tenacity_async.retry"), "retry", "decorator"),
        Giver(("opnieuw.{retry,retry_async}",), "retry", "decorator"),
        Giver(("hyx.retry.{retry,api.retry}",), "retry", "decorator"),
        Giver(("hyx.timeout.{timeout,api.timeout}",), "timeout", "decorator"),
    ),
)
