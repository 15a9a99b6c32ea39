"""Agents and graphs of LangChain and LangGraph: compiled graphs, prebuilt agents, and the older executors."""

from tta_validate.sdk import Call, Giver, Sdk, Type

_OLD = "{langchain,langchain_classic,langchain_community,langchain_experimental}"
_PROMPT = ("input", "inputs", "0")
_RUN = (
    Call(("{invoke,ainvoke,batch,abatch,run,arun,acall}", ""), prompt=_PROMPT),
    Call(("{stream,astream,astream_log,astream_events}",), prompt=_PROMPT, stream=True),
)
_SAME = ("with_config", "with_types", "bind")
_NODE = ("action", "node", "1", "0")
_ADD_NODE = ("langgraph.graph.**.{StateGraph,MessageGraph,Graph}.add_node",)

SDK = Sdk(
    name="langgraph",
    title="LangGraph and LangChain agents",
    url="https://langchain-ai.github.io/langgraph/",
    imports=(
        "langgraph",
        "langchain",
        "langchain_classic",
        "langchain_community",
        "langchain_experimental",
        "langchain_cohere",
        "langgraph_supervisor",
        "langgraph_swarm",
        "deepagents",
    ),
    provider="unknown",
    kind="framework",
    types=(
        Type(
            "langgraph.builder",
            constructors=("langgraph.graph.**.{StateGraph,MessageGraph,Graph}",),
            needs_inner=True,
            fills=("add_node", "add_sequence", "add_conditional_edges"),
            same=("set_entry_point", "set_finish_point", "add_edge"),
            methods={"compile": "langgraph.graph"},
            opaque=True,
        ),
        Type(
            "langgraph.graph",
            constructors=("langgraph.graph.**.{CompiledStateGraph,CompiledGraph}", "langgraph.pregel.**.Pregel"),
            guards={"timeout": ("step_timeout",)},
            needs_inner=True,
            same=_SAME,
            adds={"with_retry": "retry", "with_fallbacks": "route"},
            calls=_RUN,
            composes="langchain.chain",
            opaque=True,
        ),
        Type(
            "langgraph.agent",
            constructors=(
                "langgraph.prebuilt.**.{create_react_agent,chat_agent_executor.create_tool_calling_executor}",
                "langchain.agents.**.create_agent",
                "deepagents.**.{create_deep_agent,async_create_deep_agent}",
            ),
            inner=("model", "0"),
            middleware=("middleware",),
            same=_SAME,
            adds={"with_retry": "retry", "with_fallbacks": "route"},
            calls=_RUN,
            composes="langchain.chain",
            opaque=True,
        ),
        Type(
            "langgraph.team",
            constructors=(
                "langgraph_supervisor.**.create_supervisor",
                "langgraph_swarm.**.create_swarm",
            ),
            inner=("agents", "model", "0"),
            methods={"compile": "langgraph.graph"},
            opaque=True,
        ),
        Type(
            "langchain.retry-middleware",
            constructors=("langchain.agents.middleware.**.ModelRetryMiddleware",),
            gives=("retry",),
        ),
        Type(
            "langchain.fallback-middleware",
            constructors=("langchain.agents.middleware.**.{ModelFallbackMiddleware,ModelRouterMiddleware}",),
            gives=("route",),
        ),
        Type(
            "langchain.agent",
            constructors=(
                _OLD + ".agents.**.{create_openai_functions_agent,create_openai_tools_agent,create_react_agent}",
                _OLD + ".agents.**.{create_tool_calling_agent,create_structured_chat_agent,create_json_chat_agent}",
                _OLD + ".agents.**.{create_xml_agent,create_self_ask_with_search_agent}",
                "langchain_cohere.**.create_cohere_react_agent",
            ),
            inner=("llm", "0"),
            same=_SAME,
            calls=_RUN,
            composes="langchain.chain",
            opaque=True,
        ),
        Type(
            "langchain.agent-executor",
            constructors=(
                _OLD + ".agents.**.AgentExecutor{,.from_agent_and_tools}",
                _OLD + ".agents.**.{initialize_agent,create_sql_agent,create_csv_agent,create_json_agent}",
                _OLD + ".agents.**.{create_pandas_dataframe_agent,create_openapi_agent,create_vectorstore_agent}",
                _OLD + ".agents.**.{create_vectorstore_router_agent,create_python_agent,create_spark_sql_agent}",
                "langchain_cohere.**.create_sql_agent",
            ),
            inner=("agent", "llm", "0", "1"),
            same=_SAME,
            adds={"with_retry": "retry", "with_fallbacks": "route"},
            calls=_RUN,
            composes="langchain.chain",
            opaque=True,
        ),
    ),
    givers=(
        Giver(_ADD_NODE, "retry", "around", bound=("retry_policy", "retry"), guarded=_NODE),
        Giver(_ADD_NODE, "cache", "around", bound=("cache_policy",), guarded=_NODE),
        Giver(_ADD_NODE, "timeout", "around", bound=("timeout",), guarded=_NODE),
    ),
)
