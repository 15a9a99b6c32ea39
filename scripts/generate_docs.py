"""Writes the pages that are made from the code; with --check, fails where a page on disk differs."""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import yaml

from tta_validate import cli, pages
from tta_validate.config import Config
from tta_validate.plugins import loaders
from tta_validate.report import Report
from tta_validate.sdk import Call, Endpoint, Giver, Sdk, Type
from tta_validate.selection import available, load_rule

ROOT = Path(__file__).resolve().parent.parent
HEAD = "<!-- Made by `./check --fix` from the code; change it there. -->\n\n"


def main() -> int:
    """Writes or compares the pages, and returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for name, text in generated():
        path = ROOT / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{name} is out of date: ./check --fix writes it")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {name}")
    return 1 if check and stale else 0


def generated() -> Iterator[tuple[str, str]]:
    """Yields the path and the text of every generated page."""
    yield "docs/rules.md", HEAD + pages.rules_page({name: load_rule(name) for name in available()})
    yield "docs/configuration.md", HEAD + pages.settings_page()
    yield "docs/cli.md", HEAD + command_line()
    yield "docs/json.md", HEAD + json_page()
    yield "docs/report.schema.json", schema(Report.model_json_schema(by_alias=True, mode="serialization"))
    yield "docs/configuration.schema.json", schema(Config.model_json_schema(by_alias=True))
    yield "docs/sdks.md", HEAD + sdks_page()
    yield "docs/ci.md", with_action((ROOT / "docs/ci.md").read_text(encoding="utf-8"))
    yield "README.md", with_output((ROOT / "README.md").read_text(encoding="utf-8"))


def with_output(text: str) -> str:
    """Returns a page in which the block after each ``<!-- output of: COMMAND -->`` holds what the command prints."""

    def run(match: re.Match[str]) -> str:
        command = (sys.executable, "-m", *match[2].replace("tta-validate", "tta_validate", 1).split(), "--no-cache")
        environment = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "COLUMNS")}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
        return f"{match[1]}```text\n{done.stdout}```\n"

    return re.sub(r"(<!-- output of: (.*?) -->\n)```text\n.*?```\n", run, text, flags=re.DOTALL)


def with_action(text: str) -> str:
    """Returns a page in which the tables after ``<!-- inputs of action.yml -->`` and of its outputs are up to date."""
    action = cast("dict[str, dict[str, dict[str, str]]]", yaml.safe_load((ROOT / "action.yml").read_text("utf-8")))

    def table(match: re.Match[str]) -> str:
        rows = [_input(name, about) for name, about in action[match[2]].items()]
        head = "| input | default | |\n|---|---|---|" if match[2] == "inputs" else "| output | |\n|---|---|"
        return "\n".join([match[1], head, *rows]) + "\n"

    return re.sub(r"(<!-- (inputs|outputs) of action\.yml -->)\n(?:\|.*\n)*", table, text)


def _input(name: str, about: dict[str, str]) -> str:
    description = about["description"].replace("|", "\\|")
    default = about.get("default")
    if default is None:
        return f"| `{name}` | {description} |"
    return f"| `{name}` | {f'`{default}`' if default else ''} | {description} |"


def schema(value: object) -> str:
    """Returns a JSON schema as text."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def command_line() -> str:
    """Returns the help of every command."""
    parts = ["# Command line"]
    for name, text in cli.help_texts():
        parts.append(f"## {name}\n\n```text\n{text.rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def json_page() -> str:
    """Returns the reference of the report's JSON."""
    definitions = cast("dict[str, dict[str, object]]", Report.model_json_schema(by_alias=True, mode="serialization"))
    parts = [
        "# JSON",
        "`check --output json` and `replay --output json` each write one report, and `inventory --output json` its "
        "call sites with `root` and `files`. Fields are only ever added within a schema number; a reader has to ignore "
        "the ones that it does not know. Paths are relative to the root, with forward slashes. Lines and columns count "
        "from 1, columns in code points. "
        "Equal projects give equal reports, but for `started`, durations and `files`. "
        "The JSON schema is [report.schema.json](report.schema.json).",
        _fields("Report", cast("dict[str, object]", definitions)),
    ]
    models = cast("dict[str, dict[str, object]]", definitions["$defs"])
    parts += [_fields(name, model) for name, model in sorted(models.items()) if "properties" in model]
    return "\n\n".join(parts) + "\n"


def _fields(title: str, model: dict[str, object]) -> str:
    rows = [f"## {title}", "", str(model.get("description", "")), "", "| field | type |", "|---|---|"]
    properties = cast("dict[str, dict[str, object]]", model["properties"])
    rows += [f"| `{name}` | {_type(field)} |" for name, field in properties.items()]
    return "\n".join(rows)


def _type(field: dict[str, object]) -> str:
    if "$ref" in field:
        return f"[{str(field['$ref']).rpartition('/')[2]}](#{str(field['$ref']).rpartition('/')[2].lower()})"
    if "anyOf" in field:
        return " or ".join(_type(option) for option in cast("list[dict[str, object]]", field["anyOf"]))
    if "enum" in field or "const" in field:
        values = cast("list[object]", field.get("enum") or [field["const"]])
        return ", ".join(f"`{json.dumps(value)}`" for value in values)
    if field.get("type") == "array":
        return f"array of {_type(cast('dict[str, object]', field.get('items') or {}))}"
    return str(field.get("type", "any value"))


def sdks_page() -> str:
    """Returns the list of the built-in SDK tables, and the fields of a table."""
    parts = [
        "# SDK tables",
        "What counts as a model call, a client or a guard is data, one table a library. Each comes from its own file "
        "in `src/tta_validate/sdks/`; a project adds its own as `[[tool.tta-validate.sdk]]`.",
        "\n".join(["| table | library | imports | calls | guards |", "|---|---|---|---|---|", *_rows()]),
        "## Fields",
        "Keys are in kebab-case. Guards are `timeout`, `retry`, `cache` and `route`.",
    ]
    for table in (Sdk, Type, Call, Giver, Endpoint):
        doc = " ".join((table.__doc__ or "").split())
        names = ", ".join(f"`{field.encode_name}`" for field in msgspec.structs.fields(table))
        parts.append(f"### {table.__name__}\n\n{doc}\n\nFields: {names}.")
    return "\n\n".join(parts) + "\n"


def _rows() -> Iterator[str]:
    for name, load in loaders("tta_validate_sdks").items():
        table = cast("Sdk", load())
        title = f"[{table.title}]({table.url})" if table.title and table.url else table.title or table.name
        calls = sum(len(call.paths) for kind in table.types for call in kind.calls)
        calls += sum(len(call.paths) for call in table.functions) + len(table.endpoints)
        guards = sorted(
            {giver.guard for giver in table.givers} | {guard for kind in table.types for guard in kind.gives}
        )
        imports = ", ".join(f"`{module}`" for module in table.imports)
        yield f"| {name} | {title} | {imports} | {calls or ''} | {', '.join(guards)} |"


if __name__ == "__main__":
    sys.exit(main())
