"""The verdicts of Keploy's own matcher (keploy/keploy b171291bf, pkg/matcher/http, with the replayer's passing of added
fields) on made-up pairs of answers. Where ours is another one, the vector says why.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tta_validate.recordings.exchanges import noise
from tta_validate.recordings.model import Case, Place, Request, Response
from tta_validate.recordings.settings import section_noise
from tta_validate.replay.compare import compare_case
from tta_validate.replay.compare_model import CLASSES, Rules

Vector = Mapping[str, Any]

VECTORS: list[Vector] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "keploy_verdicts.jsonl").read_text(encoding="utf-8").splitlines()
]


def response(side: Vector) -> Response:
    return Response(side["status"], tuple(side["headers"].items()), side["body"], body_size=side.get("size"))


def passes(vector: Vector, *, compat: bool) -> bool:
    case = Case(
        name="case",
        kind="Http",
        set_name="set",
        place=Place("case.yaml", 1),
        request=Request("GET", "http://localhost/"),
        response=response(vector["expected"]),
        noise=noise(vector.get("noise")),
        checks=tuple((name, value) for name, value in vector.get("checks", {}).items() if name != "noise"),
    )
    rules = Rules(
        noise=section_noise(vector.get("config")),
        ignore_ordering=not vector.get("ordered"),
        compat=compat,
        compare_all=vector.get("compare_all", False),
        schema_match=vector.get("schema", False),
        auto_header_noise=not vector.get("no_auto"),
        fail_on=CLASSES if compat else ("behaviour",),
    )
    return compare_case(case, response(vector["actual"]), rules).passed


def test_with_compat_the_verdict_is_keploys() -> None:
    wrong = [one["name"] for one in VECTORS if passes(one, compat=True) != one.get("compat", one["keploy"])]
    assert wrong == []


def test_by_default_the_verdict_is_keploys_but_where_a_reason_stands() -> None:
    wrong = [one["name"] for one in VECTORS if passes(one, compat=False) != one.get("ours", one["keploy"])]
    assert wrong == []


def test_the_reasons_are_these() -> None:
    assert Counter(one["reason"] for one in VECTORS if "reason" in one) == {
        "a field that is new, or an empty container that became something, fails": 71,
        "assertions do not replace the comparison": 15,
        "server, cookies, times, ids and spelling of media types are drift or volatile": 12,
        "other bodies than JSON are compared": 11,
        "whole numbers are compared exactly, not as doubles": 2,
        "hop-by-hop headers are left out": 2,
        "a number beyond doubles is no error": 1,
    }
    assert len(VECTORS) == 777
