"""LangChain: chat models, completion models, embeddings, and the chains made of them."""

from collections.abc import Iterable

from tta_validate.sdk import Call, Giver, Keys, Sdk, Type

_CHAIN = "langchain.chain"
_OLD = "{langchain,langchain_classic,langchain_community}"
_OLD_MODELS = f"{_OLD}.{{chat_models,llms}}.**"
_PROMPT = ("input", "inputs", "messages", "prompts", "0")

_ANSWERS = "invoke,ainvoke,batch,abatch,batch_as_completed,abatch_as_completed"
_STREAMS = "stream,astream,astream_log,astream_events"
_MODEL_ANSWERS = (
    f"{{{_ANSWERS},generate,agenerate,generate_prompt,agenerate_prompt}}",
    "{predict,apredict,predict_messages,apredict_messages,call_as_llm}",
    "",
)
_CHAIN_ANSWERS = (
    f"{{{_ANSWERS},run,arun,predict,apredict,predict_and_parse,apredict_and_parse}}",
    "{apply,aapply,generate,agenerate,acall,combine_docs,acombine_docs}",
    "",
)
_SAME = (
    "bind",
    "bind_tools",
    "bind_functions",
    "with_structured_output",
    "with_config",
    "with_types",
    "with_listeners",
)
_MORE_SAME = ("with_alisteners", "configurable_fields", "configurable_alternatives", "map")
_LIMIT = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_tokens_to_sample", "max_new_tokens")
_LIMITS = (*_LIMIT, "num_predict", "model_kwargs.max_tokens")
_CALL_GUARDS: Keys = {"timeout": ("timeout", "request_timeout")}

_PLAIN: Keys = {"timeout": ("timeout", "request_timeout"), "retry": ("max_retries",), "cache": ("cache",)}
_OPENAI: Keys = {
    **_PLAIN,
    "timeout": ("timeout", "request_timeout", "http_client.timeout", "http_async_client.timeout"),
}
_ANTHROPIC: Keys = {**_PLAIN, "timeout": ("timeout", "default_request_timeout")}
_GOOGLE: Keys = {**_PLAIN, "retry": ("max_retries", "retries")}
_OLLAMA: Keys = {
    "timeout": ("client_kwargs.timeout", "async_client_kwargs.timeout", "sync_client_kwargs.timeout"),
    "cache": ("cache",),
}
_AWS: Keys = {
    "timeout": ("timeout", "config.read_timeout"),
    "retry": ("max_retries", "config.retries"),
    "cache": ("cache",),
}
_COHERE: Keys = {"timeout": ("timeout_seconds",), "retry": ("max_retries",), "cache": ("cache",)}
_CACHE_ONLY: Keys = {"cache": ("cache",)}

_COMMUNITY_CHAT = (
    "ChatAnyscale,ChatBaichuan,ChatClovaX,ChatCoze,ChatDatabricks,ChatDeepInfra,ChatEverlyAI,ChatEdenAI,ChatFireworks",
    "ChatFriendli,ChatHunyuan,ChatJavelinAIGateway,ChatKinetica,ChatKonko,ChatMLflowAIGateway,ChatMaritalk,ChatMlflow",
    "ChatNebula,ChatOctoAI,ChatOCIGenAI,ChatPerplexity,ChatReka,ChatSnowflakeCortex,ChatSparkLLM,ChatTongyi",
    "ChatYandexGPT,ChatZhipuAI,ErnieBotChat,GPTRouter,JinaChat,LlamaEdgeChatService,MiniMaxChat,MoonshotChat",
    "PaiEasChatEndpoint,QianfanChatEndpoint,VolcEngineMaasChat,ChatPremAI,ChatYi,GigaChat,SolarChat,SambaNovaCloudChat",
)
_COMMUNITY_TEXT = (
    "AI21,AlephAlpha,Anyscale,Baichuan,Banana,Baseten,CerebriumAI,ChatGLM,Clarifai,Databricks,DeepInfra,EdenAI",
    "Fireworks,FriendliAI,GooseAI,HuggingFaceHub,HuggingFaceTextGenInference,MiniMax,Minimax,Mlflow,Modal",
    "MosaicML,NLPCloud,OctoAIEndpoint,Petals,PredictionGuard,QianfanLLMEndpoint,Replicate,SparkLLM,Tongyi,VLLMOpenAI",
    "WatsonxLLM,Writer,Xinference,YandexGPT,Yi,SolarLLM,VolcEngineMaasLLM,StochasticAI,ForefrontAI",
)
_BASES = "{BaseChatModel,BaseLLM,BaseLanguageModel,LLM,SimpleChatModel,LanguageModelLike}"


def _model(
    provider: str, constructors: tuple[str, ...], guards: Keys, name: str = "", inner: tuple[str, ...] = ()
) -> Type:
    return Type(
        f"langchain.{name or provider}",
        constructors=constructors,
        provider=provider,
        guards=guards,
        inner=inner,
        same=(*_SAME, *_MORE_SAME),
        adds={"with_retry": "retry", "with_fallbacks": "route"},
        methods={"pipe": _CHAIN},
        calls=(
            Call(_MODEL_ANSWERS, prompt=_PROMPT, limit=_LIMITS, guards=_CALL_GUARDS),
            Call((f"{{{_STREAMS}}}",), prompt=_PROMPT, limit=_LIMITS, guards=_CALL_GUARDS, stream=True),
        ),
        composes=_CHAIN,
        model=("model", "model_name", "model_id", "azure_deployment", "deployment_name", "repo_id", "0"),
        limit=_LIMITS,
    )


def _embeddings(provider: str, constructors: tuple[str, ...], guards: Keys) -> Type:
    return Type(
        f"langchain.embeddings.{provider}",
        constructors=constructors,
        provider=provider,
        guards=guards,
        model=("model", "model_name", "model_id"),
        calls=(
            Call(
                ("{embed_query,embed_documents,aembed_query,aembed_documents}",),
                prompt=("text", "texts", "0"),
                embedding=True,
            ),
        ),
    )


def _chain(name: str, constructors: Iterable[str], inner: tuple[str, ...], *, needs_inner: bool) -> Type:
    return Type(
        name,
        constructors=tuple(constructors),
        inner=inner,
        needs_inner=needs_inner,
        same=(*_SAME, *_MORE_SAME, "assign", "pick"),
        adds={"with_retry": "retry", "with_fallbacks": "route"},
        methods={"pipe": _CHAIN},
        calls=(
            Call(_CHAIN_ANSWERS, prompt=_PROMPT),
            Call((f"{{{_STREAMS}}}",), prompt=_PROMPT, stream=True),
        ),
        composes=_CHAIN,
    )


_MADE = "{,.from_llm,.from_chain_type,.from_chains,.from_string,.from_llm_and_retriever,.from_prompts,.from_retrievers}"
_CHAIN_CLASSES = (
    "{LLMChain,ConversationChain,RetrievalQA,RetrievalQAWithSourcesChain,ConversationalRetrievalChain}",
    "{QAWithSourcesChain,VectorDBQA,VectorDBQAWithSourcesChain,ChatVectorDBChain,LLMMathChain,LLMCheckerChain}",
    "{APIChain,SQLDatabaseChain,GraphCypherQAChain,GraphQAChain,FlareChain,QAGenerationChain,ConstitutionalChain}",
    "{MultiPromptChain,MultiRetrievalQAChain,MultiRouteChain,LLMRouterChain,LLMSummarizationCheckerChain,NatBotChain}",
)
_CHAIN_FUNCTIONS = (
    "{load_summarize_chain,load_qa_chain,load_qa_with_sources_chain,create_stuff_documents_chain}",
    "{create_history_aware_retriever,create_sql_query_chain,create_structured_output_runnable}",
    "{create_extraction_chain,create_extraction_chain_pydantic,create_tagging_chain,create_tagging_chain_pydantic}",
    "{create_openai_fn_chain,create_openai_fn_runnable,create_structured_output_chain,create_qa_with_sources_chain}",
    "{create_qa_with_structure_chain,create_citation_fuzzy_match_runnable,create_citation_fuzzy_match_chain}",
)
_CHAINS_OF_CHAINS = (
    "{SequentialChain,SimpleSequentialChain,StuffDocumentsChain,MapReduceDocumentsChain,RefineDocumentsChain}",
    "{ReduceDocumentsChain,MapRerankDocumentsChain,MapReduceChain,AnalyzeDocumentChain,create_retrieval_chain}",
)
_RUNNABLES = (
    "{RunnableSequence,RunnableParallel,RunnableMap,RunnableLambda,RunnableBranch,RunnableWithMessageHistory}",
    "{RunnableGenerator,RunnableEach,RunnableBinding,RouterRunnable,RunnablePassthrough.assign}",
)

_MODELS = (
    _model(
        "openai",
        (
            "langchain_openai.**.{ChatOpenAI,AzureChatOpenAI,OpenAI,AzureOpenAI}",
            _OLD_MODELS + ".{ChatOpenAI,AzureChatOpenAI,PromptLayerChatOpenAI,OpenAI,OpenAIChat,AzureOpenAI}",
            "langchain.OpenAI",
        ),
        _OPENAI,
    ),
    _model("deepseek", ("langchain_deepseek.**.ChatDeepSeek",), _OPENAI),
    _model("xai", ("langchain_xai.**.ChatXAI",), _OPENAI),
    _model("openrouter", ("langchain_openrouter.**.ChatOpenRouter",), _PLAIN),
    _model(
        "anthropic",
        (
            "langchain_anthropic.**.{ChatAnthropic,AnthropicLLM,ChatAnthropicMessages}",
            _OLD_MODELS + ".{ChatAnthropic,Anthropic}",
        ),
        _ANTHROPIC,
    ),
    _model(
        "google",
        (
            "langchain_google_genai.**.{ChatGoogleGenerativeAI,GoogleGenerativeAI}",
            "langchain_google_vertexai.**.{ChatVertexAI,VertexAI,ChatAnthropicVertex,VertexAIModelGarden}",
            _OLD_MODELS + ".{ChatVertexAI,VertexAI,ChatGooglePalm,GooglePalm}",
        ),
        _GOOGLE,
    ),
    _model("ollama", ("langchain_ollama.**.{ChatOllama,OllamaLLM}",), _OLLAMA),
    _model("ollama", (_OLD_MODELS + ".{ChatOllama,Ollama}",), _PLAIN, name="ollama-community"),
    _model("groq", ("langchain_groq.**.ChatGroq",), _OPENAI),
    _model("mistral", ("langchain_mistralai.**.ChatMistralAI",), _PLAIN),
    _model(
        "bedrock",
        (
            "langchain_aws.**.{ChatBedrock,ChatBedrockConverse,BedrockLLM,ChatAnthropicBedrock,SagemakerEndpoint}",
            _OLD_MODELS + ".{BedrockChat,Bedrock,SagemakerEndpoint}",
        ),
        _AWS,
    ),
    _model("cohere", ("langchain_cohere.**.{ChatCohere,Cohere}", _OLD_MODELS + ".{ChatCohere,Cohere}"), _COHERE),
    _model(
        "huggingface", ("langchain_huggingface.**.HuggingFaceEndpoint", _OLD_MODELS + ".HuggingFaceEndpoint"), _PLAIN
    ),
    Type(
        "langchain.chat-huggingface",
        constructors=("langchain_huggingface.**.ChatHuggingFace", _OLD_MODELS + ".ChatHuggingFace"),
        provider="huggingface",
        guards=_CACHE_ONLY,
        inner=("llm", "0"),
        needs_inner=True,
        same=(*_SAME, *_MORE_SAME),
        adds={"with_retry": "retry", "with_fallbacks": "route"},
        calls=(
            Call(_MODEL_ANSWERS, prompt=_PROMPT),
            Call((f"{{{_STREAMS}}}",), prompt=_PROMPT, stream=True),
        ),
        composes=_CHAIN,
    ),
    _model("together", ("langchain_together.**.{ChatTogether,Together}", _OLD_MODELS + ".Together"), _PLAIN),
    _model("fireworks", ("langchain_fireworks.**.{ChatFireworks,Fireworks}",), _PLAIN),
    _model("nvidia", ("langchain_nvidia_ai_endpoints.**.{ChatNVIDIA,NVIDIA}",), _CACHE_ONLY),
    _model("watsonx", ("langchain_ibm.**.{ChatWatsonx,WatsonxLLM}",), _PLAIN),
    _model("perplexity", ("langchain_perplexity.**.ChatPerplexity",), _PLAIN),
    _model("ai21", ("langchain_ai21.**.{ChatAI21,AI21LLM}",), _PLAIN),
    _model("databricks", ("{databricks_langchain,langchain_databricks}.**.ChatDatabricks",), _PLAIN),
    _model("litellm", ("langchain_litellm.**.{ChatLiteLLM,ChatLiteLLMRouter}", _OLD_MODELS + ".ChatLiteLLM"), _PLAIN),
    _model(
        "unknown",
        (
            *(f"{_OLD}.chat_models.**.{{{names}}}" for names in _COMMUNITY_CHAT),
            *(f"{_OLD}.llms.**.{{{names}}}" for names in _COMMUNITY_TEXT),
            "{langchain,langchain_classic}.chat_models.**.init_chat_model",
            f"langchain_core.language_models.**.{_BASES}",
            f"langchain.{{schema,base_language,chat_models.base,llms.base}}.**.{_BASES}",
        ),
        _PLAIN,
    ),
)

_EMBEDDINGS = (
    _embeddings(
        "openai",
        (
            "langchain_openai.**.{OpenAIEmbeddings,AzureOpenAIEmbeddings}",
            _OLD + ".embeddings.**.{OpenAIEmbeddings,AzureOpenAIEmbeddings}",
        ),
        _OPENAI,
    ),
    _embeddings(
        "google",
        (
            "langchain_google_genai.**.GoogleGenerativeAIEmbeddings",
            "langchain_google_vertexai.**.VertexAIEmbeddings",
            _OLD + ".embeddings.**.VertexAIEmbeddings",
        ),
        {"timeout": ("request_options.timeout",), "retry": ("max_retries",)},
    ),
    _embeddings("ollama", ("langchain_ollama.**.OllamaEmbeddings", _OLD + ".embeddings.**.OllamaEmbeddings"), _OLLAMA),
    _embeddings("mistral", ("langchain_mistralai.**.MistralAIEmbeddings",), _PLAIN),
    _embeddings("bedrock", ("langchain_aws.**.BedrockEmbeddings", _OLD + ".embeddings.**.BedrockEmbeddings"), _AWS),
    _embeddings("cohere", ("langchain_cohere.**.CohereEmbeddings", _OLD + ".embeddings.**.CohereEmbeddings"), _PLAIN),
    _embeddings("voyage", ("langchain_voyageai.**.VoyageAIEmbeddings", _OLD + ".embeddings.**.VoyageEmbeddings"), {}),
    _embeddings(
        "huggingface",
        (
            "langchain_huggingface.**.HuggingFaceEndpointEmbeddings",
            _OLD + ".embeddings.**.{HuggingFaceInferenceAPIEmbeddings,HuggingFaceHubEmbeddings}",
        ),
        {},
    ),
    _embeddings(
        "unknown",
        (
            _OLD + ".embeddings.**.{DashScopeEmbeddings,JinaEmbeddings,QianfanEmbeddingsEndpoint,ZhipuAIEmbeddings}",
            _OLD + ".embeddings.**.{DeepInfraEmbeddings,EdenAiEmbeddings,MiniMaxEmbeddings,init_embeddings}",
            "langchain_core.embeddings.**.Embeddings",
            "{langchain,langchain_classic}.embeddings.base.Embeddings",
            "langchain.schema.embeddings.Embeddings",
        ),
        _PLAIN,
    ),
    Type(
        "langchain.embeddings.cached",
        constructors=("{langchain,langchain_classic}.embeddings.**.CacheBackedEmbeddings{,.from_bytes_store}",),
        inner=("underlying_embeddings", "0"),
        gives=("cache",),
        calls=(
            Call(
                ("{embed_query,embed_documents,aembed_query,aembed_documents}",),
                prompt=("text", "texts", "0"),
                embedding=True,
            ),
        ),
    ),
)

_CHAINS = (
    _chain(
        _CHAIN,
        (f"langchain_core.runnables.**.{name}" for name in _RUNNABLES),
        ("*",),
        needs_inner=True,
    ),
    _chain("langchain.chains", (f"{_OLD}.**.{name}" for name in _CHAINS_OF_CHAINS), ("*",), needs_inner=True),
    _chain(
        "langchain.llm-chain",
        (
            *(f"{_OLD}.**.{name}{_MADE}" for name in _CHAIN_CLASSES),
            *(f"{_OLD}.**.{name}" for name in _CHAIN_FUNCTIONS),
            "langchain_experimental.**.{SQLDatabaseChain,PALChain}" + _MADE,
        ),
        ("llm", "llm_chain", "combine_documents_chain", "prompt", "0"),
        needs_inner=False,
    ),
    Type(
        "langchain.prompt",
        constructors=(
            "{langchain_core,langchain,langchain_classic}.**.{ChatPromptTemplate,PromptTemplate}"
            "{,.from_template,.from_messages,.from_file,.from_examples,.from_role_strings}",
            "{langchain_core,langchain,langchain_classic}.**.{FewShotPromptTemplate,FewShotChatMessagePromptTemplate}",
        ),
        needs_inner=True,
        same=("partial",),
        methods={"pipe": _CHAIN},
        composes=_CHAIN,
    ),
)

SDK = Sdk(
    name="langchain",
    title="LangChain",
    url="https://python.langchain.com/",
    imports=(
        "databricks_langchain",
        "langchain",
        "langchain_ai21",
        "langchain_anthropic",
        "langchain_aws",
        "langchain_classic",
        "langchain_cohere",
        "langchain_community",
        "langchain_core",
        "langchain_databricks",
        "langchain_deepseek",
        "langchain_experimental",
        "langchain_fireworks",
        "langchain_google_genai",
        "langchain_google_vertexai",
        "langchain_groq",
        "langchain_huggingface",
        "langchain_ibm",
        "langchain_litellm",
        "langchain_mistralai",
        "langchain_nvidia_ai_endpoints",
        "langchain_ollama",
        "langchain_openai",
        "langchain_openrouter",
        "langchain_perplexity",
        "langchain_together",
        "langchain_voyageai",
        "langchain_xai",
    ),
    provider="unknown",
    kind="framework",
    types=(*_MODELS, *_EMBEDDINGS, *_CHAINS),
    givers=(
        Giver(
            (
                "{langchain_core,langchain,langchain_classic}.globals.set_llm_cache",
                "{langchain,langchain_core.globals}.llm_cache",
            ),
            "cache",
            "global",
            bound=("value", "0"),
            covers=tuple(model.name for model in (*_MODELS, *_CHAINS)),
        ),
    ),
)
