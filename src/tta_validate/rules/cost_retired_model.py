"""The rule cost-retired-model."""

from collections.abc import Iterator

from tta_validate.cost.measured import Measured
from tta_validate.findings import Severity
from tta_validate.project import Project
from tta_validate.rule import Example
from tta_validate.spending import TrafficRule


def _gemini(model: str) -> dict[str, str]:
    host = "https://generativelanguage.googleapis.com/v1beta/models"
    used = '{"promptTokenCount": 100, "candidatesTokenCount": 10}'
    line = (
        f'{{"url": "{host}/{model}:generateContent", "time": 1780000000, "request": {{"contents": []}}, '
        f'"response": {{"modelVersion": "{model}", "usageMetadata": {used}}}}}\n'
    )
    settings = '[project]\nname = "app"\nversion = "1"\n\n[tool.tta-validate.cost]\nrecordings = ["traffic.jsonl"]\n'
    return {"pyproject.toml": settings, "traffic.jsonl": line}


class RetiredModel(TrafficRule):
    """A model is called that its provider has given up.

    Reports models in recorded traffic that the package of prices marks as deprecated. Models with a price of one's own
    are left out, for nothing is known of them.

    A retired model is answered until it is not, mostly at a higher price than its successor's.

    Call the model that the provider names as its successor.
    """

    severity = Severity.WARNING
    bad = Example(_gemini("gemini-2.0-flash"), ("traffic.jsonl:1",))
    good = Example(_gemini("gemini-2.5-flash"))

    def found(self, project: Project, measured: Measured) -> Iterator[tuple[int, str, str]]:
        """Yields the first call of each retired model."""
        del project
        trace = measured.trace
        seen: set[str] = set()
        for row in range(len(trace)):
            card = trace.card[row]
            model = trace.models[trace.model[row]]
            if card >= 0 and trace.cards[card].retired and model.model not in seen:
                seen.add(model.model)
                yield row, f"{model.provider} has given up {model.model}; call its successor", model.model
