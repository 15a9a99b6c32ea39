"""What every command does with its arguments: opens the project, shows an answer in the formats that were asked for."""

import argparse
import json
import shutil
import sys
from dataclasses import replace

from tta_validate import run
from tta_validate.answer import Answer
from tta_validate.config import Flag, flags
from tta_validate.console import colour
from tta_validate.errors import InputError
from tta_validate.project import Project
from tta_validate.report import Report, View


def open_project(options: argparse.Namespace) -> Project:
    """Returns the project that the options name, with their flags on top of its configuration."""
    given: dict[str, object] = {}
    for key, flag in {**flags(), "cache": Flag("--no-cache", "")}.items():
        value = getattr(options, key, None)
        if isinstance(value, list):
            texts = [str(text) for text in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            split = [part.strip() for text in texts for part in text.split(",")] if flag.split else texts
            given[key] = [part for part in split if part]
        elif value is not None:
            given[key] = value
    paths, content = tuple(options.paths), None
    if (name := getattr(options, "stdin_filename", None)) is not None:
        if paths != ("-",):
            raise InputError("--stdin-filename: names what standard input is, which is read for the only PATH `-`")
        paths, content = (name,), sys.stdin.buffer.read()
    elif "-" in paths and hasattr(options, "stdin_filename"):
        raise InputError("-: is standard input; --stdin-filename says which file it is")
    return run.open_project(run.Request(paths, options.root, options.config, given, content))


def view_of(options: argparse.Namespace) -> View:
    """Returns how the options, and the terminal, want a report shown."""
    return View(
        width=shutil.get_terminal_size((100, 24)).columns,
        colour=colour(),
        verbosity=options.verbose - options.quiet,
        statistics=getattr(options, "statistics", False),
        budget=getattr(options, "budget", None) or View().budget,
    )


def emit(report: Report, project: Project, view: View, *, inventory: bool = False, printed: bool = True) -> None:
    """Writes a report, or only its inventory, in every format that was asked for; unless ``printed``, to files only."""
    for sink in run.sinks(project.config.output):
        if sink.path is None and not printed:
            continue
        if sink.path is None:
            sys.stdout.write(run.render(report, sink.format, view, inventory=inventory))
        else:
            calm = replace(view, width=View().width, colour=False)
            run.write(sink.path, run.render(report, sink.format, calm, inventory=inventory))


def show(options: argparse.Namespace, project: Project, answer: Answer) -> int:
    """Writes an answer in every format that was asked for, and returns its exit status."""
    for line in answer.diagnostics:
        print(f"tta-validate: {line}", file=sys.stderr)
    for sink in run.sinks(project.config.output):
        shown = answer.render(sink.format, view_of(options))
        if sink.path is None:
            sys.stdout.write(shown)
        else:
            run.write(sink.path, shown)
    return answer.status


def tell(project: Project, text: str, data: object) -> int:
    """Prints a listing as text, or as JSON where that is the output; there is no other format for it."""
    for sink in run.sinks(project.config.output):
        if sink.format not in ("terminal", "json"):
            raise InputError(f"--output: this command prints terminal or json, not {sink.format}")
        shown = text if sink.format == "terminal" else json.dumps(data, indent=2, ensure_ascii=False) + "\n"
        if sink.path is None:
            sys.stdout.write(shown)
        else:
            run.write(sink.path, shown)
    return run.CLEAN
