"""aisuite: one client for many providers."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="aisuite",
    title="aisuite",
    url="https://github.com/andrewyng/aisuite",
    imports=("aisuite",),
    provider="aisuite",
    kind="gateway",
    types=(
        Type(
            "aisuite.client",
            constructors=("aisuite.{Client,client.Client}",),
            calls=(
                Call(
                    ("chat.completions.{create,acreate}",),
                    model=("model", "0"),
                    prompt=("messages", "1"),
                    limit=("max_tokens",),
                    guards={"timeout": ("timeout", "request_timeout")},
                ),
            ),
        ),
    ),
)
