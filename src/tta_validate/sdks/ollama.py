"""Ollama: its clients and module-level functions. A client takes its timeout on construction only."""

from tta_validate.sdk import Call, Sdk, Type

_LIMIT = ("options.num_predict",)
_TEMPERATURE = ("options.temperature",)
_MODEL = ("model", "0")

SDK = Sdk(
    name="ollama",
    title="Ollama",
    url="https://github.com/ollama/ollama-python",
    imports=("ollama",),
    provider="ollama",
    types=(
        Type(
            "ollama.client",
            constructors=("ollama.{Client,AsyncClient}",),
            guards={"timeout": ("timeout",), "retry": ("transport.retries",)},
            calls=(
                Call(
                    ("{chat,generate}",),
                    model=_MODEL,
                    prompt=("messages", "prompt", "1"),
                    limit=_LIMIT,
                    temperature=_TEMPERATURE,
                ),
                Call(("{embed,embeddings}",), model=_MODEL, prompt=("input", "prompt", "1"), embedding=True),
            ),
        ),
    ),
    functions=(
        Call(
            ("ollama.{chat,generate}",),
            model=_MODEL,
            prompt=("messages", "prompt", "1"),
            limit=_LIMIT,
            temperature=_TEMPERATURE,
        ),
        Call(("ollama.{embed,embeddings}",), model=_MODEL, prompt=("input", "prompt", "1"), embedding=True),
    ),
)
