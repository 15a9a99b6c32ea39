"""The question "where are LLM calls?" as a rule of fixit, by the last names of what is called."""

import libcst as cst
from fixit import LintRule
from retired import TAILS


class LlmCalls(LintRule):
    """Reports calls whose dotted names end like those of LLM SDKs."""

    MESSAGE = "an LLM call"

    def visit_Call(self, node: cst.Call) -> None:
        """Reports a call."""
        names: list[str] = []
        func: cst.BaseExpression = node.func
        while isinstance(func, cst.Attribute):
            names.append(func.attr.value)
            func = func.value
        if isinstance(func, cst.Name):
            names.append(func.value)
        found = tuple(reversed(names))
        if any(found[-len(each) :] == each for each in TAILS):
            self.report(node, self.MESSAGE)
