"""The rule cost-uncached-prefix."""

from collections.abc import Iterator

from tta_validate.cost.cards import dollars
from tta_validate.cost.measured import Measured
from tta_validate.cost.policies import PromptCache
from tta_validate.cost.state import State
from tta_validate.cost_summary import money
from tta_validate.findings import Severity
from tta_validate.project import Project
from tta_validate.rule import Example
from tta_validate.spending import TrafficRule, example

_LONG = "x" * 4096


class UncachedPrefix(TrafficRule):
    """A long beginning of the prompt is the same each time and paid in full each time.

    Reports a model whose recorded prompts begin with the same tools, system prompt or messages, from
    `cost.prefix-tokens` tokens on and within `cost.prefix-ttl` seconds, without any of it read from the provider's
    prompt cache, where caching it would have saved something.

    Providers charge a tenth to a half for a prefix that they have kept.

    Mark the constant part (`cache_control`), or put what varies after it where the provider caches by itself.
    """

    severity = Severity.INFO
    bad = Example(example([("large", 2000, 10, _LONG)] * 2), ("traffic.jsonl:1",))
    good = Example(example([("large", 200, 10, "short")] * 2))

    def found(self, project: Project, measured: Measured) -> Iterator[tuple[int, str, str]]:
        """Yields the first call of each model that would have saved by prompt caching."""
        trace, config = measured.trace, project.config.cost
        rows: dict[int, list[int]] = {}
        for row in trace.ordered():
            rows.setdefault(trace.model[row], []).append(row)
        for kind, own in rows.items():
            if any(trace.read[row] for row in own):
                continue
            outcome = PromptCache(config.prefix_ttl, config.prefix_tokens).apply(State(trace), own)
            if outcome.hits and outcome.saved > 0:
                model = trace.models[kind].model
                said = (
                    f"{outcome.hits} of {len(own)} prompts to {model} begin like an earlier one and nothing is cached; "
                    f"prompt caching would save {money(dollars(outcome.saved))}"
                )
                yield own[0], said, model
