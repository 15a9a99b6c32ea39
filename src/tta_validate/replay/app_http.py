"""Sends requests to a server over one kept connection, byte for byte as they were recorded."""

import http.client
import re
import select
import ssl
import time

from tta_validate.replay.app_exchange import LARGEST_BODY, Answer, NoAnswer, Sending
from tta_validate.replay.redact import redacted_text

_UNSAFE = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")
_ENDLESS = ("text/event-stream", "application/x-ndjson", "multipart/x-mixed-replace")


class HttpSender:
    """A client of one server. It follows no redirect, keeps no cookie and adds no header but Content-Length."""

    def __init__(self, host: str, port: int, *, tls: bool = False, prefix: str = "") -> None:
        self._host, self._port, self._tls, self._prefix = host, port, tls, prefix.rstrip("/")
        self._connection: http.client.HTTPConnection | None = None

    def send(self, sending: Sending, timeout: float) -> Answer:
        """Returns the answer. Raises NoAnswer when there is none within ``timeout`` seconds.

        A request is never sent twice: the app might have acted on the first.
        """
        started = time.perf_counter()
        connection = self._open(timeout)
        try:
            self._write(connection, sending)
            response = connection.getresponse()
            body, complete = _read(response, connection, started + timeout)
            response.close()
        except TimeoutError:
            self.close()
            raise NoAnswer("timeout", f"no answer within {timeout:g} seconds") from None
        except http.client.RemoteDisconnected:
            self.close()
            raise NoAnswer("closed", "the app closed the connection without an answer") from None
        except http.client.IncompleteRead:
            self.close()
            raise NoAnswer("closed", "the app closed the connection in the middle of its answer") from None
        except (ConnectionError, ssl.SSLError, BrokenPipeError) as error:
            self.close()
            raise NoAnswer("closed", f"the connection broke: {error.strerror or error}") from None
        except (http.client.HTTPException, UnicodeError, ValueError) as error:
            self.close()
            raise _unreadable(error) from None
        except BaseException:
            self.close()
            raise
        if not complete or response.will_close:
            self.close()
        headers = tuple(response.getheaders())
        seconds = time.perf_counter() - started
        return Answer(response.status, response.reason, headers, body, seconds, complete)

    def close(self) -> None:
        """Closes the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self, timeout: float) -> http.client.HTTPConnection:
        connection = self._connection
        if connection is not None and connection.sock is not None:
            # Readable before anything was sent: the server has closed it, or sent what nobody asked for.
            if not select.select([connection.sock], [], [], 0)[0]:
                connection.sock.settimeout(timeout)
                return connection
            self.close()
        kind = http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=timeout)
        try:
            connection.connect()
        except TimeoutError:
            raise NoAnswer("timeout", f"the app did not take the connection within {timeout:g} seconds") from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise NoAnswer("refused", f"no connection to {self._host}:{self._port}: {reason}") from None
        self._connection = connection
        return connection

    def _write(self, connection: http.client.HTTPConnection, sending: Sending) -> None:
        target = _UNSAFE.sub(_quoted, self._prefix + sending.target)
        try:
            connection.putrequest(sending.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in sending.headers:
                connection.putheader(name, value.encode("utf-8", "surrogateescape"))
        except (ValueError, UnicodeError) as error:
            raise NoAnswer("unsendable", f"the request cannot be sent: {error}") from None
        connection.endheaders(sending.body or None)


def _quoted(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogateescape"))


def _unreadable(error: Exception) -> NoAnswer:
    if isinstance(error, http.client.BadStatusLine):
        return NoAnswer(
            "garbage", f"the app's answer is not HTTP: it begins with {redacted_text(str(error).strip())[:60]!r}"
        )
    return NoAnswer("garbage", f"the app's answer is not valid HTTP: {str(error)[:120] or type(error).__name__}")


def _read(
    response: http.client.HTTPResponse, connection: http.client.HTTPConnection, deadline: float
) -> tuple[bytes, bool]:
    """Returns the body and whether it is whole; one that streams without end is cut at the deadline."""
    parts: list[bytes] = []
    size = 0
    endless = (response.getheader("Content-Type") or "").startswith(_ENDLESS)
    while True:
        left = deadline - time.perf_counter()
        try:
            if left <= 0:
                raise TimeoutError
            if connection.sock is not None:
                connection.sock.settimeout(left)
            part = response.read1(65536)
        except TimeoutError:
            if endless:
                return b"".join(parts), False
            raise
        if not part:
            if response.length:
                raise http.client.IncompleteRead(b"")
            return b"".join(parts), True
        parts.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            raise NoAnswer("too-large", f"the app's answer is larger than {LARGEST_BODY // 2**20} MiB")
