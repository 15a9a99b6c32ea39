"""Libraries that retry: tenacity, backoff, stamina, retrying, retry and their kin."""

from tta_validate.sdk import Giver, Sdk

SDK = Sdk(
    name="retries",
    title="Retry libraries",
    url="https://tenacity.readthedocs.io/",
    givers=(
        Giver(("tenacity.{retry,asyncio.retry,tornadoweb.retry}",), "retry", "decorator"),
        Giver(
            ("tenacity.{_asyncio.,asyncio.,}{Retrying,AsyncRetrying}", "tenacity.tornadoweb.TornadoRetrying"),
            "retry",
            "iterator",
        ),
        Giver(("tenacity.{_asyncio.,asyncio.,}{Retrying,AsyncRetrying}",), "retry", "around"),
        Giver(("tenacity.{_asyncio.,asyncio.,}{Retrying,AsyncRetrying}.wraps",), "retry", "decorator"),
        Giver(("backoff.{on_exception,on_predicate}",), "retry", "decorator"),
        Giver(("stamina.retry",), "retry", "decorator"),
        Giver(("stamina.retry_context",), "retry", "iterator"),
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
