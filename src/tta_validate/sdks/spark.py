"""iFlytek Spark: its chat model."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="spark",
    title="iFlytek Spark",
    url="https://github.com/iflytek/spark-ai-python",
    imports=("sparkai",),
    provider="spark",
    types=(
        Type(
            "spark.chat",
            constructors=("sparkai.llm.llm.ChatSparkLLM",),
            guards={"timeout": ("request_timeout",), "retry": ("max_retries",), "cache": ("cache",)},
            limit=("max_tokens",),
            calls=(
                Call(("{generate,agenerate,invoke,ainvoke,predict,apredict,}",), prompt=("messages", "input", "0")),
                Call(("{stream,astream}",), prompt=("messages", "input", "0"), stream=True),
            ),
        ),
    ),
)
