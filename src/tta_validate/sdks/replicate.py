"""Replicate: runs, streams and predictions."""

from tta_validate.sdk import Call, Sdk, Type

_MODEL = ("ref", "model", "version", "0")
_LIMIT = ("input.max_tokens", "input.max_new_tokens", "input.max_length")
_TEMPERATURE = ("input.temperature",)
_RUN = "{run,async_run,predictions.create,predictions.async_create}"
_STREAM = "{stream,async_stream}"

SDK = Sdk(
    name="replicate",
    title="Replicate",
    url="https://github.com/replicate/replicate-python",
    imports=("replicate",),
    provider="replicate",
    types=(
        Type(
            "replicate.client",
            constructors=("replicate.{Client,client.Client,Replicate,AsyncReplicate}",),
            guards={"timeout": ("timeout",), "retry": ("max_retries",)},
            calls=(
                Call((_RUN,), model=_MODEL, limit=_LIMIT, temperature=_TEMPERATURE),
                Call((_STREAM,), model=_MODEL, limit=_LIMIT, temperature=_TEMPERATURE, stream=True),
            ),
        ),
    ),
    functions=(
        Call((f"replicate.{_RUN}",), model=_MODEL, limit=_LIMIT, temperature=_TEMPERATURE),
        Call((f"replicate.{_STREAM}",), model=_MODEL, limit=_LIMIT, temperature=_TEMPERATURE, stream=True),
    ),
)
