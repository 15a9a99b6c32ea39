"""The rule adoption-manual-route."""

from tta_validate.adoption import HandMadeGuard
from tta_validate.findings import Severity
from tta_validate.rule import Example


class ManualRoute(HandMadeGuard):
    """Branches made by hand choose the model, or ask the next one when one fails.

    Reports a call in a branch by model or provider whose other branches lead to other calls of models, and one in a
    loop over models that ends with the first answer. An if that only changes the parameters of one call is no route.

    Each branch has to be guarded, changed and tested by itself; the one for the model that nobody uses this month is
    the one that is forgotten. It is a note and no warning, because there is a choice.

    Keep the choice in one place: `litellm.Router`, `.with_fallbacks()`, a RouterPrimitive or a FallbackPrimitive.
    """

    guard = "route"
    severity = Severity.INFO
    bad = Example(
        {
            "answer.py": (
                "from anthropic import Anthropic\n"
                "from openai import OpenAI\n"
                "\n"
                "openai = OpenAI(timeout=20, max_retries=3)\n"
                "anthropic = Anthropic(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "def answer(model: str, messages):\n"
                '    if model.startswith("claude"):\n'
                "        return anthropic.messages.create(model=model, max_tokens=500, messages=messages)\n"
                "    else:\n"
                "        return openai.chat.completions.create(model=model, messages=messages)\n"
            )
        },
        ("answer.py:10", "answer.py:12"),
    )
    good = Example(
        {
            "answer.py": (
                "from litellm import Router\n"
                "\n"
                'NAMES = {"quick": "openai/gpt-4.1-mini", "deep": "anthropic/claude-sonnet-4-5"}\n'
                'MODELS = [{"model_name": n, "litellm_params": {"model": m}} for n, m in NAMES.items()]\n'
                "router = Router(MODELS, timeout=20, num_retries=3)\n"
                "\n"
                "\n"
                "def answer(model: str, messages):\n"
                "    return router.completion(model=model, messages=messages)\n"
            )
        }
    )
