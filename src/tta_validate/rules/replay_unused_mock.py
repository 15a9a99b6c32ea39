"""The rule replay-unused-mock."""

from tta_validate.findings import Severity
from tta_validate.rule import Example, ReplayRule

_APP = """\
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from os import environ


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = %s
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


HTTPServer(("127.0.0.1", int(environ["PORT"])), Handler).serve_forever()
"""
_CASE = """\
version: api.keploy.io/v1beta1
kind: Http
name: get-rate-1
spec:
  req:
    method: GET
    url: http://localhost:8000/rate
  resp:
    status_code: 200
    header:
      Content-Type: application/json
    body: '{"rate": 2}'
"""
_MOCKS = """\
version: api.keploy.io/v1beta1
kind: Http
name: mock-0
spec:
  req:
    method: GET
    url: http://rates.example.org/rate
  resp:
    status_code: 200
    header:
      Content-Type: application/json
    body: '{"rate": 2}'
"""
_REST = {
    "keploy.yml": "command: python3 app.py\n",
    "keploy/test-set-0/tests/get-rate-1.yaml": _CASE,
    "keploy/test-set-0/mocks.yaml": _MOCKS,
}


class ReplayUnusedMock(ReplayRule):
    """A recorded outgoing call was not made in the replay.

    Reports a mock of a test set that no call of the app asked for, once every case of the set was replayed. Mocks that
    belong to no single case, such as handshakes, are left out; so are kinds that are not answered.

    Either the app has stopped making the call, and the recording says something untrue, or the mock is a leftover. A
    case that is known to have made the call fails besides.

    Record the set again, or take the mock out.
    """

    severity = Severity.INFO
    bad = Example({"app.py": _APP % """b'{"rate": 2}'""", **_REST}, ("keploy/test-set-0/mocks.yaml:3",))
    good = Example(
        {"app.py": _APP % 'urllib.request.urlopen("http://rates.example.org/rate", timeout=5).read()', **_REST}
    )
