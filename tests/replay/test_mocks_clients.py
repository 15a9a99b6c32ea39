"""Real HTTP clients in a real process, answered from recorded exchanges."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.replay.app_side import JSON, Asked, answering, mock
from tta_validate.recordings.model import Response
from tta_validate.replay.mock import Ledger

PROGRAM = """
import asyncio, http.client, json, sys, urllib.request, warnings
import aiohttp, httpx, openai, requests, urllib3
warnings.simplefilter("error")
warnings.simplefilter("ignore", ResourceWarning)
URL = "https://rates.example.org/v1/rates?base=eur"
STOCK = "http://stock.example.org:8080/orders"
BODY = {"sku": "a1", "count": 2}

def http_client():
    connection = http.client.HTTPSConnection("rates.example.org", timeout=5)
    connection.request("GET", "/v1/rates?base=eur")
    return json.loads(connection.getresponse().read())

def urllib_request():
    return json.load(urllib.request.urlopen(URL, timeout=5))

def with_requests():
    with requests.Session() as session:
        return [session.get(URL, timeout=5).json(), session.post(STOCK, json=BODY).json()]

def with_urllib3():
    return urllib3.PoolManager().request("GET", URL).json()

def with_httpx():
    with httpx.Client() as client:
        return [client.get(URL).json(), client.post(STOCK, json=BODY).json()]

async def httpx_async():
    async with httpx.AsyncClient() as client:
        return [(await client.get(URL)).json(), (await client.get(URL)).json()]

async def with_aiohttp():
    async with aiohttp.ClientSession() as session:
        async with session.get(URL) as answer, session.post(STOCK, json=BODY) as other:
            return [await answer.json(), await other.json(), str(answer.url)]

def asked(stream):
    client = openai.OpenAI(base_url="https://llm.example.org/v1", api_key="sk-none", max_retries=0)
    messages = [{"role": "user", "content": "hello"}]
    return client.chat.completions.create(model="small-1", messages=messages, stream=stream)

def with_openai():
    return asked(False).choices[0].message.content

def openai_stream():
    return [chunk.choices[0].delta.content for chunk in asked(True)]

def compressed():
    return [requests.get("https://files.example.org/big").text, httpx.get("https://files.example.org/big").text]

def text_of_brotli():
    return httpx.get("https://files.example.org/br").text

def cookies():
    return sorted(requests.get("https://files.example.org/cookies").cookies.items())

def head():
    return [httpx.head(URL).status_code, requests.delete("https://files.example.org/gone").status_code]

def upload():
    return requests.post("https://files.example.org/up", files={"f": ("a.txt", b"text")}, data={"n": "1"}).json()

def form():
    return httpx.post("https://files.example.org/form", data={"b": "2", "a": "1"}).json()

def chunked():
    return requests.post("https://files.example.org/chunks", data=iter([b"one", b"two"])).json()

def missed():
    answer = requests.get("https://other.example.org/secret?token=hidden-value")
    return [answer.status_code, answer.text]

def by_socket():
    import socket
    connection = socket.create_connection(("stock.example.org", 8080))
    connection.sendall(b"GET /raw HTTP/1.1\\r\\nHost: stock.example.org:8080\\r\\nConnection: close\\r\\n\\r\\n")
    return connection.makefile("rb").read().partition(b"\\r\\n\\r\\n")[2].decode()

async def by_asyncio():
    reader, writer = await asyncio.open_connection("stock.example.org", 8080)
    writer.write(b"GET /raw HTTP/1.1\\r\\nHost: stock.example.org:8080\\r\\nConnection: close\\r\\n\\r\\n")
    found = (await reader.read()).partition(b"\\r\\n\\r\\n")[2].decode()
    writer.close()
    return found

results = {}
for name in sys.argv[1:]:
    found = globals()[name]
    results[name] = asyncio.run(found()) if asyncio.iscoroutinefunction(found) else found()
print(json.dumps(results))
"""

RATE = {"rate": 1.1}
ORDER = {"id": 7}
CHAT = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1767323045,
    "model": "small-1",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello back"}}],
}
EVENTS = "".join(
    f'data: {{"id":"c2","object":"chat.completion.chunk","created":1,"model":"small-1",'
    f'"choices":[{{"index":0,"delta":{{"content":"{word}"}},"finish_reason":null}}]}}\n\n'
    for word in ("hel", "lo")
)
BIG = "compressed " * 500
MESSAGES = '"messages":[{"role":"user","content":"hello"}],"model":"small-1"'
PARTS = '--x\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n' + (
    '--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\ntext\r\n--x--\r\n'
)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)

MODEL = "//llm.example.org/v1/chat/completions"

MOCKS = [
    mock("rates", "GET //rates.example.org/v1/rates?base=eur", json.dumps(RATE)),
    mock("order", Asked("POST //stock.example.org:8080/orders", '{"count":2,"sku":"a1"}'), json.dumps(ORDER)),
    mock(
        "chat", Asked("POST //llm.example.org/v1/chat/completions", f'{{{MESSAGES},"stream":false}}'), json.dumps(CHAT)
    ),
    mock(
        "stream",
        Asked(f"POST {MODEL}", f'{{{MESSAGES},"stream":true}}'),
        Response(200, (("Content-Type", "text/event-stream"),), f"{EVENTS}data: [DONE]\n\n"),
    ),
    mock("big", "GET //files.example.org/big", Response(200, (("Content-Encoding", "gzip"),), BIG)),
    mock("br", "GET //files.example.org/br", Response(200, (("Content-Encoding", "br"),), "plain in the recording")),
    mock(
        "cookies",
        "GET //files.example.org/cookies",
        Response(200, (("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT,b=2; Path=/"),), "{}"),
    ),
    mock("head", "HEAD //rates.example.org/v1/rates?base=eur", Response(200, JSON, "")),
    mock("gone", "DELETE //files.example.org/gone", Response(204)),
    mock(
        "up", Asked("POST //files.example.org/up", PARTS, (("Content-Type", "multipart/form-data; boundary=x"),)), "[1]"
    ),
    mock("form", Asked("POST //files.example.org/form", "a=1&b=2", FORM), "[2]"),
    mock("chunks", Asked("POST //files.example.org/chunks", "onetwo", ()), "[3]"),
    mock("raw", "GET //stock.example.org:8080/raw", Response(200, (), "by socket")),
]

EXPECTED: Mapping[str, object] = {
    "http_client": RATE,
    "urllib_request": RATE,
    "with_requests": [RATE, ORDER],
    "with_urllib3": RATE,
    "with_httpx": [RATE, ORDER],
    "httpx_async": [RATE, RATE],
    "with_aiohttp": [RATE, ORDER, "https://rates.example.org/v1/rates?base=eur"],
    "with_openai": "hello back",
    "openai_stream": ["hel", "lo"],
    "compressed": [BIG, BIG],
    "text_of_brotli": "plain in the recording",
    "cookies": [["a", "1"], ["b", "2"]],
    "head": [200, 204],
    "upload": [1],
    "form": [2],
    "chunked": [3],
    "missed": [
        502,
        "tta-validate: no recorded answer for GET https://other.example.org/secret?token=[redacted]; closest is rates "
        "(GET rates.example.org/v1/rates?base=eur): host: recorded rates.example.org, sent other.example.org; "
        "path: recorded /v1/rates, sent /secret; query.base: recorded eur, sent nothing; "
        "query.token: recorded nothing, sent [redacted]\n",
    ],
    "by_socket": "by socket",
    "by_asyncio": "by socket",
}


def test_every_client_gets_the_recorded_answers(tmp_path: Path):
    ledger = Ledger(MOCKS, ())
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    with answering(ledger) as (plan, environment):
        ledger.begin("set/one")
        command = [sys.executable, str(script), *EXPECTED]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        calls = ledger.finish()

        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout) == EXPECTED
        assert [told.problems for told in plan.told()] == [()]
    assert {call.how for call in calls.served} == {"exact"}
    assert [(miss.call, miss.case) for miss in calls.missed] == [
        ("GET https://other.example.org/secret?token=[redacted]", "set/one")
    ]
    assert sorted(set(calls.used)) == sorted(one.name for one in MOCKS)
