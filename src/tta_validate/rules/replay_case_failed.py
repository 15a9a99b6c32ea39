"""The rule replay-case-failed."""

from tta_validate.findings import Severity
from tta_validate.rule import Example, ReplayRule

_APP = """\
from http.server import BaseHTTPRequestHandler, HTTPServer
from os import environ


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"price": %s}'
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
name: get-price-1
spec:
  req:
    method: GET
    url: http://localhost:8000/price
  resp:
    status_code: 200
    header:
      Content-Type: application/json
    body: '{"price": 5}'
"""
_REST = {
    "keploy.yml": "command: python3 app.py\n",
    "keploy/test-set-0/tests/get-price-1.yaml": _CASE,
}


class ReplayCaseFailed(ReplayRule):
    """A recorded case does not go as it was recorded.

    Reports a case of a Keploy test set to which the app gave another answer than the recorded one, or none, or during
    which it made other outgoing calls. Differences that come from the environment (drift) or are new every time
    (volatile) do not count unless `fail-on-classes` names them. `tta-validate replay` and pytest replay; `check` does
    not.

    Whoever calls this API gets what the recording says today. After the change they get something else.

    Where the change is meant, `tta-validate replay --update` makes the answer the new expectation; where the value is
    new every time, make it noise.
    """

    severity = Severity.ERROR
    bad = Example({"app.py": _APP % '"5"', **_REST}, ("keploy/test-set-0/tests/get-price-1.yaml:3",))
    good = Example({"app.py": _APP % "5", **_REST})
