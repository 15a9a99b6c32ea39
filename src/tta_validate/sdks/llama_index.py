"""LlamaIndex: language models, embeddings, query engines and chat engines."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_GUARDS: Keys = {
    "timeout": ("timeout", "request_timeout", "http_client.timeout", "additional_kwargs.timeout"),
    "retry": ("max_retries", "num_retries"),
}
_LIMIT = ("max_tokens", "num_output", "additional_kwargs.max_tokens")
_PROMPT = ("prompt", "messages", "message", "str_or_query_bundle", "0")
_ANSWERS = "{complete,chat,acomplete,achat,predict,apredict,structured_predict,astructured_predict,predict_and_call}"
_STREAMS = "{stream_complete,stream_chat,astream_complete,astream_chat,stream,astream,stream_structured_predict}"
_EMBED = (
    "{get_text_embedding,aget_text_embedding,get_text_embedding_batch,aget_text_embedding_batch}",
    "{get_query_embedding,aget_query_embedding,get_agg_embedding_from_queries,aget_agg_embedding_from_queries}",
)


def _model(provider: str, *constructors: str) -> Type:
    return Type(
        f"llama-index.{provider}",
        constructors=constructors,
        provider=provider,
        guards=_GUARDS,
        model=("model", "model_name", "engine", "deployment_name", "0"),
        limit=_LIMIT,
        same=("as_structured_llm",),
        calls=(
            Call((_ANSWERS,), prompt=_PROMPT, limit=("max_tokens",), guards={"timeout": ("timeout",)}),
            Call((_STREAMS,), prompt=_PROMPT, limit=("max_tokens",), guards={"timeout": ("timeout",)}, stream=True),
        ),
    )


def _embeddings(provider: str, *constructors: str) -> Type:
    return Type(
        f"llama-index.embeddings.{provider}",
        constructors=constructors,
        provider=provider,
        guards=_GUARDS,
        model=("model", "model_name", "0"),
        calls=(Call(_EMBED, prompt=("text", "texts", "query", "0"), embedding=True),),
    )


SDK = Sdk(
    name="llama-index",
    title="LlamaIndex",
    url="https://docs.llamaindex.ai/",
    imports=("llama_index",),
    provider="unknown",
    kind="framework",
    types=(
        _model("openai", "llama_index.llms.**.{OpenAI,AzureOpenAI,OpenAILike,OpenAIResponses}", "llama_index.OpenAI"),
        _model("anthropic", "llama_index.llms.**.Anthropic"),
        _model("google", "llama_index.llms.**.{Gemini,GoogleGenAI,Vertex,PaLM}"),
        _model("ollama", "llama_index.llms.**.Ollama"),
        _model("groq", "llama_index.llms.**.Groq"),
        _model("mistral", "llama_index.llms.**.MistralAI"),
        _model("cohere", "llama_index.llms.**.Cohere"),
        _model("bedrock", "llama_index.llms.**.{Bedrock,BedrockConverse}"),
        _model("together", "llama_index.llms.**.TogetherLLM"),
        _model("fireworks", "llama_index.llms.**.Fireworks"),
        _model("replicate", "llama_index.llms.**.Replicate"),
        _model("huggingface", "llama_index.llms.**.{HuggingFaceInferenceAPI,TextGenerationInference}"),
        _model("litellm", "llama_index.llms.**.LiteLLM"),
        _model("deepseek", "llama_index.llms.**.DeepSeek"),
        _model("openrouter", "llama_index.llms.**.OpenRouter"),
        _model("perplexity", "llama_index.llms.**.Perplexity"),
        _model("dashscope", "llama_index.llms.**.DashScope"),
        _model("unknown", "llama_index.core.**.{LLM,BaseLLM,CustomLLM,FunctionCallingLLM}", "llama_index.llms.**.LLM"),
        _embeddings(
            "openai",
            "llama_index.embeddings.**.{OpenAIEmbedding,AzureOpenAIEmbedding,OpenAILikeEmbedding}",
            "llama_index.OpenAIEmbedding",
        ),
        _embeddings("google", "llama_index.embeddings.**.{GeminiEmbedding,GoogleGenAIEmbedding,VertexTextEmbedding}"),
        _embeddings("ollama", "llama_index.embeddings.**.OllamaEmbedding"),
        _embeddings("mistral", "llama_index.embeddings.**.MistralAIEmbedding"),
        _embeddings("cohere", "llama_index.embeddings.**.CohereEmbedding"),
        _embeddings("bedrock", "llama_index.embeddings.**.BedrockEmbedding"),
        _embeddings("voyage", "llama_index.embeddings.**.VoyageEmbedding"),
        _embeddings("huggingface", "llama_index.embeddings.**.HuggingFaceInferenceAPIEmbedding"),
        _embeddings("unknown", "llama_index.core.**.BaseEmbedding"),
        Type(
            "llama-index.index",
            constructors=(
                "llama_index.**.{VectorStoreIndex,GPTVectorStoreIndex,SummaryIndex,ListIndex,TreeIndex}"
                "{,.from_documents,.from_vector_store}",
                "llama_index.**.{KeywordTableIndex,KnowledgeGraphIndex,PropertyGraphIndex,DocumentSummaryIndex}"
                "{,.from_documents,.from_existing}",
                "llama_index.**.{load_index_from_storage,GPTSimpleVectorIndex,GPTListIndex}",
            ),
            methods={
                "as_query_engine": "llama-index.engine",
                "as_chat_engine": "llama-index.engine",
            },
        ),
        Type(
            "llama-index.engine",
            constructors=(
                "llama_index.**.{RetrieverQueryEngine,CitationQueryEngine,SubQuestionQueryEngine,RouterQueryEngine}"
                "{,.from_args,.from_defaults}",
                "llama_index.**.{MultiStepQueryEngine,TransformQueryEngine,NLSQLTableQueryEngine,PandasQueryEngine}",
                "llama_index.**.{SimpleChatEngine,ContextChatEngine,CondenseQuestionChatEngine}{,.from_defaults}",
                "llama_index.**.CondensePlusContextChatEngine{,.from_defaults}",
                "llama_index.core.**.{BaseQueryEngine,BaseChatEngine}",
            ),
            inner=("llm", "query_engine", "response_synthesizer"),
            calls=(
                Call(("{query,aquery,chat,achat,synthesize,asynthesize}",), prompt=_PROMPT),
                Call(("{stream_chat,astream_chat}",), prompt=_PROMPT, stream=True),
            ),
            opaque=True,
        ),
        Type(
            "llama-index.retry-engine",
            constructors=("llama_index.**.{RetryQueryEngine,RetrySourceQueryEngine,RetryGuidelineQueryEngine}",),
            inner=("query_engine", "0"),
            gives=("retry",),
            calls=(Call(("{query,aquery}",), prompt=_PROMPT),),
            opaque=True,
        ),
        Type(
            "llama-index.synthesizer",
            constructors=("llama_index.**.get_response_synthesizer",),
            inner=("llm",),
            calls=(Call(("{synthesize,asynthesize,get_response,aget_response}",), prompt=("query", "0")),),
            opaque=True,
        ),
        Type(
            "llama-index.agent",
            constructors=(
                "llama_index.**.{ReActAgent,OpenAIAgent,FunctionCallingAgent}{,.from_tools,.from_llm}",
                "llama_index.**.{FunctionAgent,CodeActAgent,AgentWorkflow}{,.from_tools_or_functions}",
                "llama_index.**.{AgentRunner,OpenAIAssistantAgent,LLMCompilerAgent}{,.from_llm,.from_new}",
            ),
            inner=("llm", "agents"),
            guards={"timeout": ("timeout",)},
            calls=(
                Call(("{chat,achat,query,aquery,run}",), prompt=("message", "user_msg", "0")),
                Call(("{stream_chat,astream_chat}",), prompt=("message", "0"), stream=True),
            ),
            opaque=True,
        ),
        Type(
            "llama-index.program",
            constructors=(
                "llama_index.**.{LLMTextCompletionProgram,OpenAIPydanticProgram,FunctionCallingProgram}{,.from_defaults}",
            ),
            inner=("llm",),
            calls=(Call(("{,acall}",), prompt=("*",)),),
        ),
    ),
)
