CASES = {
    "functions": """\
import litellm
from litellm import acompletion as ask

#: litellm.completion gateway litellm timeout=explicit/call retry=explicit/call route=explicit/call
litellm.completion(model="m", messages=[], timeout=5, num_retries=2, fallbacks=["n"])
litellm.completion_cost(None)
litellm.token_counter(model="m", text="x")

async def main():
    #: ask gateway litellm cache=explicit/call
    await ask(model="m", messages=[], caching=True)
""",
    "retries by name": """\
import litellm

#: litellm.completion_with_retries gateway litellm retry=explicit/call
litellm.completion_with_retries(model="m", messages=[])
#: litellm.embedding gateway litellm
litellm.embedding(model="e", input=["x"], num_retries=0)
""",
    "router": """\
from litellm import Router

router = Router(model_list=[], num_retries=2, timeout=30)

async def main():
    #: router.acompletion gateway litellm timeout=explicit/client retry=explicit/client route=explicit/client
    await router.acompletion(model="m", messages=[])
""",
    "module-global cache": """\
import litellm
from litellm.caching.caching import Cache

litellm.cache = Cache(type="disk")

def ask():
    #: litellm.completion gateway litellm cache=explicit/client
    return litellm.completion(model="m", messages=[])
""",
    "a router that routes something else": """\
from fastapi import APIRouter as Router

router = Router()
router.completion("x")
""",
}
