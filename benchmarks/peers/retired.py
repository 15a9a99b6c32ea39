"""The approach that tta-validate replaced: ``ast`` over every file, imports of SDKs and calls by their last names.

``python retired.py TREE`` prints how many files import an SDK, and how many calls in them look like those of one.
"""

import ast
import sys
from pathlib import Path

SDKS = ("openai", "anthropic", "google", "langchain", "litellm", "cohere", "mistralai", "groq", "ollama", "dspy")
TAILS = (
    ("chat", "completions", "create"),
    ("responses", "create"),
    ("messages", "create"),
    ("embeddings", "create"),
    ("models", "generate_content"),
    ("completion",),
    ("acompletion",),
    ("invoke",),
    ("ainvoke",),
)


def tail(node: ast.expr) -> tuple[str, ...]:
    """Returns the names of a dotted expression, as far as it is one."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return tuple(reversed(names))


def look(tree: ast.Module) -> tuple[bool, int]:
    """Returns whether a module imports an SDK, and how many calls look like one of its."""
    imports = False
    calls = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= any(alias.name.partition(".")[0] in SDKS for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imports |= (node.module or "").partition(".")[0] in SDKS
        elif isinstance(node, ast.Call):
            names = tail(node.func)
            calls += any(names[-len(each) :] == each for each in TAILS)
    return imports, calls


def main() -> None:
    """Prints the counts."""
    files = calls = 0
    for path in sorted(Path(sys.argv[1]).rglob("*.py")):
        try:
            imports, found = look(ast.parse(path.read_bytes()))
        except (SyntaxError, ValueError, OSError):
            continue
        if imports:
            files += 1
            calls += found
    print(files, calls)


if __name__ == "__main__":
    main()
