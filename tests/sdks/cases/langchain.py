CASES = {
    "a chat model": """\
from langchain_openai import ChatOpenAI

llm = ChatOpenAI(model="gpt-4o", timeout=30, max_retries=2)
#: llm.invoke framework openai timeout=explicit/client retry=explicit/client
llm.invoke("x").content
#: llm.bind_tools([]).invoke framework openai timeout=explicit/client retry=explicit/client
llm.bind_tools([]).invoke("x")
#: llm.with_structured_output(dict).batch framework openai timeout=explicit/client retry=explicit/client
llm.with_structured_output(dict).batch(["x"])
llm.get_num_tokens("x")
""",
    "a chain": """\
from langchain_anthropic import ChatAnthropic
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

prompt = ChatPromptTemplate.from_template("{x}")
prompt.invoke({"x": 1})
chain = prompt | ChatAnthropic(model="claude", default_request_timeout=5) | StrOutputParser()
#: chain.invoke framework anthropic timeout=explicit/client
chain.invoke({"x": 1})
""",
    "a chain without a model": """\
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate

chain = PromptTemplate.from_template("{x}") | StrOutputParser()
chain.invoke({"x": 1})
""",
    "retries and fallbacks": """\
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_groq import ChatGroq

llm = ChatGroq(max_retries=0).with_fallbacks([ChatGoogleGenerativeAI(model="gemini")])
#: llm.invoke framework groq route=explicit/client
llm.invoke("x")
retried = ChatGroq().with_retry(stop_after_attempt=2)
#: retried.stream framework groq retry=explicit/client
for part in retried.stream("x"):
    print(part)
""",
    "the cache of the process": """\
from langchain.globals import set_llm_cache
from langchain_community.cache import InMemoryCache
from langchain_openai import OpenAI, OpenAIEmbeddings

llm = OpenAI()
set_llm_cache(InMemoryCache())
#: llm.invoke framework openai cache=explicit/client
llm.invoke("x")
#: OpenAIEmbeddings().embed_query framework openai
OpenAIEmbeddings().embed_query("x")
""",
    "classic chains": """\
from langchain.chains import LLMChain, RetrievalQA
from langchain.llms import OpenAI

chain = LLMChain(llm=OpenAI(request_timeout=3), prompt=None)
#: chain.run framework openai timeout=explicit/client
chain.run("x")
#: chain framework openai timeout=explicit/client
chain({"x": 1})
qa = RetrievalQA.from_chain_type(llm=OpenAI(), retriever=None)
#: qa.invoke framework openai
qa.invoke("x")
""",
    "a timeout that Ollama does not take": """\
from langchain_ollama import ChatOllama

bounded = ChatOllama(model="m", client_kwargs={"timeout": 9})
#: bounded.invoke framework ollama timeout=explicit/client
bounded.invoke("x")
ignored = ChatOllama(model="m", timeout=9)
#: ignored.invoke framework ollama
ignored.invoke("x")
""",
    "tools and retrievers are no models": """\
from langchain_core.tools import tool

@tool
def add(a: int, b: int) -> int:
    "Add."
    return a + b

add.invoke({"a": 1, "b": 2})
""",
    "agents and graphs": """\
from langchain_openai import ChatOpenAI
from langgraph.graph import StateGraph
from langgraph.prebuilt import create_react_agent

llm = ChatOpenAI()

def node(state):
    #: llm.invoke framework openai
    return {"answer": llm.invoke(state["question"])}

builder = StateGraph(dict)
builder.add_node("node", node)
graph = builder.compile()
#: graph.invoke framework unknown
graph.invoke({"question": "x"})
agent = create_react_agent(llm, tools=[])
#: agent.invoke framework openai
agent.invoke({"messages": []})
""",
    "a graph without a model": """\
from langgraph.graph import StateGraph

builder = StateGraph(dict)
builder.add_node("node", lambda state: state)
builder.compile().invoke({})
""",
    "middleware of an agent": """\
from langchain.agents import create_agent
from langchain.agents.middleware import ModelFallbackMiddleware, ModelRetryMiddleware

agent = create_agent("openai:gpt-4o", tools=[], middleware=[ModelRetryMiddleware(), ModelFallbackMiddleware("x")])
#: agent.invoke framework unknown retry=explicit/client route=explicit/client
agent.invoke({"messages": []})
""",
}
