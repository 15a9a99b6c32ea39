CASES = {
    "instructor": """\
import instructor
from openai import OpenAI

client = instructor.from_openai(OpenAI(timeout=5))
#: client.chat.completions.create gateway openai timeout=explicit/client retry=explicit/call
client.chat.completions.create(model="m", messages=[], response_model=dict, max_retries=2)
#: client.create_with_completion gateway openai timeout=explicit/client
client.create_with_completion(model="m", messages=[], response_model=dict)
""",
    "instructor by provider name": """\
import instructor

client = instructor.from_provider("anthropic/claude")
#: client.messages.create gateway unknown
client.messages.create(messages=[], response_model=dict)
""",
    "aisuite": """\
import aisuite as ai

client = ai.Client()
#: client.chat.completions.create gateway aisuite
client.chat.completions.create(model="openai:gpt-4o", messages=[])
""",
    "a language model of DSPy": """\
import dspy

lm = dspy.LM("openai/gpt-4o", num_retries=3, cache=True)
#: lm gateway litellm retry=explicit/client cache=explicit/client
lm("hello")
""",
}
