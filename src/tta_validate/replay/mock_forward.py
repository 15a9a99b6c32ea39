"""Makes a call for real, for the app: what was not recorded and is let through."""

import http.client
import urllib.parse

from tta_validate.replay.mock_wire import Incoming, Outgoing

_OWN = {"connection", "keep-alive", "transfer-encoding", "content-length", "proxy-connection", "expect"}


def forward(request: Incoming, timeout: float = 30.0) -> Outgoing:
    """Returns the real answer to a request, as it came but for its framing; a 502 that says why there is none."""
    url = urllib.parse.urlsplit(request.target if "://" in request.target.partition("?")[0] else "")
    place = urllib.parse.urlsplit(f"//{url.netloc or request.header('Host')}")
    host, port = request.origin or (place.hostname or "", place.port or 0)
    secure = request.scheme == "https" or (not request.scheme and port == 443)
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    target = url._replace(scheme="", netloc="").geturl() or "/" if url.netloc else request.target
    connection = kind(host, port or None, timeout=timeout)
    try:
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            if name.lower() not in _OWN:
                connection.putheader(name, value.encode("utf-8", "surrogateescape"))
        if request.body:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        return Outgoing(response.status, tuple(response.getheaders()), (response.read(),))
    except (OSError, http.client.HTTPException, ValueError) as error:
        text = f"tta-validate: the call was let through, but {host} did not answer: {error}\n"
        return Outgoing(502, (("Content-Type", "text/plain"),), (text.encode(),))
    finally:
        connection.close()
