"""The pages of rules, metrics and settings, as Markdown; `explain` and the documentation show the same text."""

import inspect
import json
from collections.abc import Iterator, Mapping

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tta_validate import metrics
from tta_validate.config import Config, MemberConfig, ReplayConfig, ReplaySection, Targets, flags
from tta_validate.rule import Example, Rule

_LANGUAGES = {".py": "python", ".toml": "toml", ".lock": "toml", ".yaml": "yaml", ".yml": "yaml", ".json": "json"}


def rule_page(rule: Rule) -> str:
    """Returns the page of a rule: its explanation, and what it finds and what it lets pass."""
    facts = f"Severity: {rule.severity}. Family: {rule.family}."
    if rule.fixable:
        facts += " Can be repaired automatically."
    parts = [
        f"# {rule.id}",
        rule.page,
        facts,
        f"Reports {' and '.join(f'`{place}`' for place in rule.bad.findings)} here:",
        *_files(rule.bad),
        "Lets this pass:",
        *_files(rule.good),
        f'Silence one place with `# tta: ignore[{rule.id}] reason`, the rule with `ignore = ["{rule.id}"]`.',
    ]
    return "\n\n".join(parts) + "\n"


def _files(example: Example) -> Iterator[str]:
    for name, text in example.files.items():
        language = next((word for suffix, word in _LANGUAGES.items() if name.endswith(suffix)), "text")
        yield f"`{name}`\n\n```{language}\n{text.rstrip()}\n```"


def rules_page(rules: Mapping[str, Rule]) -> str:
    """Returns the reference of every rule and metric."""
    table = ["| rule | severity | what is wrong |", "|---|---|---|"]
    table += [f"| [{name}](#{name}) | {rule.severity} | {rule.summary} |" for name, rule in rules.items()]
    numbers = ["| metric | what it is |", "|---|---|"]
    numbers += [f"| [{name}](#{name}) | {what} |" for name, what in metrics.NAMES.items()]
    parts = ["# Rules and metrics", "\n".join(table), "\n".join(numbers)]
    parts += [_deeper(rule_page(rule)) for rule in rules.values()]
    parts += [_deeper(metrics.explain(name)) for name in metrics.NAMES]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _deeper(page: str) -> str:
    return f"#{page}"


def settings_page() -> str:
    """Returns the reference of the configuration."""
    parts = [
        "# Configuration",
        "Everything stands under `[tool.tta-validate]` in the pyproject.toml of the project's root. A flag on the "
        "command line wins over the file. An unknown key is refused. `tta-validate config` shows the values in force "
        "and where each comes from.",
        _settings(Config, skip=("targets", "replay", "members", "sdk")),
        "## `[tool.tta-validate.targets]`",
        inspect.cleandoc(Targets.__doc__ or ""),
        _settings(Targets),
        "## `[tool.tta-validate.replay]`",
        f"{inspect.cleandoc(ReplaySection.__doc__ or '')} [Replay](replay.md) says more.",
        _settings(ReplayConfig, table="replay."),
        "## `[tool.tta-validate.members.<name>]`",
        inspect.cleandoc(MemberConfig.__doc__ or ""),
        _settings(MemberConfig),
        "## `[[tool.tta-validate.sdk]]`",
        f"{Config.model_fields['sdk'].description} [The fields](sdks.md#fields).",
    ]
    return "\n\n".join(parts) + "\n"


def _settings(model: type[BaseModel], skip: tuple[str, ...] = (), table: str = "") -> str:
    shown = {key: ", ".join(filter(None, (flag.short, flag.name))) for key, flag in flags().items()}
    names = {key.removeprefix(table): name for key, name in shown.items() if table or model is Config}
    rows = ["| key | default | flag | what it is |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        key = name.replace("_", "-")
        if key not in skip:
            flag = f"`{names[key]}`" if key in names else ""
            rows.append(f"| `{key}` | {_default(field)} | {flag} | {field.description} |")
    return "\n".join(rows)


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, BaseModel):
        return "the project's"
    if value is None:
        return "off" if "float" in str(field.annotation) else ""
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"  # pyright: ignore[reportUnknownArgumentType]
