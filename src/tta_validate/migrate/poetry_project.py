"""Turns what ``[tool.poetry]`` says about a project into the keys of ``[project]``."""

import re
from collections.abc import Mapping
from typing import cast

from tta_validate.documents import Document
from tta_validate.migrate.collect import Collector
from tta_validate.migrate.model import Place

_URLS = {"homepage": "Homepage", "repository": "Repository", "documentation": "Documentation"}
_PERSON = re.compile(r"^(?P<name>[^<>]*?)\s*(?:<(?P<email>[^<>@\s]+@[^<>\s]+)>)?\s*$")


def project_values(collector: Collector, document: Document, table: Mapping[str, object]) -> dict[str, object]:
    """Returns the keys of ``[project]`` that a Poetry project has, less those that it has already."""
    project: dict[str, object] = {}
    for key in ("name", "version", "description"):
        if isinstance(table.get(key), str):
            project[key] = table[key]
    _readme(collector, document, table, project)
    if isinstance(table.get("license"), str):
        project["license"] = _license(collector, document, str(table["license"]))
    for key in ("authors", "maintainers"):
        people = [_person(collector, document, key, str(one)) for one in _listed(table, key)]
        if people:
            project[key] = people
    for key in ("keywords", "classifiers"):
        if values := _listed(table, key):
            project[key] = values
    urls = {title: table[key] for key, title in _URLS.items() if isinstance(table.get(key), str)}
    urls |= cast("dict[str, object]", table.get("urls") or {})
    if urls:
        project["urls"] = urls
    _scripts(collector, document, table, project)
    plugins = cast("dict[str, object]", table.get("plugins") or {})
    if plugins:
        project["entry-points"] = plugins
    if table.get("package-mode") is False:
        project.setdefault("name", collector.root.name)
        project.setdefault("version", "0.1.0")
    present = document.table("project") or {}
    return {key: value for key, value in project.items() if key not in present}


def _listed(table: Mapping[str, object], key: str) -> list[object]:
    value = table.get(key)
    return cast("list[object]", value) if isinstance(value, list) else []


def _at(document: Document, *keys: str) -> Place:
    return Place(document.path, document.line("tool", "poetry", *keys))


def _license(collector: Collector, document: Document, text: str) -> object:
    """Returns an SPDX expression (PEP 639), or a table for text that is none."""
    if (
        re.fullmatch(r"[A-Za-z0-9.+-]+(?:\s+(?:AND|OR|WITH)\s+[A-Za-z0-9.+-]+)*", text)
        and text.lower() != "proprietary"
    ):
        return text
    collector.note("decide", _at(document, "license"), f"license = {text!r}", "PEP 639 wants an SPDX expression.")
    return {"text": text}


def _person(collector: Collector, document: Document, key: str, text: str) -> dict[str, str]:
    found = _PERSON.match(text)
    if found is None:
        collector.note(
            "decide", _at(document, key), text, "It is no name with an address; all of it stands as the name."
        )
        return {"name": text}
    return {one: value for one in ("name", "email") if (value := found[one])}


def _readme(collector: Collector, document: Document, table: Mapping[str, object], project: dict[str, object]) -> None:
    value = table.get("readme")
    if isinstance(value, list):
        files = [str(one) for one in cast("list[object]", value)]
        if files:
            project["readme"] = files[0]
        if len(files) > 1:
            collector.note(
                "decide", _at(document, "readme"), ", ".join(files), f"A project has one readme: {files[0]}."
            )
    elif isinstance(value, str):
        project["readme"] = value


def _scripts(collector: Collector, document: Document, table: Mapping[str, object], project: dict[str, object]) -> None:
    scripts: dict[str, object] = {}
    for name, value in cast("dict[str, object]", table.get("scripts") or {}).items():
        if isinstance(value, str):
            scripts[name] = value
            continue
        settings = cast("dict[str, object]", value) if isinstance(value, dict) else {}
        target = settings.get("reference") or settings.get("callable")
        if isinstance(target, str) and settings.get("type", "console") == "console":
            scripts[name] = target
            if settings.get("extras"):
                collector.note(
                    "decide", _at(document, "scripts", name), f"extras of the script {name}", "Scripts have none."
                )
        else:
            place = _at(document, "scripts", name)
            advice = "A file as a script needs a build backend: `tool.hatch.build.targets.wheel.shared-scripts`."
            collector.note("decide", place, f"script {name} = {value}", advice)
    if scripts:
        project["scripts"] = scripts
