"""The few calls of GitHub's REST API that a comment takes."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

from tta_validate.action import payload

_SECONDS = 30
_MOST_PAGES = 30
_MOST_BYTES = 32 << 20
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


class Refused(Exception):
    """The server did not do what was asked; ``status`` is that of HTTP, 0 where there was no answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request, and who wrote it; ``bot`` says that it was an app."""

    number: int
    body: str
    author: str
    bot: bool


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request: its newest commit, the repository that this is in, whether it is open."""

    head: str
    repository: str
    open: bool


@dataclass(frozen=True, slots=True)
class Github:
    """One repository on a server of GitHub."""

    address: str
    repository: str
    token: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Github | None":
        """Returns the repository that the job runs for; None without a token or outside of GitHub."""
        address, name = environment.get("GITHUB_API_URL", ""), environment.get("GITHUB_REPOSITORY", "")
        token = environment.get("TTA_TOKEN", "")
        return cls(address.rstrip("/"), name, token) if address and token and _REPOSITORY.fullmatch(name) else None

    def login(self) -> str:
        """Returns the name of the token's owner, empty for a token of an app, which may not ask."""
        try:
            return payload.text(self._ask("GET", "/user"), "login")
        except Refused:
            return ""

    def pull(self, number: int) -> Pull:
        """Returns a pull request."""
        data = self._ask("GET", f"/repos/{self.repository}/pulls/{number}")
        head, repository = payload.text(data, "head", "sha"), payload.text(data, "head", "repo", "full_name")
        return Pull(head, repository, payload.text(data, "state") == "open")

    def comments(self, number: int) -> Iterator[Comment]:
        """Yields the comments on a pull request, the oldest first."""
        for page in range(1, _MOST_PAGES + 1):
            path = f"/repos/{self.repository}/issues/{number}/comments?per_page=100&page={page}"
            found = self._ask("GET", path)
            listed = cast("list[object]", found) if isinstance(found, list) else []
            yield from map(_comment, listed)
            if len(listed) < 100:
                return

    def add(self, number: int, body: str) -> None:
        """Adds a comment to a pull request."""
        self._ask("POST", f"/repos/{self.repository}/issues/{number}/comments", {"body": body})

    def edit(self, comment: int, body: str) -> None:
        """Gives a comment another text."""
        self._ask("PATCH", f"/repos/{self.repository}/issues/comments/{comment}", {"body": body})

    def _ask(self, method: str, path: str, data: object = None) -> object:
        request = urllib.request.Request(
            self.address + quote(path, safe="/?&="),
            method=method,
            data=None if data is None else json.dumps(data).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "User-Agent": "tta-validate",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                return json.loads(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            error.close()
            raise Refused(error.code, f"{error.code} {error.reason}") from None
        except (OSError, ValueError) as error:
            raise Refused(0, str(error) or type(error).__name__) from None


def _comment(data: object) -> Comment:
    author, bot = payload.text(data, "user", "login"), payload.text(data, "user", "type") == "Bot"
    return Comment(payload.number(data, "id") or 0, payload.text(data, "body"), author, bot)
