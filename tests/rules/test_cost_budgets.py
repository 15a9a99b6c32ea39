"""The rules about budgets: what they read out of constructors, and when they keep silent."""

from tests.rules.findings import by_rule, reported

HEAD = (
    "from tta_dev_integrations import CostJustification, LLMRequest, UniversalLLMPrimitive, UserBudgetProfile as P\n\n"
)
PROJECT = '[project]\nname = "p"\nversion = "1"\n\n[tool.tta-validate.cost]\n'
RULES = ("cost-paid-model-in-free-profile", "cost-no-monthly-limit", "cost-missing-justification")


def found(code: str, config: str = "", rule: str = RULES[0]) -> list[str]:
    return reported(rule, {"pyproject.toml": PROJECT + config, "app.py": HEAD + code})


def test_what_is_paid_where_nothing_may_be() -> None:
    made = 'UniversalLLMPrimitive("openai", budget_profile={}, {})\n'
    said = ["app.py:3:1 the budget profile is FREE, but gpt-4.1 is paid"]
    assert found(made.format("P.FREE", 'model="gpt-4.1"')) == said
    assert found(made.format('"free"', 'model="gpt-4.1"')) == said
    assert found(made.format("P.CAREFUL", 'model="gpt-4.1"')) == []
    assert found(made.format("P.FREE", 'model="llama3:free"')) == []
    assert found(made.format("P.FREE", 'model="nobody-knows"')) == []
    assert found(made.format("P.FREE", 'model="gpt-4.1", free_models=["gpt-4.1"]')) == []
    assert found(made.format("P.FREE", 'model="gpt-4.1"'), 'free-models = ["gpt-*"]\n') == []
    assert found(made.format("P.FREE", 'paid_models=["a", "b"]')) == [
        "app.py:3:1 the budget profile is FREE, but a, b are paid"
    ]


def test_a_free_project_calls_no_paid_model() -> None:
    code = 'from openai import OpenAI\n\nOpenAI().chat.completions.create(model="gpt-4.1", messages=[])\n'
    assert found(code, 'profile = "free"\n') == ["app.py:5:1 `cost.profile` is free, but gpt-4.1 is paid"]
    assert found(code, 'profile = "unlimited"\n') == []
    assert found(code) == []


def test_a_careful_budget_has_a_limit_somewhere() -> None:
    made = "UniversalLLMPrimitive(budget_profile=P.CAREFUL{})\n"
    said = ["app.py:3:1 the budget profile is CAREFUL, but there is no `monthly_limit`"]
    assert found(made.format(""), rule=RULES[1]) == said
    assert found(made.format(", monthly_limit=None"), rule=RULES[1]) == said
    assert found(made.format(", monthly_limit=9"), rule=RULES[1]) == []
    assert found(made.format(", **options"), rule=RULES[1]) == []
    assert found(made.format(", monthly_limit=given()"), rule=RULES[1]) == []
    assert found(made.format(""), "budget = 50\n", RULES[1]) == []
    assert found("\n", 'profile = "careful"\n', RULES[1]) == [
        "pyproject.toml:6:1 `cost.profile` is careful, but `cost.budget` sets no limit"
    ]


def test_defaults_of_the_projects_own_class_count() -> None:
    own = (
        "class WorkflowPrimitive:\n    pass\n\n\n"
        "class UniversalLLMPrimitive(WorkflowPrimitive):\n"
        '    def __init__(self, model, budget_profile="careful", monthly_limit=None):\n'
        "        self.model = model\n"
    )
    files = {
        "pyproject.toml": PROJECT,
        "tta_dev_integrations/__init__.py": own,
        "app.py": "from tta_dev_integrations import UniversalLLMPrimitive\n\nllm = UniversalLLMPrimitive('m')\n",
    }
    assert reported(RULES[1], files) == ["app.py:3:7 the budget profile is CAREFUL, but there is no `monthly_limit`"]


def test_a_paid_request_says_why() -> None:
    made = 'UniversalLLMPrimitive(budget_profile="careful", monthly_limit=5{})\nLLMRequest({})\n'
    high = 'complexity="high"'
    whole = 'CostJustification("why", ["small"], "+25%")'
    cases = {
        high: ["this request of high complexity may go to a paid model, but there is no `justification`"],
        f"{high}, justification=None": [
            "this request of high complexity may go to a paid model, but there is no `justification`"
        ],
        'model="gpt-4.1"': ["gpt-4.1 is paid, but there is no `justification`"],
        f'{high}, justification=CostJustification(reason="why")': [
            "this request of high complexity may go to a paid model, "
            "but its justification does not say the free alternatives tried, the expected gain"
        ],
        f'{high}, justification=CostJustification(reason="a", free_alternatives_tried=["b"], expected_gain="c")': [],
        f"{high}, justification=given": [],
        f"{high}, **more": [],
        'complexity="simple"': [],
        f"{high}, justification={whole}": [],
    }
    said = {case: found(made.format("", case), rule=RULES[2]) for case in cases}
    assert said == {case: [f"app.py:4:1 {one}" for one in expected] for case, expected in cases.items()}
    assert found(made.format(", require_justification_for_paid=False", high), rule=RULES[2]) == []


def test_nothing_is_said_without_a_profile() -> None:
    code = 'UniversalLLMPrimitive("openai", "gpt-4.1")\nLLMRequest(complexity="high")\n'
    files = {"pyproject.toml": PROJECT, "app.py": HEAD + code}
    assert by_rule(files, *RULES) == {name: [] for name in RULES}
