"""The rule adoption-no-route."""

from tta_validate.adoption import MissingGuard
from tta_validate.findings import Severity
from tta_validate.rule import Example


class NoRoute(MissingGuard):
    """A call has one model, and nothing else when that one is down or too good for the question.

    Reports a call of a generative model for which nothing chooses among models: no fallback, no router, no branch by
    model. Embeddings are left out, because vectors of two models cannot be compared, and so are calls inside a
    primitive.

    When the provider is down, so is the feature; and every question costs what the hardest one costs. It is a note and
    no warning: a second model has to be tried on the task before it can stand in.

    Name a second model: `fallbacks=` of LiteLLM, `.with_fallbacks()` of LangChain, a FallbackPrimitive, or a
    RouterPrimitive that sends easy questions to a cheap model.
    """

    guard = "route"
    lack = "has no route to another model"
    severity = Severity.INFO
    bad = Example(
        {
            "answer.py": (
                "import litellm\n"
                "\n"
                "\n"
                "def answer(question: str):\n"
                '    messages = [{"role": "user", "content": question}]\n'
                '    return litellm.completion("openai/gpt-4.1", messages, timeout=20)\n'
            )
        },
        ("answer.py:6",),
    )
    good = Example(
        {
            "answer.py": (
                "import litellm\n"
                "\n"
                'OTHERS = ["anthropic/claude-sonnet-4-5"]\n'
                "\n"
                "\n"
                "def answer(question: str):\n"
                '    messages = [{"role": "user", "content": question}]\n'
                '    return litellm.completion("openai/gpt-4.1", messages, timeout=20, fallbacks=OTHERS)\n'
            )
        }
    )
