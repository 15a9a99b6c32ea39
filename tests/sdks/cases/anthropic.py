CASES = {
    "client, call and stream": """\
import anthropic

client = anthropic.Anthropic(timeout=60.0)
#: client.messages.create sdk anthropic timeout=explicit/client
client.messages.create(model="claude", max_tokens=10, messages=[])
#: client.messages.stream sdk anthropic timeout=explicit/client
with client.messages.stream(model="claude", max_tokens=10, messages=[]) as stream:
    pass
client.messages.count_tokens(model="claude", messages=[])
client.models.list()
""",
    "clouds, beta and retries": """\
from anthropic import AnthropicBedrock, AsyncAnthropicVertex

bedrock = AnthropicBedrock(max_retries=4)
#: bedrock.beta.messages.create sdk anthropic retry=explicit/client
bedrock.beta.messages.create(model="claude", max_tokens=10, messages=[])

async def ask():
    vertex = AsyncAnthropicVertex()
    #: vertex.messages.create sdk anthropic timeout=explicit/call
    return await vertex.messages.create(model="claude", max_tokens=10, messages=[], timeout=3)
""",
}
