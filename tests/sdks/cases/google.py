CASES = {
    "client, options and the asynchronous side": """\
from google import genai
from google.genai import types

client = genai.Client(http_options=types.HttpOptions(timeout=30_000, retry_options=types.HttpRetryOptions(attempts=3)))
#: client.models.generate_content sdk google timeout=explicit/client retry=explicit/client
client.models.generate_content(model="gemini", contents="x")
client.models.list()
client.models.count_tokens(model="gemini", contents="x")

async def ask():
    #: client.aio.models.generate_content_stream sdk google timeout=explicit/client retry=explicit/client
    return await client.aio.models.generate_content_stream(model="gemini", contents="x")
""",
    "chat, and options as a dict of one call": """\
from google import genai

client = genai.Client(http_options={"timeout": 5000})
chat = client.chats.create(model="gemini")
#: chat.send_message sdk google timeout=explicit/client
chat.send_message("hello")
#: client.models.embed_content sdk google timeout=explicit/call
client.models.embed_content(model="e", contents="x", config={"http_options": {"timeout": 1000}})
""",
    "earlier package": """\
import google.generativeai as genai

genai.configure(api_key="k")
genai.list_models()
model = genai.GenerativeModel("gemini-pro")
#: model.generate_content sdk google timeout=explicit/call
model.generate_content("x", request_options={"timeout": 60})
model.count_tokens("x")
chat = model.start_chat(history=[])
#: chat.send_message sdk google
chat.send_message("x")
#: genai.embed_content sdk google
genai.embed_content(model="e", content="x")
""",
    "vertex": """\
from vertexai.generative_models import GenerativeModel
from vertexai.language_models import TextEmbeddingModel

#: GenerativeModel('gemini').generate_content sdk google
GenerativeModel("gemini").generate_content("x")
model = TextEmbeddingModel.from_pretrained("e")
#: model.get_embeddings sdk google
model.get_embeddings(["x"])
""",
}
