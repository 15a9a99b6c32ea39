"""DashScope (Qwen): its API classes, whose class methods are the calls."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_CLASSES = "{Generation,AioGeneration,MultiModalConversation,AioMultiModalConversation}"
_GUARDS: Keys = {"timeout": ("request_timeout",)}

SDK = Sdk(
    name="dashscope",
    title="DashScope",
    url="https://github.com/dashscope/dashscope-sdk-python",
    imports=("dashscope",),
    provider="dashscope",
    types=(
        Type(
            "dashscope.api",
            constructors=(f"dashscope.{{aigc.**.,}}{_CLASSES}",),
            calls=(Call(("call",), model=("model", "0"), limit=("max_tokens",), guards=_GUARDS),),
        ),
    ),
    functions=(
        Call(
            (f"dashscope.{{aigc.**.,}}{_CLASSES}.call", "dashscope.{Application,app.Application}.call"),
            model=("model", "0"),
            limit=("max_tokens",),
            guards=_GUARDS,
        ),
        Call(
            ("dashscope.{TextEmbedding,MultiModalEmbedding}.call",),
            model=("model", "0"),
            guards=_GUARDS,
            embedding=True,
        ),
    ),
)
