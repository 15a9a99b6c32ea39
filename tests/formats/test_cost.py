"""What each format says of cost."""

from xml.etree import ElementTree

from tests.test_report import cost, report
from tta_validate import charts
from tta_validate.cost_model import CostReport, Estimate, EstimatedSite, PriceSource, Saving, Verdict
from tta_validate.formats import html, junit, markdown, openmetrics, terminal
from tta_validate.report import View

SENTENCE = "all policies together would save $0.5000, 33.3 % (95 %: 20.0 to 40.0 %); target of 40 % missed"
ESTIMATED = CostReport(
    kind="none",
    prices=PriceSource(source="genai-prices", version="1", newest="2026-11-09"),
    target=Verdict(target=40.0, verdict="not-applicable", reason="no traffic"),
    saving=Saving(),
    estimate=Estimate(
        assumptions=("1000 calls",),
        usd=12.5,
        with_guards=8.0,
        sites=(EstimatedSite(path="a.py", line=3, provider="openai", model="m", usd=12.5, with_guards=8.0),),
    ),
)


def test_gauges() -> None:
    lines = openmetrics.render(report(cost=cost()), View()).splitlines()
    shown = [line.removeprefix("tta_validate_") for line in lines if line.startswith("tta_validate_cost")]
    assert shown == [
        'cost_usd{project="p",traffic="test",provider="openai",model="genai-prices"} 1.5',
        'cost_usd{project="p",traffic="test",provider="unknown",model="house"} 0',
        'cost_exchanges{project="p",traffic="test",provider="openai",model="genai-prices"} 2',
        'cost_exchanges{project="p",traffic="test",provider="unknown",model="house"} 1',
        'cost_unpriced_exchanges{project="p",traffic="test"} 1',
        'cost_call_site_usd{project="p",path="genai-prices",line="7"} 1.5',
        'cost_call_site_saving_usd{project="p",path="genai-prices",line="7"} 0.5',
        'cost_policy_saving_usd{project="p",policy="cache",applied="alone"} 0.5',
        'cost_policy_saving_usd{project="p",policy="cache",applied="added"} 0.5',
        'cost_policy_saving_usd{project="p",policy="bounds",applied="alone"} -0.25',
        'cost_policy_saving_usd{project="p",policy="bounds",applied="added"} 0',
        'cost_saving_ratio{project="p",bound=""} 0.333333',
        'cost_saving_ratio{project="p",bound="low"} 0.2',
        'cost_saving_ratio{project="p",bound="high"} 0.4',
        'cost_saving_target_ratio{project="p"} 0.4',
        'cost_month_usd{project="p"} 45',
    ]


def test_an_estimate_is_a_gauge_of_its_own_and_never_a_measured_one() -> None:
    text = openmetrics.render(report(cost=ESTIMATED), View())
    assert [line for line in text.splitlines() if line.startswith("tta_validate_cost")] == [
        'tta_validate_cost_estimated_month_usd{project="p",guards="present"} 12.5',
        'tta_validate_cost_estimated_month_usd{project="p",guards="all"} 8',
    ]


def test_the_target_is_a_test_of_junit() -> None:
    found: dict[str, str | None] = {}
    for verdict in ("met", "missed", "not-applicable"):
        value = cost().model_copy(update={"target": Verdict(target=40.0, verdict=verdict, reason="tests")})
        top = ElementTree.fromstring(junit.render(report(cost=value), View()))
        (test,) = top.iterfind("./testsuite[@name='cost']/testcase")
        failure, skipped = test.find("failure"), test.find("skipped")
        found[verdict] = (
            failure.get("message") if failure is not None else skipped.get("message") if skipped is not None else ""
        )
        assert "By call site" in (test.findtext("system-out") or "")
    assert found == {"met": "", "missed": f"{SENTENCE}: tests", "not-applicable": "tests"}


def test_check_says_it_in_a_few_lines() -> None:
    text = terminal.render(report(cost=cost()), View())
    assert (
        "3 calls of models in test traffic cost $1.5000\n"
        f"  {SENTENCE}\n"
        "  most would be saved at genai-prices:7 genai-prices $0.5000\n"
        "  Thirty days at this pace: $45.0000 of a budget of $40.0000\n"
    ) in text
    estimated = terminal.render(report(cost=ESTIMATED), View())
    assert (
        "No traffic: an estimate by assumption, $12.5000 a month as the code is, $8.0000 with every guard" in estimated
    )
    assert "target" not in estimated.partition("No recorded")[2].partition("\n\n")[0]


def test_markdown_has_its_tables() -> None:
    text = markdown.render(report(cost=cost()), View())
    assert "#### 3 calls of models in test traffic cost \\$1.5000\n" in text
    assert "| genai-prices:7 genai-prices | 2 | \\$1.5000 | \\$0.5000 |\n| unknown | 1 | \\$0 | \\$0 |" in text
    assert "| exact response cache | 1 | \\$0.5000 | \\$0.5000 |" in text


def test_the_page_draws_call_sites_and_policies() -> None:
    text = html.render(report(cost=cost()), View())
    assert '<svg class="chart rows"' in text
    assert 'aria-label="By call site"' in text
    assert 'aria-label="By policy"' in text
    assert "<title>genai-prices:7: $0.5000 less</title>" in text
    assert "<title>bounded: -$0.2500</title>" in text
    assert "#cost" in text
    assert "No traffic: an estimate by assumption" in html.render(report(cost=ESTIMATED), View())


def test_bars_are_as_long_as_their_numbers() -> None:
    drawn = charts.rows(
        "<t>",
        [
            charts.Row("a<b", ((2.0, "two", "spent"), (1.0, "one", "saved"))),
            charts.Row("c" * 60, ((-1.0, "less", "saved"),)),
        ],
    )
    tree = ElementTree.fromstring(drawn)
    assert [bar.get("width") for bar in tree.iter("rect")] == ["280", "140", "1"]
    assert [text.text for text in tree.iter("text")] == ["a<b", "two", "one", "\u2026" + "c" * 39, "less"]
    assert charts.rows("empty", []).startswith("<svg")
