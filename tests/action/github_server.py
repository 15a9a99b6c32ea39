"""A server that answers the few calls of GitHub's REST API that comments take, as GitHub does."""

import contextlib
import json
import re
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

TOKEN = "the-token"
ROBOT = "github-actions[bot]"


@dataclass(slots=True)
class Written:
    """A comment: who wrote it, and its text."""

    number: int
    author: str
    body: str


@dataclass(slots=True)
class Github:
    """What the server holds: comments by pull request, the newest commit of each, and what it was asked.

    ``read_only`` refuses every change, as with the token of a job for a fork.
    """

    address: str = ""
    comments: list[Written] = field(default_factory=list[Written])
    heads: dict[int, tuple[str, str, str]] = field(default_factory=dict[int, tuple[str, str, str]])
    asked: list[str] = field(default_factory=list[str])
    read_only: bool = False

    def changes(self) -> list[str]:
        """Returns the calls that change something, and forgets them."""
        found = [call for call in self.asked if not call.startswith("GET ")]
        self.asked.clear()
        return found

    def answer(self, method: str, path: str, data: object) -> tuple[int, object]:
        """Returns status and body for a call."""
        self.asked.append(f"{method} {path}")
        place, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if self.read_only and method != "GET":
            return 403, {"message": "Resource not accessible by integration"}
        if method == "GET" and place == "/user":
            return 403, {"message": "Resource not accessible by integration"}
        text = str(cast("dict[str, object]", data).get("body")) if isinstance(data, dict) else ""
        if len(text) > 65_536:
            return 422, {"message": "Body is too long (maximum is 65536 characters)"}
        if method == "PATCH" and (match := re.fullmatch(r"/repos/owner/project/issues/comments/(\d+)", place)):
            found = next(one for one in self.comments if one.number == int(match[1]))
            found.body = text
            return 200, self._shown(found)
        if match := re.fullmatch(r"/repos/owner/project/issues/7/comments", place):
            if method == "POST":
                self.comments.append(Written(len(self.comments) + 1, ROBOT, text))
                return 201, self._shown(self.comments[-1])
            first = (int(query["page"][0]) - 1) * int(query["per_page"][0])
            return 200, [self._shown(one) for one in self.comments[first : first + int(query["per_page"][0])]]
        if (match := re.fullmatch(r"/repos/owner/project/pulls/(\d+)", place)) and int(match[1]) in self.heads:
            sha, name, state = self.heads[int(match[1])]
            return 200, {"head": {"sha": sha, "repo": {"full_name": name}}, "state": state}
        return 404, {"message": "Not Found"}

    def _shown(self, one: Written) -> object:
        kind = "Bot" if one.author.endswith("[bot]") else "User"
        return {"id": one.number, "body": one.body, "user": {"login": one.author, "type": kind}}


@contextlib.contextmanager
def serving() -> Generator[Github]:
    """Yields a server that runs on this machine."""
    github = Github()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            data = json.loads(self.rfile.read(size)) if size else None
            allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            status, body = github.answer(self.command, self.path, data) if allowed else (401, None)
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = _any

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        github.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield github
        finally:
            server.shutdown()
            thread.join()
