"""Primitives and chains: which step a guard belongs to."""

CASES = {
    "a cache on one step, a retry on the other": """\
from tta_dev_integrations import OpenAIPrimitive
from tta_dev_primitives import LambdaPrimitive
from tta_dev_primitives.performance import CachePrimitive
from tta_dev_primitives.recovery import RetryPrimitive

download = CachePrimitive(LambdaPrimitive(len), cache_key_fn=str)
workflow = download >> LambdaPrimitive(str) >> RetryPrimitive(OpenAIPrimitive()) >> LambdaPrimitive(str)

async def main():
    #: workflow.execute primitive openai retry=explicit/client
    await workflow.execute("x", None)
""",
    "arms in parallel, a guard on both or on one": """\
from tta_dev_integrations import AnthropicPrimitive, OpenAIPrimitive
from tta_dev_primitives.recovery import RetryPrimitive, TimeoutPrimitive

both = TimeoutPrimitive(OpenAIPrimitive(), timeout_seconds=5) | TimeoutPrimitive(AnthropicPrimitive(), 9)
one = RetryPrimitive(OpenAIPrimitive()) | AnthropicPrimitive()

async def main():
    #: both.execute primitive unknown timeout=explicit/client
    await both.execute("x", None)
    #: one.execute primitive unknown retry=unknown
    await one.execute("x", None)
""",
    "wrappers built step by step on self": """\
from tta_dev_integrations import OpenAIPrimitive
from tta_dev_primitives.performance import CachePrimitive
from tta_dev_primitives.recovery import RetryPrimitive, TimeoutPrimitive

class Service:
    def __init__(self):
        llm = OpenAIPrimitive(model="m")
        timed = TimeoutPrimitive(primitive=llm, timeout_seconds=30)
        again = RetryPrimitive(timed)
        self.workflow = CachePrimitive(again, cache_key_fn=str)

    async def run(self, text):
        #: self.workflow.execute primitive openai timeout=explicit/client retry=explicit/client cache=explicit/client
        return await self.workflow.execute(text, None)
""",
    "a wrapper in one branch only": """\
from tta_dev_integrations import OpenAIPrimitive
from tta_dev_primitives.recovery import TimeoutPrimitive

def build(seconds):
    llm = OpenAIPrimitive()
    if seconds:
        return TimeoutPrimitive(llm, timeout_seconds=seconds)
    return llm

async def main(seconds):
    #: build(seconds).execute primitive openai timeout=unknown
    await build(seconds).execute("x", None)
""",
    "nested routes and wrappers": """\
from tta_dev_integrations import AnthropicPrimitive, OpenAIPrimitive
from tta_dev_primitives import RouterPrimitive
from tta_dev_primitives.recovery import FallbackPrimitive, TimeoutPrimitive

fast = TimeoutPrimitive(OpenAIPrimitive(), timeout_seconds=3)
slow = FallbackPrimitive(primary=AnthropicPrimitive(), fallback=OpenAIPrimitive())
workflow = RouterPrimitive(routes={"fast": fast, "slow": slow}, router_fn=str)

async def main():
    #: workflow.execute primitive unknown timeout=unknown route=explicit/client
    await workflow.execute("x", None)
""",
    "a primitive of one's own around a model's": """\
from openai import AsyncOpenAI
from tta_dev_primitives import WorkflowPrimitive
from tta_dev_primitives.recovery import RetryPrimitive

class Ask(WorkflowPrimitive[str, str]):
    def __init__(self):
        self.client = AsyncOpenAI(timeout=5)

    async def execute(self, text, context):
        #: self.client.responses.create sdk openai timeout=explicit/client
        return await self.client.responses.create(model="m", input=text)

workflow = RetryPrimitive(Ask())

async def main():
    #: workflow.execute primitive unknown retry=explicit/client
    await workflow.execute("x", None)
""",
    "a chain of LangChain": """\
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

model = ChatOpenAI(timeout=10).with_retry(stop_after_attempt=3)
chain = ChatPromptTemplate.from_template("{x}") | model | StrOutputParser()
#: chain.invoke framework openai timeout=explicit/client retry=explicit/client
chain.invoke({"x": 1})
both = chain.with_fallbacks([ChatOpenAI(timeout=9).with_retry()])
#: both.invoke framework openai timeout=explicit/client retry=explicit/client route=explicit/client
both.invoke({"x": 1})
""",
    "a chain without a model": """\
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

chain = ChatPromptTemplate.from_template("{x}") | StrOutputParser()
chain.invoke({"x": 1})
""",
    "lambdas and mocks in a chain": """\
from tta_dev_primitives import LambdaPrimitive
from tta_dev_primitives.recovery import FallbackPrimitive, RetryPrimitive
from tta_dev_primitives.testing import MockPrimitive

async def call_llm(text, context):
    return "simulated"

workflow = LambdaPrimitive(call_llm) >> FallbackPrimitive(MockPrimitive("a"), RetryPrimitive(LambdaPrimitive(str)))

async def main():
    await workflow.execute("x", None)
""",
}
