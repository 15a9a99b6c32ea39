CASES = {
    "requests": """\
import requests

URL = "https://api.openai.com/v1/chat/completions"
#: requests.post http openai timeout=explicit/call
requests.post(URL, json={"model": "m", "messages": []}, timeout=30)
requests.get("https://api.openai.com/v1/models")
requests.post("https://api.openai.com/v1/files", files={})
requests.post("https://example.org/api/chat", json={})
requests.post("https://hooks.slack.com/services/x", json={})
""",
    "httpx client with a base": """\
import httpx

client = httpx.AsyncClient(base_url="https://api.anthropic.com", timeout=20)

async def ask():
    #: client.post http anthropic timeout=explicit/client
    return await client.post("/v1/messages", json={"model": "m"})
""",
    "a provider's host in a field": """\
import httpx

class Provider:
    def __init__(self, base_url="https://openrouter.ai/api/v1"):
        self.base_url = base_url
        self.client = httpx.AsyncClient()

    async def ask(self, messages):
        #: self.client.post http openrouter
        return await self.client.post(f"{self.base_url}/chat/completions", json={"messages": messages})

    async def search(self, query):
        return await self.client.post("https://example.org/search", json={"q": query})
""",
    "an unknown host": """\
import requests

def ask(base, session: requests.Session):
    #: session.post http unknown timeout=unknown
    session.post(f"{base}/v1/chat/completions", json={})
    session.post(f"{base}/api/chat", json={})
    session.post(f"{base}/login", json={})
""",
    "aiohttp, and retries of a session": """\
import aiohttp
import requests
from requests.adapters import HTTPAdapter

async def ask(key):
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        #: session.post http google timeout=explicit/client
        async with session.post(
            f"https://generativelanguage.googleapis.com/v1beta/models/gemini:generateContent?key={key}", json={}
        ) as response:
            return await response.json()

session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=3))
#: session.post http ollama retry=explicit/client
session.post("http://localhost:11434/api/generate", json={"model": "m", "prompt": "x"})
""",
    "urllib": """\
import urllib.request

request = urllib.request.Request("https://api.mistral.ai/v1/chat/completions", data=b"{}")
#: urllib.request.urlopen http mistral timeout=explicit/call
urllib.request.urlopen(request, timeout=10)
urllib.request.urlopen("https://example.org")
""",
    "the other side of an endpoint": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/v1/chat/completions")
async def complete(body: dict):
    return body
""",
    "somebody else's messages": """\
import requests

requests.post("https://waba.example.org/v1/messages", json={})
#: requests.post http anthropic
requests.post("http://localhost:8080/v1/messages", json={})
""",
}
