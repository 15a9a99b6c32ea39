CASES = {
    "mistral": """\
from mistralai import Mistral

client = Mistral(api_key="k", timeout_ms=5000)
#: client.chat.complete sdk mistral timeout=explicit/client
client.chat.complete(model="m", messages=[])
#: client.embeddings.create sdk mistral timeout=explicit/client
client.embeddings.create(model="m", inputs=["x"])
client.models.list()
""",
    "mistral before 1.0": """\
from mistralai.client import MistralClient

client = MistralClient(timeout=5, max_retries=2)
#: client.chat sdk mistral timeout=explicit/client retry=explicit/client
client.chat(model="m", messages=[])
""",
    "groq": """\
import os
from groq import AsyncGroq

class Provider:
    def __init__(self):
        self._client = AsyncGroq(api_key=os.environ["GROQ"], max_retries=2)

    async def generate(self, messages):
        #: self._client.chat.completions.create sdk groq timeout=explicit/call retry=explicit/client
        return await self._client.chat.completions.create(model="m", messages=messages, timeout=9)
""",
    "cohere": """\
import cohere

client = cohere.ClientV2(timeout=20)
#: client.chat sdk cohere timeout=explicit/client retry=explicit/call
client.chat(model="m", messages=[], request_options={"max_retries": 3})
#: client.embed sdk cohere timeout=explicit/client
client.embed(texts=["x"], model="e", input_type="search_query")
client.tokenize(text="x", model="m")
""",
    "ollama functions": """\
import ollama

#: ollama.chat sdk ollama
ollama.chat(model="m", messages=[])
#: ollama.embeddings sdk ollama
ollama.embeddings(model="m", prompt="x")
ollama.list()
ollama.pull("m")
""",
    "ollama client": """\
from ollama import AsyncClient, Client

client = Client(host="http://localhost:11434", timeout=30)
#: client.generate sdk ollama timeout=explicit/client
client.generate(model="m", prompt="x")

async def stream():
    #: AsyncClient().chat sdk ollama
    async for part in await AsyncClient().chat(model="m", messages=[], stream=True):
        print(part)
""",
    "hugging face": """\
from huggingface_hub import InferenceClient

client = InferenceClient("model", timeout=10)
#: client.text_generation sdk huggingface timeout=explicit/client
client.text_generation("x", max_new_tokens=5)
#: client.chat.completions.create sdk huggingface timeout=explicit/client
client.chat.completions.create(messages=[])
client.get_endpoint_info()
""",
    "bedrock": """\
import boto3
from botocore.config import Config

client = boto3.client("bedrock-runtime", config=Config(read_timeout=60, retries={"max_attempts": 3}))
#: client.converse sdk bedrock timeout=explicit/client retry=explicit/client
client.converse(modelId="m", messages=[])
plain = boto3.Session(region_name="eu").client("bedrock-runtime")
#: plain.invoke_model sdk bedrock
plain.invoke_model(modelId="m", body="{}")
boto3.client("bedrock").list_foundation_models()
boto3.client("s3").put_object(Bucket="b", Key="k")
""",
    "together": """\
from together import Together

client = Together(timeout=3)
#: client.chat.completions.create sdk together timeout=explicit/client
client.chat.completions.create(model="m", messages=[])
""",
    "replicate": """\
import replicate

#: replicate.run sdk replicate
replicate.run("meta/llama", input={"prompt": "x"})
client = replicate.Client(api_token="t", timeout=9)
#: client.stream sdk replicate timeout=explicit/client
client.stream("meta/llama", input={"prompt": "x"})
client.models.get("m")
""",
    "ark, zhipu and voyage": """\
import voyageai
from volcenginesdkarkruntime import Ark
from zhipuai import ZhipuAI

ark = Ark(timeout=4)
#: ark.chat.completions.create sdk ark timeout=explicit/client
ark.chat.completions.create(model="m", messages=[])
zhipu = ZhipuAI(api_key="k", max_retries=2)
#: zhipu.chat.completions.create sdk zhipuai retry=explicit/client
zhipu.chat.completions.create(model="m", messages=[])
voyage = voyageai.Client(timeout=2)
#: voyage.embed sdk voyage timeout=explicit/client
voyage.embed(["x"], model="voyage-3")
voyage.rerank("q", ["d"], model="rerank-2")
""",
    "dashscope and qianfan": """\
import dashscope
import qianfan

#: dashscope.Generation.call sdk dashscope timeout=explicit/call
dashscope.Generation.call(model="qwen", messages=[], request_timeout=5)
chat = qianfan.ChatCompletion()
#: chat.do sdk qianfan retry=explicit/call
chat.do(messages=[], retry_count=3)
""",
    "xai builds a chat, then samples": """\
from xai_sdk import Client

client = Client(timeout=60)
chat = client.chat.create(model="grok")
chat.append("hello")
#: chat.sample sdk xai timeout=explicit/client
chat.sample()
""",
    "azure inference": """\
from azure.ai.inference import ChatCompletionsClient

client = ChatCompletionsClient(endpoint="e", credential=None, retry_total=3)
#: client.complete sdk azure retry=explicit/client
client.complete(messages=[], model="m")
""",
    "llm": """\
import llm

model = llm.get_model("gpt-4o")
#: model.prompt framework unknown
model.prompt("x")
conversation = model.conversation()
#: conversation.prompt framework unknown
conversation.prompt("y")
llm.get_models()
""",
    "fireworks, cerebras and ai21": """\
from ai21 import AI21Client
from cerebras.cloud.sdk import Cerebras
from fireworks.client import Fireworks

#: Fireworks(timeout=3).chat.completions.create sdk fireworks timeout=explicit/client
Fireworks(timeout=3).chat.completions.create(model="m", messages=[])
#: Cerebras().chat.completions.create sdk cerebras
Cerebras().chat.completions.create(model="m", messages=[])
#: AI21Client(num_retries=2).chat.completions.create sdk ai21 retry=explicit/client
AI21Client(num_retries=2).chat.completions.create(model="m", messages=[])
""",
    "watsonx and spark": """\
from ibm_watsonx_ai.foundation_models import ModelInference
from sparkai.llm.llm import ChatSparkLLM

model = ModelInference(model_id="m", max_retries=2)
#: model.generate_text sdk watsonx retry=explicit/client
model.generate_text("x")
model.tokenize("x")
spark = ChatSparkLLM(spark_app_id="a", request_timeout=9)
#: spark.generate sdk spark timeout=explicit/client
spark.generate([[]])
""",
}
