CASES = {
    "wrappers around a model": """\
from tta_dev_integrations import OpenAIPrimitive
from tta_dev_primitives import WorkflowContext
from tta_dev_primitives.performance import CachePrimitive
from tta_dev_primitives.recovery import RetryPrimitive, TimeoutPrimitive

workflow = CachePrimitive(
    TimeoutPrimitive(RetryPrimitive(OpenAIPrimitive(model="m")), timeout_seconds=5), cache_key_fn=str
)

async def main():
    #: workflow.execute primitive openai timeout=explicit/client retry=explicit/client cache=explicit/client
    await workflow.execute({}, WorkflowContext())
""",
    "guards belong to the step that they wrap": """\
from ttadev.primitives import CachePrimitive, LambdaPrimitive, RetryPrimitive
from ttadev.primitives.llm import LiteLLMPrimitive

fetch = CachePrimitive(LambdaPrimitive(str), str)
workflow = fetch >> RetryPrimitive(LiteLLMPrimitive(timeout=9)) >> LambdaPrimitive(str)

async def main():
    #: workflow.execute primitive litellm timeout=explicit/client retry=explicit/client
    await workflow.execute("x", None)
""",
    "a workflow without a model": """\
from tta_dev_primitives import LambdaPrimitive, RetryPrimitive

workflow = RetryPrimitive(LambdaPrimitive(str) >> LambdaPrimitive(str))

async def main():
    await workflow.execute("x", None)
""",
    "routes": """\
from tta_dev_integrations import AnthropicPrimitive, GroqPrimitive
from tta_dev_primitives import FallbackPrimitive, RouterPrimitive

fallback = FallbackPrimitive(primary=AnthropicPrimitive(timeout=3), fallback=GroqPrimitive(timeout=3))
router = RouterPrimitive({"a": AnthropicPrimitive(), "b": GroqPrimitive()}, router_fn=str)

async def main():
    #: fallback.execute primitive unknown timeout=explicit/client route=explicit/client
    await fallback.execute("x", None)
    #: router.execute primitive unknown route=explicit/client
    await router.execute("x", None)
""",
    "a factory and what it gives": """\
from ttadev.primitives.llm import make_resilient_llm

llm = make_resilient_llm("groq", litellm_fallbacks=["x"])
bare = make_resilient_llm("groq", cache=False, retry_attempts=0)

async def main():
    #: llm.execute primitive litellm retry=explicit/client cache=explicit/client route=explicit/client
    await llm.execute("x", None)
    #: bare.execute primitive litellm
    await bare.execute("x", None)
""",
    "databases and tools execute too": """\
import sqlite3

from tta_dev_primitives.integrations import SQLitePrimitive

connection = sqlite3.connect(":memory:")
connection.execute("select 1")

async def main():
    await SQLitePrimitive().execute("x", None)
""",
}
