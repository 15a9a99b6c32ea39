"""The command line."""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from tta_validate import __version__, handlers, project_arguments, report_arguments, run
from tta_validate.confession import confess
from tta_validate.config import Flag, fields, flags
from tta_validate.console import Help
from tta_validate.errors import InputError


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
_STDIN = "read one file from standard input, for the PATH `-`, as if it were this one"
_SCRUB = "replay nothing: put stand-ins of the same length in the place of keys in the recordings"
_UNSAFE = "make those repairs, too, that may change what the code does"
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
    check = _command(subcommands, "check", "run the rules", handlers.check, paths=True)
    check.add_argument("--exit-zero", action="store_true", help="exit with 0 where findings would make it 1")
    check.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    check.add_argument("--stdin-filename", metavar="FILE", help=_STDIN)
    repairs = check.add_mutually_exclusive_group()
    repairs.add_argument("--fix", action="store_true", help="repair what can be repaired safely, and report the rest")
    repairs.add_argument("--diff", action="store_true", help="print what --fix would change, and change nothing")
    check.add_argument("--unsafe-fixes", action="store_true", help=_UNSAFE)
    inventory = _command(
        subcommands, "inventory", "list every LLM call site with its guards", handlers.inventory, paths=True
    )
    inventory.add_argument("--explain", metavar="PATH:LINE", help="show how one call site and its guards were found")
    known = _command(
        subcommands, "baseline", "write down today's findings, so that only new ones count", handlers.baseline
    )
    known.add_argument("--grow", action="store_true", help="add new findings; without it the file only shrinks")
    _add_lock(subcommands)
    cost = _command(
        subcommands, "cost", "tell what recorded traffic cost, and what it would cost with less", handlers.cost
    )
    cost.add_argument("paths", nargs="*", metavar="PATH", help="the project; or `diff` and two recordings or reports")
    _add_replay(subcommands)
    _add_record(subcommands)
    _add_migrate(subcommands)
    project_arguments.for_new(_command(subcommands, "new", project_arguments.NEW, handlers.written))
    _add_report(subcommands)
    _command(subcommands, "init", "set a project up: configuration, baseline, GitHub workflow", handlers.init)
    _command(subcommands, "config", "show the settings in force and where each comes from", handlers.config)
    _command(subcommands, "rules", "list every rule and metric", handlers.rules)
    explain = _command(subcommands, "explain", "show the page of a rule or metric", handlers.explain)
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
        nested, "check", "say whether uv.lock is fresh, and why not", handlers.lock_check, paths=True, group="lock"
    )
    check.add_argument("--all", action="store_true", help=_ALL)
    check.add_argument("--verify-with-uv", action="store_true", help="ask an installed uv too; it may use the network")
    diff = _command(
        nested, "diff", "tell what changed in uv.lock, like a reviewer", handlers.lock_diff, paths=True, group="lock"
    )
    diff.add_argument("--all", action="store_true", help=_ALL)
    diff.add_argument("--base", metavar="REV|FILE", help="the lock before; the configured base or HEAD by default")
    diff.add_argument("--head", metavar="REV|FILE", help="the lock after; the file as it is by default")
    age = _command(
        nested, "age", "tell how old uv.lock and its releases are", handlers.lock_age, paths=True, group="lock"
    )
    age.add_argument("--online", action="store_true", help="ask the index for newer and for yanked releases")
    platforms = _command(
        nested, "platforms", "tell which platforms uv.lock serves", handlers.lock_platforms, paths=True, group="lock"
    )
    platforms.add_argument("--target", metavar="NAME", action="append", default=[], help="a platform; repeatable")


def _add_report(subcommands: "Commands") -> None:
    report = subcommands.add_parser(
        "report", help=report_arguments.REPORT, description=report_arguments.SAID, formatter_class=Help
    )
    nested = report.add_subparsers(dest="report_command", required=True, metavar="COMMAND")
    report.set_defaults(nested=nested)
    report_arguments.for_merge(_command(nested, "merge", report_arguments.MERGE, handlers.report_merge, group="report"))
    report_arguments.for_render(
        _command(nested, "render", report_arguments.RENDER, handlers.report_render, group="report")
    )


def _add_replay(subcommands: "Commands") -> None:
    replay = _command(subcommands, "replay", "replay recorded Keploy cases against the app", handlers.replay)
    replay.add_argument("folder", nargs="?", metavar="DIR", help="recordings; every `keploy` folder by default")
    replay.add_argument("--select", dest="cases", metavar="CASES", action="append", default=[], help=_CASES)
    replay.add_argument("--update", action="store_true", help="make what the app answers the new expectation")
    replay.add_argument("--scrub", action="store_true", help=_SCRUB)
    replay.add_argument("--learn-noise", action="store_true", help=_LEARN)


def _add_record(subcommands: "Commands") -> None:
    record = _command(subcommands, "record", "record requests and outgoing calls as Keploy cases", handlers.record)
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
        project_arguments.for_migrate(kind, _command(nested, kind, summary, handlers.written, group="migrate"))


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
