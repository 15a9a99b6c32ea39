"""DSPy: language models called directly, and predictors called like functions.

The language model of a predictor is ambient (``dspy.configure``): its guards cannot be read at the predictor's call.
"""

from tta_validate.sdk import Call, Sdk, Type

_LEGACY = "OpenAI,AzureOpenAI,Cohere,Together,Google,GoogleVertexAI,Groq,Mistral,Anyscale,Databricks,AWSAnthropic"
_LEGACY_LOCAL = "OllamaLocal,HFClientTGI,HFClientVLLM,Claude,Bedrock,Snowflake,CloudflareAI,Watsonx,PremAI"
_ASK = ("{,acall,forward,aforward}",)

SDK = Sdk(
    name="dspy",
    title="DSPy",
    url="https://dspy.ai/",
    imports=("dspy", "dsp"),
    provider="unknown",
    kind="framework",
    types=(
        Type(
            "dspy.lm",
            constructors=("dspy.{clients.**.,}LM",),
            kind="gateway",
            provider="litellm",
            guards={
                "timeout": ("timeout", "request_timeout"),
                "retry": ("num_retries",),
                "cache": ("cache",),
                "route": ("fallbacks",),
            },
            model=("model", "0"),
            limit=("max_tokens",),
            same=("copy",),
            calls=(
                Call(
                    _ASK,
                    prompt=("prompt", "messages", "0"),
                    limit=("max_tokens",),
                    guards={"timeout": ("timeout",), "retry": ("num_retries",), "cache": ("cache",)},
                ),
            ),
        ),
        Type(
            "dspy.base-lm",
            constructors=("dspy.{clients.**.,}BaseLM",),
            kind="gateway",
            guards={"retry": ("num_retries",), "cache": ("cache",)},
            calls=(Call(("{,acall}",), prompt=("prompt", "messages", "0")),),
        ),
        Type(
            "dspy.legacy-lm",
            constructors=(f"{{dspy,dsp}}.{{modules.**.,}}{{{_LEGACY},{_LEGACY_LOCAL}}}",),
            kind="gateway",
            guards={"timeout": ("timeout", "request_timeout")},
            model=("model", "0"),
            limit=("max_tokens",),
            calls=(Call(("{,request,basic_request}",), prompt=("prompt", "0")),),
        ),
        Type(
            "dspy.predictor",
            constructors=(
                "dspy.{predict.**.,}{Predict,ChainOfThought,ChainOfThoughtWithHint,ProgramOfThought,CodeAct,ReAct,ReActV2}",
                "dspy.{predict.**.,}{MultiChainComparison,TypedPredictor,TypedChainOfThought,RLM}",
                "dspy.functional.{TypedPredictor,TypedChainOfThought}",
            ),
            model=(),
            calls=(Call(_ASK, prompt=("*",), model=(), stream=False),),
            opaque=True,
            ambient=("retry", "cache"),
        ),
        Type(
            "dspy.repeated",
            constructors=("dspy.{predict.**.,}{BestOfN,Refine}",),
            inner=("module", "0"),
            gives=("retry",),
            model=(),
            calls=(Call(_ASK, prompt=("*",), model=()),),
            opaque=True,
            ambient=("retry", "cache"),
        ),
        Type(
            "dspy.embedder",
            constructors=("dspy.{clients.**.,}Embedder",),
            kind="gateway",
            guards={"cache": ("caching",)},
            model=("model", "0"),
            calls=(Call(("{,acall}",), prompt=("inputs", "0"), guards={"cache": ("caching",)}, embedding=True),),
        ),
    ),
)
