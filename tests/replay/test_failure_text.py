import json

from tta_validate.recordings.model import Case, Place, Request, Response
from tta_validate.replay.compare import compare_case
from tta_validate.replay.compare_model import Rules
from tta_validate.replay.failure_text import failure_text, substitution_lines
from tta_validate.replay.values_model import Substitution

REQUEST = Request(
    "POST",
    "http://localhost:8000/orders?dry=1",
    (("Content-Type", "application/json"), ("Authorization", "Bearer abc"), ("Host", "localhost")),
    '{"sku": "a1", "password": "hush"}',
)


def text(request: Request, expected: Response, actual: Response) -> str:
    case = Case("post-orders-1", "Http", "s", Place("keploy/s/tests/post-orders-1.yaml", 4), request, expected)
    return failure_text(case, compare_case(case, actual, Rules()))


def test_the_request_the_place_and_the_entry_that_silences() -> None:
    expected = Response(
        201, (("Server", "Werkzeug/3.0.3"), ("X-Limit", "5")), json.dumps({"items": [{"price": 5, "x": 1}]})
    )
    actual = Response(500, (("Server", "Werkzeug/3.1.9"),), json.dumps({"items": [{"price": "5"}], "new": None}))
    assert text(REQUEST, expected, actual).splitlines() == [
        "POST http://localhost:8000/orders?dry=1 [post-orders-1] keploy/s/tests/post-orders-1.yaml:4",
        "    Content-Type: application/json",
        "    Authorization: [redacted]",
        '    {"sku": "a1", "password": "[redacted]"}',
        "  status: recorded 201, now 500",
        "  header.X-Limit",
        '    - "5"',
        "    + (missing)",
        "  body.items[0].price",
        "    - 5",
        '    + "5"',
        "  body.items[0].x",
        "    - 1",
        "    + (missing)",
        "  body.new",
        "    - (not recorded)",
        "    + null",
        "  to accept: --update (pytest: --tta-update); as noise: header.X-Limit, body.items.price, body.items.x, "
        "body.new",
        '  drift: header.Server: recorded "Werkzeug/3.0.3", now "Werkzeug/3.1.9" (a header of the server or framework)',
    ]


def test_lines_of_text_are_compared_line_by_line() -> None:
    expected = "".join(f"line {at}\n" for at in range(100))
    found = text(
        Request("GET", "/page"), Response(200, (), expected), Response(200, (), expected.replace("line 50", "LINE"))
    )
    assert found.splitlines()[1:] == [
        "  body",
        "    @ @ -50,3 +50,3 @@",
        "      line 49",
        "    - line 50",
        "    + LINE",
        "      line 51",
        "  to accept: --update (pytest: --tta-update); as noise: body",
    ]


def test_long_values_show_where_they_part() -> None:
    expected, actual = "x" * 1000 + "a" + "y" * 500, "x" * 1000 + "b" + "y" * 500
    found = text(Request("GET", "/"), Response(200, (), expected), Response(200, (), actual)).splitlines()
    assert found[2] == f"    - ...{'x' * 40}a{'y' * 119}... (542 characters)"
    assert found[3] == f"    + ...{'x' * 40}b{'y' * 119}... (542 characters)"


def test_answers_cannot_write_to_the_terminal() -> None:
    found = text(
        Request("GET", "/\x1b[2J\n"), Response(200, (), '{"a": 1}'), Response(200, (), '{"a\\u001b[31m": "\\u202e\\n"}')
    )
    assert [character for character in found if not character.isprintable() and character != "\n"] == []


def test_substitutions_have_a_line_each() -> None:
    one = Substitution("7", "12", "s/login body.id", "request.url")
    assert substitution_lines([one]) == ["request.url: 7 -> 12 (from s/login body.id)"]
