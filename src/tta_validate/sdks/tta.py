"""The TTA primitives: LLM primitives, the workflows made of them, and the primitives that guard what they wrap."""

from tta_validate.sdk import Call, GuardName, Keys, Sdk, Type

_PACKAGES = "{ttadev,tta_dev_primitives,tta_dev_integrations,observability_integration,tta_observability_integration}"
_PROMPT = ("0", "input_data", "request")
_TEMPERATURE = ("temperature", *(f"{key}.temperature" for key in _PROMPT))
_EXECUTE = Call(("execute",), prompt=_PROMPT, temperature=_TEMPERATURE)
_SEQUENCE = "tta.sequence"


def _names(*names: str) -> tuple[str, ...]:
    return tuple(f"{_PACKAGES}.**.{name}" for name in names)


def _workflow(name: str, constructors: tuple[str, ...], inner: tuple[str, ...], *gives: GuardName) -> Type:
    return Type(
        name,
        constructors=_names(*constructors),
        kind="primitive",
        inner=inner,
        needs_inner=True,
        gives=gives,
        fills=("register_executor",),
        calls=(_EXECUTE,),
        composes=_SEQUENCE,
        primitive=True,
    )


def _model(
    constructor: str,
    provider: str,
    guards: Keys | None = None,
    calls: str = "execute,stream,chat",
    *,
    embedding: bool = False,
    routes: bool = False,
) -> Type:
    return Type(
        f"tta.{constructor}",
        constructors=_names(constructor),
        kind="primitive",
        provider=provider,
        guards=guards or {},
        model=("model", "model_name"),
        calls=(Call((f"{{{calls}}}",), prompt=_PROMPT, temperature=_TEMPERATURE, embedding=embedding),),
        gives=("route",) if routes else (),
        composes=_SEQUENCE,
        primitive=True,
    )


_CLIENT: Keys = {"timeout": ("timeout",), "retry": ("max_retries",)}
_WRAPPED = ("primitive", "target_primitive", "0")

SDK = Sdk(
    name="tta",
    title="TTA primitives",
    url="https://github.com/theinterneti/TTA.dev",
    imports=(
        "ttadev",
        "tta_dev_primitives",
        "tta_dev_integrations",
        "observability_integration",
        "tta_observability_integration",
    ),
    provider="unknown",
    kind="primitive",
    project=True,
    enclosing=_names("WorkflowPrimitive", "InstrumentedPrimitive", "AdaptivePrimitive", "APMWorkflowPrimitive"),
    types=(
        _workflow(_SEQUENCE, ("SequentialPrimitive",), ("primitives", "0")),
        _workflow("tta.parallel", ("ParallelPrimitive",), ("primitives", "0")),
        _workflow(
            "tta.conditional",
            ("ConditionalPrimitive", "SwitchPrimitive"),
            ("then_primitive", "else_primitive", "cases", "default", "1", "2"),
        ),
        _workflow("tta.lambda", ("LambdaPrimitive", "FunctionPrimitive"), ("func", "0")),
        _workflow(
            "tta.wrapper",
            (
                "CircuitBreakerPrimitive",
                "ObservablePrimitive",
                "{SagaPrimitive,CompensationPrimitive}",
                "SafetyGatePrimitive",
                "LangGraphPrimitive",
            ),
            (*_WRAPPED, "forward", "compensation", "handlers", "graph"),
        ),
        _workflow("tta.retry", ("{RetryPrimitive,AdaptiveRetryPrimitive}",), _WRAPPED, "retry"),
        _workflow("tta.timeout", ("{TimeoutPrimitive,AdaptiveTimeoutPrimitive}",), _WRAPPED, "timeout"),
        _workflow("tta.cache", ("{CachePrimitive,AdaptiveCachePrimitive,UVCachePrimitive}",), _WRAPPED, "cache"),
        _workflow(
            "tta.fallback",
            ("{FallbackPrimitive,AdaptiveFallbackPrimitive}",),
            ("primary", "fallback", "fallbacks", "0", "1"),
            "route",
        ),
        _workflow("tta.router", ("RouterPrimitive",), ("routes", "default", "0"), "route"),
        _workflow("tta.delegation", ("DelegationPrimitive",), ("executor_primitives", "0")),
        _workflow("tta.multi-model", ("MultiModelWorkflow",), ("executor_primitives", "0"), "route"),
        Type(
            "tta.own",
            constructors=_names("{WorkflowPrimitive,InstrumentedPrimitive,AdaptivePrimitive,APMWorkflowPrimitive}"),
            kind="primitive",
            needs_inner=True,
            composes=_SEQUENCE,
            primitive=True,
        ),
        _model("OpenAIPrimitive", "openai", _CLIENT),
        _model("AnthropicPrimitive", "anthropic", _CLIENT),
        _model("GroqPrimitive", "groq", _CLIENT),
        _model("GoogleAIStudioPrimitive", "google"),
        _model("OpenRouterPrimitive", "openrouter"),
        _model("TogetherAIPrimitive", "together"),
        _model("HuggingFacePrimitive", "huggingface"),
        _model("OllamaPrimitive", "ollama", {"timeout": ("timeout",)}),
        _model("OllamaEmbeddingsPrimitive", "ollama", calls="execute,embed_one,embed_batch", embedding=True),
        _model("UniversalLLMPrimitive", "unknown"),
        _model("LiteLLMPrimitive", "litellm", {"timeout": ("timeout",), "route": ("fallbacks",)}),
        _model("OpenHandsPrimitive", "litellm", calls="execute"),
        _model("SelfLearningCodePrimitive", "google", calls="execute"),
        _model("ModelRouterPrimitive", "unknown", calls="execute", routes=True),
        _model("LiteLLMSmartAdapter", "litellm", calls="execute", routes=True),
        Type(
            "tta.smart-router",
            constructors=_names("SmartRouterPrimitive.{make,build}", "SmartRouterPrimitive"),
            kind="primitive",
            provider="litellm",
            gives=("route",),
            methods={"make": "tta.smart-router", "build": "tta.smart-router"},
            calls=(_EXECUTE,),
            composes=_SEQUENCE,
            primitive=True,
        ),
        Type(
            "tta.resilient",
            constructors=_names("make_resilient_llm"),
            kind="primitive",
            provider="litellm",
            guards={"timeout": ("timeout",), "route": ("litellm_fallbacks",)},
            gives=("retry", "cache"),
            off={"retry": ("retry_attempts",), "cache": ("cache",)},
            calls=(Call(("{execute,stream}",), prompt=_PROMPT, temperature=_TEMPERATURE),),
            composes=_SEQUENCE,
            primitive=True,
        ),
        Type(
            "tta.agent",
            constructors=(
                "ttadev.agents.**.{AgentPrimitive,DeveloperAgent,QAAgent,SecurityAgent,DevOpsAgent,GitAgent}",
                "ttadev.agents.**.{GitHubAgent,PerformanceAgent,AgentRouterPrimitive,ToolCallLoop}",
                "ttadev.workflows.**.{WorkflowOrchestrator,DevelopmentCycle}",
            ),
            kind="primitive",
            inner=("model", "model_factory", "_http", "0"),
            calls=(_EXECUTE,),
            composes=_SEQUENCE,
            primitive=True,
        ),
    ),
)
