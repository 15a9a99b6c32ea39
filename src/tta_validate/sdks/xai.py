"""xAI: chats of its SDK. ``chat.create`` builds a conversation and sends nothing."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="xai",
    title="xAI",
    url="https://github.com/xai-org/xai-sdk-python",
    imports=("xai_sdk",),
    provider="xai",
    types=(
        Type(
            "xai.client",
            constructors=("xai_sdk.{Client,AsyncClient,sync.client.Client,aio.client.Client}",),
            guards={"timeout": ("timeout",)},
            methods={"chat.create": "xai.chat"},
        ),
        Type(
            "xai.chat",
            limit=("max_tokens",),
            calls=(
                Call(("{sample,sample_batch,parse,defer,defer_batch}",), prompt=()),
                Call(("{stream,stream_batch}",), prompt=(), stream=True),
            ),
        ),
    ),
)
