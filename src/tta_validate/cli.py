"""The command line."""

import argparse
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tta_validate import __version__, project_arguments, report_arguments, run
from tta_validate.confession import confess
from tta_validate.config import Flag, fields, flags
from tta_validate.console import Help, Progress, colour, tell_refused
from tta_validate.errors import InputError
from tta_validate.project import Project
from tta_validate.report import Report, View

if TYPE_CHECKING:
    from tta_validate.answer import Answer


class Commands(Protocol):
    """The part of argparse's sub-commands that is used."""

    choices: dict[str, argparse.ArgumentParser]

    def add_parser(
        self, name: str, *, help: str, description: str, formatter_class: type[argparse.HelpFormatter]
    ) -> argparse.ArgumentParser:
        """Returns the parser of a new command."""
        ...


_HELP = {("lock check", "strict"): "Whether a lock that cannot be decided makes the exit status 1."}
_PATHS = "report only what is in these files and folders"
_ALL = "look at every lock below the root: of nested projects and of scripts too"
_CASES = "only these, and before each what its set recorded before it: names or SET/NAME, `*` for any text"
_LEARN = "replay twice and propose noise entries for what differs; with --update, write them"
_OUTPUT_FAULTS = frozenset({errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT})


def run_cli(arguments: Sequence[str]) -> int:
    """Runs a command; prints results on standard output, diagnostics on standard error, and returns the exit status."""
    try:
        options = parser().parse_args(arguments)
        handler: Callable[[argparse.Namespace], int] = options.handler
        status = handler(options)
        sys.stdout.flush()
    except InputError as error:
        print(f"tta-validate: {error}", file=sys.stderr)
        return run.UNUSABLE
    except KeyboardInterrupt:
        print("tta-validate: interrupted", file=sys.stderr)
        return run.INTERRUPTED
    except BrokenPipeError:
        # The reader went away; without this, the interpreter's own flush at exit would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return run.FAILED
    except OSError as error:
        if error.errno not in _OUTPUT_FAULTS:
            confess(error)
            return run.BUG
        print(f"tta-validate: the output cannot be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return run.UNUSABLE
    except Exception as error:
        confess(error)
        return run.BUG
    return status


def parser() -> argparse.ArgumentParser:
    """Returns the parser of the whole command line; flags of the configuration come from its fields."""
    return _build()[0]


def _build() -> "tuple[argparse.ArgumentParser, Commands]":
    top = argparse.ArgumentParser(
        prog="tta-validate",
        formatter_class=Help,
        description="Checks LLM call sites and their guards, and uv lockfiles, before merge.",
    )
    top.add_argument("-V", "--version", action="version", version=f"tta-validate {__version__}")
    subcommands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = _command(subcommands, "check", "run the rules", _check, paths=True)
    check.add_argument("--exit-zero", action="store_true", help="exit with 0 where findings would make it 1")
    check.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    inventory = _command(subcommands, "inventory", "list every LLM call site with its guards", _inventory, paths=True)
    inventory.add_argument("--explain", metavar="PATH:LINE", help="show how one call site and its guards were found")
    known = _command(subcommands, "baseline", "write down today's findings, so that only new ones count", _baseline)
    known.add_argument("--grow", action="store_true", help="add new findings; without it the file only shrinks")
    _add_lock(subcommands)
    cost = _command(subcommands, "cost", "tell what recorded traffic cost, and what it would cost with less", _cost)
    cost.add_argument("paths", nargs="*", metavar="PATH", help="the project; or `diff` and two recordings or reports")
    _add_replay(subcommands)
    _add_record(subcommands)
    _add_migrate(subcommands)
    project_arguments.for_new(_command(subcommands, "new", project_arguments.NEW, _written))
    _add_report(subcommands)
    _command(subcommands, "init", "set a project up: configuration, baseline, GitHub workflow", _init)
    _command(subcommands, "config", "show the settings in force and where each comes from", _config)
    _command(subcommands, "rules", "list every rule and metric", _rules)
    explain = _command(subcommands, "explain", "show the page of a rule or metric", _explain)
    explain.add_argument("id", metavar="ID", help="a rule, or a metric")
    return top, subcommands


def help_texts() -> Iterator[tuple[str, str]]:
    """Yields the name of the program and of each of its commands, with the help text of each, 100 columns wide."""
    Help.fixed = True
    try:
        yield from list(_help_texts())
    finally:
        Help.fixed = False


def _help_texts() -> Iterator[tuple[str, str]]:
    top, subcommands = _build()
    yield "tta-validate", top.format_help()
    for name, command in subcommands.choices.items():
        yield f"tta-validate {name}", command.format_help()
        nested: Commands | None = command.get_default("nested")
        for inner, parser in nested.choices.items() if nested else ():
            yield f"tta-validate {name} {inner}", parser.format_help()


def _add_lock(subcommands: "Commands") -> None:
    lock = subcommands.add_parser(
        "lock", help="check, compare and describe uv.lock", description="Looks at uv.lock.", formatter_class=Help
    )
    nested = lock.add_subparsers(dest="lock_command", required=True, metavar="COMMAND")
    lock.set_defaults(nested=nested)
    check = _command(
        nested, "check", "say whether uv.lock is fresh, and why not", _lock_check, paths=True, group="lock"
    )
    check.add_argument("--all", action="store_true", help=_ALL)
    check.add_argument("--verify-with-uv", action="store_true", help="ask an installed uv too; it may use the network")
    diff = _command(
        nested, "diff", "tell what changed in uv.lock, like a reviewer", _lock_diff, paths=True, group="lock"
    )
    diff.add_argument("--all", action="store_true", help=_ALL)
    diff.add_argument("--base", metavar="REV|FILE", help="the lock before; the configured base or HEAD by default")
    diff.add_argument("--head", metavar="REV|FILE", help="the lock after; the file as it is by default")
    age = _command(nested, "age", "tell how old uv.lock and its releases are", _lock_age, paths=True, group="lock")
    age.add_argument("--online", action="store_true", help="ask the index for newer and for yanked releases")
    platforms = _command(
        nested, "platforms", "tell which platforms uv.lock serves", _lock_platforms, paths=True, group="lock"
    )
    platforms.add_argument("--target", metavar="NAME", action="append", default=[], help="a platform; repeatable")


def _add_report(subcommands: "Commands") -> None:
    report = subcommands.add_parser(
        "report", help=report_arguments.REPORT, description=report_arguments.SAID, formatter_class=Help
    )
    nested = report.add_subparsers(dest="report_command", required=True, metavar="COMMAND")
    report.set_defaults(nested=nested)
    report_arguments.for_merge(_command(nested, "merge", report_arguments.MERGE, _report_merge, group="report"))
    report_arguments.for_render(_command(nested, "render", report_arguments.RENDER, _report_render, group="report"))


def _add_replay(subcommands: "Commands") -> None:
    replay = _command(subcommands, "replay", "replay recorded Keploy cases against the app", _replay)
    replay.add_argument("folder", nargs="?", metavar="DIR", help="recordings; every `keploy` folder by default")
    replay.add_argument("--select", dest="cases", metavar="CASES", action="append", default=[], help=_CASES)
    replay.add_argument("--update", action="store_true", help="make what the app answers the new expectation")
    replay.add_argument("--learn-noise", action="store_true", help=_LEARN)


def _add_record(subcommands: "Commands") -> None:
    record = _command(subcommands, "record", "record requests and outgoing calls as Keploy cases", _record)
    record.add_argument(
        "folder", nargs="?", metavar="DIR", help="where `keploy` is or comes to be; the root by default"
    )
    record.add_argument("--set", dest="set_name", metavar="NAME", default="", help="the test set; a new one by default")
    record.add_argument("--proxy-port", metavar="PORT", type=int, help="where clients go; a free port by default")
    record.add_argument(
        "--drive", metavar="COMMAND", default="", help="run it, with the address as {url}, till it ends"
    )
    record.add_argument(
        "--until-idle", metavar="SECONDS", type=float, default=0.0, help="end when nothing came for so long"
    )
    record.add_argument(
        "--upstream",
        metavar="ORIGIN=URL",
        action="append",
        default=[],
        help="call URL where the app calls ORIGIN; repeatable",
    )
    record.add_argument("--no-check", dest="check", action="store_false", help="do not replay what was recorded")


def _add_migrate(subcommands: "Commands") -> None:
    migrate = subcommands.add_parser(
        "migrate", help=project_arguments.MIGRATE, description=project_arguments.SAID, formatter_class=Help
    )
    nested = migrate.add_subparsers(dest="kind", required=True, metavar="COMMAND")
    migrate.set_defaults(nested=nested)
    for kind, summary in project_arguments.KINDS.items():
        project_arguments.for_migrate(kind, _command(nested, kind, summary, _written, group="migrate"))


def _command(
    subcommands: "Commands",
    name: str,
    summary: str,
    handler: Callable[[argparse.Namespace], int],
    *,
    paths: bool = False,
    group: str = "",
) -> argparse.ArgumentParser:
    command = subcommands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + ".", formatter_class=Help
    )
    command.set_defaults(handler=handler)
    if paths:
        what = "the lock, or its folder or script; the root's uv.lock by default" if group == "lock" else _PATHS
        command.add_argument("paths", nargs="*", metavar="PATH", help=what)
    else:
        command.set_defaults(paths=[])
    for key, flag in flags().items():
        if not flag.commands or f"{group} {name}".strip() in flag.commands:
            _add_flag(command, key, flag, _HELP.get((f"{group} {name}".strip(), key)))
    command.add_argument("--root", metavar="DIR", help="the project's root, instead of the one that is found")
    command.add_argument("--config", metavar="FILE", help="the configuration, instead of the root's pyproject.toml")
    command.add_argument("--no-cache", dest="cache", action="store_const", const=False, help="do not use the cache")
    command.add_argument("-q", "--quiet", action="store_true", help="only the summary")
    command.add_argument("-v", "--verbose", action="count", default=0, help="everything, with source lines")
    return command


def _add_flag(command: argparse.ArgumentParser, key: str, flag: Flag, said: str | None = None) -> None:
    field = fields()[key]
    names = [flag.short, flag.name] if flag.short else [flag.name]
    help_text = (said or field.description or "").replace("%", "%%")
    if field.annotation is bool:
        command.add_argument(*names, dest=key, action="store_const", const=True, help=help_text)
    elif "tuple" in str(field.annotation):
        command.add_argument(*names, dest=key, metavar=flag.metavar, action="append", help=help_text)
    else:
        command.add_argument(*names, dest=key, metavar=flag.metavar, help=help_text)


def _open(options: argparse.Namespace) -> Project:
    given: dict[str, object] = {}
    for key, flag in {**flags(), "cache": Flag("--no-cache", "")}.items():
        value = getattr(options, key, None)
        if isinstance(value, list):
            texts = [str(text) for text in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            split = [part.strip() for text in texts for part in text.split(",")] if flag.split else texts
            given[key] = [part for part in split if part]
        elif value is not None:
            given[key] = value
    return run.open_project(run.Request(tuple(options.paths), options.root, options.config, given))


def _view(options: argparse.Namespace) -> View:
    return View(
        width=shutil.get_terminal_size((100, 24)).columns,
        colour=colour(),
        verbosity=options.verbose - options.quiet,
        statistics=getattr(options, "statistics", False),
        budget=getattr(options, "budget", None) or View().budget,
    )


def _emit(report: Report, project: Project, view: View, *, inventory: bool = False) -> None:
    for sink in run.sinks(project.config.output):
        if sink.path is None:
            sys.stdout.write(run.render(report, sink.format, view, inventory=inventory))
        else:
            calm = replace(view, width=View().width, colour=False)
            run.write(sink.path, run.render(report, sink.format, calm, inventory=inventory))


def _check(options: argparse.Namespace) -> int:
    project = _open(options)
    run.sinks(project.config.output)
    report = run.check(project)
    if options.exit_zero and report.exit_status == run.FAILED:
        report = report.model_copy(update={"exit_status": run.CLEAN})
    _emit(report, project, _view(options))
    if report.exit_status == run.UNUSABLE:
        tell_refused(report.skipped)
    return report.exit_status


def _report_merge(options: argparse.Namespace) -> int:
    from tta_validate import commands

    project = _open(options)
    run.sinks(project.config.output)
    report = run.kept(project, commands.merge_reports(options.files))
    if options.exit_zero and report.exit_status == run.FAILED:
        report = report.model_copy(update={"exit_status": run.CLEAN})
    _emit(report, project, _view(options))
    return report.exit_status


def _report_render(options: argparse.Namespace) -> int:
    from tta_validate import commands

    project = _open(options)
    run.sinks(project.config.output)
    _emit(commands.read_report(options.files[0]), project, _view(options))
    return run.CLEAN


def _inventory(options: argparse.Namespace) -> int:
    project = _open(options)
    run.sinks(project.config.output)
    report = run.inventory(project)
    if options.explain is not None:
        from tta_validate import commands

        sys.stdout.write(commands.explain_sites(report, options.explain))
    else:
        _emit(report, project, _view(options), inventory=True)
    return run.CLEAN


def _baseline(options: argparse.Namespace) -> int:
    from tta_validate import commands

    project = _open(options)
    result = commands.update_baseline(project, grow=options.grow)
    print(result)
    return run.CLEAN


def _lock_check(options: argparse.Namespace) -> int:
    from tta_validate import lock_commands

    project = _open(options)
    views = lock_commands.chosen_locks(project, options.paths, every=options.all)
    strict = project.config.strict
    return _answer(options, project, lock_commands.check(views, project, verify=options.verify_with_uv, strict=strict))


def _lock_diff(options: argparse.Namespace) -> int:
    from tta_validate import lock_diff

    project = _open(options)
    answer = lock_diff.diff(project, options.base, options.head, options.paths, every=options.all)
    return _answer(options, project, answer)


def _lock_age(options: argparse.Namespace) -> int:
    from tta_validate import lock_commands

    project = _open(options)
    views = lock_commands.chosen_locks(project, options.paths)
    return _answer(options, project, lock_commands.age(views, project, online=options.online))


def _lock_platforms(options: argparse.Namespace) -> int:
    from tta_validate import lock_commands

    project = _open(options)
    views = lock_commands.chosen_locks(project, options.paths)
    return _answer(options, project, lock_commands.platforms(views, project, tuple(options.target)))


def _cost(options: argparse.Namespace) -> int:
    from tta_validate import cost_commands

    named: list[str] = options.paths
    options.paths = [] if named[:1] == ["diff"] else named
    return _answer(options, project := _open(options), cost_commands.answer(project, named))


def _answer(options: argparse.Namespace, project: Project, answer: "Answer") -> int:
    for line in answer.diagnostics:
        print(f"tta-validate: {line}", file=sys.stderr)
    for sink in run.sinks(project.config.output):
        shown = answer.render(sink.format, _view(options))
        if sink.path is None:
            sys.stdout.write(shown)
        else:
            run.write(sink.path, shown)
    return answer.status


def _replay(options: argparse.Namespace) -> int:
    from tta_validate import replay_commands

    options.paths = [options.folder] if options.folder is not None else []
    project = _open(options)
    run.sinks(project.config.output)
    cases = tuple(part.strip() for text in options.cases for part in text.split(",") if part.strip())
    folder = Path(options.folder).resolve() if options.folder is not None else None
    request = replay_commands.Request(folder, cases, options.update, options.learn_noise)
    progress = Progress()
    try:
        answer = replay_commands.replay(project, request, progress)
    finally:
        progress.clear()
    return _answer(options, project, answer)


def _record(options: argparse.Namespace) -> int:
    from tta_validate import record_commands

    stand_ins: dict[str, str] = {}
    for one in options.upstream:
        origin, equals, url = str(one).partition("=")
        if not equals:
            raise InputError(
                f"--upstream: {one!r} is not ORIGIN=URL, such as https://api.example.org=http://localhost:9"
            )
        stand_ins[origin] = url
    folder = Path(options.folder).resolve() if options.folder is not None else None
    options.paths = [options.folder] if folder is not None and folder.is_dir() else []
    asked = record_commands.Asked(
        folder,
        options.set_name,
        options.proxy_port,
        options.drive,
        options.until_idle,
        stand_ins,
        options.check,
    )
    told = record_commands.run_record(_open(options), asked, lambda line: print(line, file=sys.stderr, flush=True))
    sys.stdout.write("".join(f"{line}\n" for line in told.lines))
    return run.FAILED if told.failed else run.CLEAN


def _written(options: argparse.Namespace) -> int:
    from tta_validate import migrate_commands, new_commands

    migrates = options.command == "migrate"
    if migrates and options.root is None:
        options.root = "."
    project = _open(options)
    if migrates:
        told = migrate_commands.migrate(project, project_arguments.asked(options))
    else:
        told = new_commands.new(project, project_arguments.wanted(options))
    _tell(project, told.text, told.data)
    return told.status


def _init(options: argparse.Namespace) -> int:
    from tta_validate import commands

    project = _open(options)
    plan = commands.init(project)
    for line in plan.told():
        print(line)
    return run.CLEAN


def _config(options: argparse.Namespace) -> int:
    from tta_validate import commands

    project = _open(options)
    return _tell(project, commands.settings_text(project), commands.settings_data(project))


def _rules(options: argparse.Namespace) -> int:
    from tta_validate import commands

    project = _open(options)
    entries = commands.rule_list(project)
    width = max(len(entry["id"]) for entry in entries)
    lines = [f"{entry['id']:<{width}}  {entry['severity']:<7}  {entry['summary']}" for entry in entries]
    return _tell(project, "".join(f"{line}\n" for line in lines), entries)


def _explain(options: argparse.Namespace) -> int:
    from tta_validate import commands

    page = commands.explain(options.id)
    if not colour():
        sys.stdout.write(page)
        return run.CLEAN
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(shutil.get_terminal_size().columns, 100), force_terminal=True).print(Markdown(page))
    return run.CLEAN


def _tell(project: Project, text: str, data: object) -> int:
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
