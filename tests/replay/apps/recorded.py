"""An app of the standard library that does what a recording has to cope with: streams, codings, cookies, calls."""

import gzip
import http.client
import json
import os
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

GO = threading.Event()
KEY = "sk-live-0123456789abcdef"


def ask_upstream(path: str, body: str = "") -> tuple[int, str]:
    """Calls the service in UPSTREAM."""
    connection = http.client.HTTPConnection(os.environ["UPSTREAM"])
    connection.request("POST" if body else "GET", path, body or None, {"Authorization": f"Bearer {KEY}"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        match path:
            case "/now":
                stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                self.answer(
                    200, {"now": stamp, "at": time.time(), "id": str(uuid.uuid4()), "plan": "2030-01-01T00:00:00Z"}
                )
            case "/packed":
                self.send(200, gzip.compress(b'{"packed": true}'), ("Content-Encoding", "gzip"))
            case "/bytes":
                self.send(200, bytes(range(256)), ("Content-Type", "application/octet-stream"))
            case "/large":
                self.send(200, b"x" * (2 << 20), ("Content-Type", "text/plain"))
            case "/nothing":
                self.send_response(204)
                self.end_headers()
            case "/stream":
                self.stream()
            case "/go":
                GO.set()
                self.answer(200, {})
            case "/weather":
                self.answer(200, {"sky": json.loads(ask_upstream(f"/sky?api_key={KEY}")[1])["sky"]})
            case "/mine":
                known = self.headers["Authorization"] in (f"Bearer {'t' * 3}.{'a1' * 12}", "Bearer outside-5f2c9d1e77")
                self.answer(200 if known else 401, {"you": "ann"})
            case "/die":
                os._exit(3)
            case _:
                self.send(404, b"<h1>Not here</h1>", ("Content-Type", "text/html"))

    do_HEAD = do_GET

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path == "/login":
            given = json.loads(body)
            token = f"{'t' * 3}.{'a1' * 12}"
            self.send(201, json.dumps({"user": given["user"], "access_token": token}).encode(), cookie("session"))
        else:
            self.answer(200, {"bytes": len(body)})

    def stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in (b"data: one\n\n", b"data: two\n\n"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.flush()
            GO.wait(20)
        self.wfile.write(b"0\r\n\r\n")

    def answer(self, status: int, value: object) -> None:
        self.send(status, json.dumps(value).encode(), ("Content-Type", "application/json"))

    def send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


def cookie(name: str) -> tuple[str, str]:
    return "Set-Cookie", f"{name}={'9f' * 16}; HttpOnly; Path=/"


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
