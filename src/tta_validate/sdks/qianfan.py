"""Baidu Qianfan: chat, completion and embedding."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_GUARDS: Keys = {"timeout": ("request_timeout",), "retry": ("retry_count",)}

SDK = Sdk(
    name="qianfan",
    title="Baidu Qianfan",
    url="https://github.com/baidubce/bce-qianfan-sdk",
    imports=("qianfan",),
    provider="qianfan",
    types=(
        Type(
            "qianfan.text",
            constructors=("qianfan.{resources.**.,}{ChatCompletion,Completion}",),
            guards=_GUARDS,
            calls=(
                Call(
                    ("{do,ado,create,acreate,batch_do,abatch_do}",),
                    prompt=("messages", "prompt", "0"),
                    limit=("max_output_tokens", "max_tokens"),
                    guards=_GUARDS,
                ),
            ),
        ),
        Type(
            "qianfan.embedding",
            constructors=("qianfan.{resources.**.,}Embedding",),
            guards=_GUARDS,
            calls=(
                Call(
                    ("{do,ado,create,acreate,batch_do,abatch_do}",),
                    prompt=("texts", "0"),
                    guards=_GUARDS,
                    embedding=True,
                ),
            ),
        ),
    ),
)
