"""What each command does: from its arguments to its exit status."""

import argparse
import shutil
import sys
from pathlib import Path

from tta_validate import project_arguments, run
from tta_validate.console import Progress, colour, tell_refused
from tta_validate.errors import InputError
from tta_validate.invocation import emit, open_project, show, tell, view_of
from tta_validate.project import Project
from tta_validate.report import Report

_EDITLESS = frozenset({"terminal", "concise", "github", "markdown"})
"""Formats that do not show edits, which take time to plan."""


def check(options: argparse.Namespace) -> int:
    """`check`: runs the rules, and repairs what they find where that is asked for."""
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise InputError("--unsafe-fixes: says which repairs are made, so that it needs --fix or --diff")
    if options.stdin_filename is not None and (options.fix or options.diff):
        raise InputError("--stdin-filename: standard input cannot be repaired in place; leave out --fix and --diff")
    project = open_project(options)
    sinks = run.sinks(project.config.output)
    if options.diff:
        report = _proposed(project, options)
    elif options.fix:
        report = run.fix(project, unsafe=options.unsafe_fixes)
    else:
        report = run.check(project, edits=any(sink.format not in _EDITLESS for sink in sinks))
    if options.exit_zero and report.exit_status == run.FAILED:
        report = report.model_copy(update={"exit_status": run.CLEAN})
    emit(report, project, view_of(options), printed=not options.diff)
    if report.exit_status == run.UNUSABLE:
        tell_refused(report.skipped)
    return report.exit_status


def _proposed(project: Project, options: argparse.Namespace) -> Report:
    """Prints the diff of what would be repaired."""
    proposal = run.diff(project, unsafe=options.unsafe_fixes)
    sys.stdout.write(proposal.diff)
    print(f"Would fix {proposal.fixed}, {proposal.remaining} remaining", file=sys.stderr)
    return proposal.report


def report_merge(options: argparse.Namespace) -> int:
    """`report merge`: joins saved reports."""
    from tta_validate import commands

    project = open_project(options)
    run.sinks(project.config.output)
    report = run.kept(project, commands.merge_reports(options.files))
    if options.exit_zero and report.exit_status == run.FAILED:
        report = report.model_copy(update={"exit_status": run.CLEAN})
    emit(report, project, view_of(options))
    return report.exit_status


def report_render(options: argparse.Namespace) -> int:
    """`report render`: shows a saved report."""
    from tta_validate import commands

    project = open_project(options)
    run.sinks(project.config.output)
    emit(commands.read_report(options.files[0]), project, view_of(options))
    return run.CLEAN


def inventory(options: argparse.Namespace) -> int:
    """`inventory`: lists the call sites, or explains one."""
    project = open_project(options)
    run.sinks(project.config.output)
    report = run.inventory(project)
    if options.explain is not None:
        from tta_validate import commands

        sys.stdout.write(commands.explain_sites(report, options.explain))
    else:
        emit(report, project, view_of(options), inventory=True)
    return run.CLEAN


def baseline(options: argparse.Namespace) -> int:
    """`baseline`: writes down what is found today."""
    from tta_validate import commands

    project = open_project(options)
    result = commands.update_baseline(project, grow=options.grow)
    print(result)
    return run.CLEAN


def lock_check(options: argparse.Namespace) -> int:
    """`lock check`: says whether locks are fresh."""
    from tta_validate import lock_commands

    project = open_project(options)
    views = lock_commands.chosen_locks(project, options.paths, every=options.all)
    strict = project.config.strict
    return show(options, project, lock_commands.check(views, project, verify=options.verify_with_uv, strict=strict))


def lock_diff(options: argparse.Namespace) -> int:
    """`lock diff`: tells what changed in locks."""
    from tta_validate import lock_diff

    project = open_project(options)
    answer = lock_diff.diff(project, options.base, options.head, options.paths, every=options.all)
    return show(options, project, answer)


def lock_age(options: argparse.Namespace) -> int:
    """`lock age`: tells how old a lock is."""
    from tta_validate import lock_commands

    project = open_project(options)
    views = lock_commands.chosen_locks(project, options.paths)
    return show(options, project, lock_commands.age(views, project, online=options.online))


def lock_platforms(options: argparse.Namespace) -> int:
    """`lock platforms`: tells which platforms a lock serves."""
    from tta_validate import lock_commands

    project = open_project(options)
    views = lock_commands.chosen_locks(project, options.paths)
    return show(options, project, lock_commands.platforms(views, project, tuple(options.target)))


def cost(options: argparse.Namespace) -> int:
    """`cost`: tells what recorded traffic cost."""
    from tta_validate import cost_commands

    named: list[str] = options.paths
    options.paths = [] if named[:1] == ["diff"] else named
    return show(options, project := open_project(options), cost_commands.answer(project, named))


def replay(options: argparse.Namespace) -> int:
    """`replay`: replays recorded cases."""
    from tta_validate import replay_commands

    options.paths = [options.folder] if options.folder is not None else []
    project = open_project(options)
    run.sinks(project.config.output)
    if options.scrub:
        return tell(project, *replay_commands.scrub(project, Path(options.folder or project.root).resolve()))
    cases = tuple(part.strip() for text in options.cases for part in text.split(",") if part.strip())
    folder = Path(options.folder).resolve() if options.folder is not None else None
    request = replay_commands.Request(folder, cases, options.update, options.learn_noise)
    progress = Progress()
    try:
        answer = replay_commands.replay(project, request, progress)
    finally:
        progress.clear()
    return show(options, project, answer)


def record(options: argparse.Namespace) -> int:
    """`record`: records cases."""
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
    told = record_commands.run_record(
        open_project(options), asked, lambda line: print(line, file=sys.stderr, flush=True)
    )
    sys.stdout.write("".join(f"{line}\n" for line in told.lines))
    return run.FAILED if told.failed else run.CLEAN


def written(options: argparse.Namespace) -> int:
    """`migrate` and `new`: write into the project."""
    from tta_validate import migrate_commands, new_commands

    migrates = options.command == "migrate"
    if migrates and options.root is None:
        options.root = "."
    project = open_project(options)
    if migrates:
        told = migrate_commands.migrate(project, project_arguments.asked(options))
    else:
        told = new_commands.new(project, project_arguments.wanted(options))
    tell(project, told.text, told.data)
    return told.status


def init(options: argparse.Namespace) -> int:
    """`init`: sets the project up."""
    from tta_validate import commands

    project = open_project(options)
    plan = commands.init(project)
    for line in plan.told():
        print(line)
    return run.CLEAN


def config(options: argparse.Namespace) -> int:
    """`config`: shows the settings in force."""
    from tta_validate import commands

    project = open_project(options)
    return tell(project, commands.settings_text(project), commands.settings_data(project))


def rules(options: argparse.Namespace) -> int:
    """`rules`: lists the rules."""
    from tta_validate import commands

    project = open_project(options)
    entries = commands.rule_list(project)
    width = max(len(entry["id"]) for entry in entries)
    lines = [f"{entry['id']:<{width}}  {entry['severity']:<7}  {entry['summary']}" for entry in entries]
    return tell(project, "".join(f"{line}\n" for line in lines), entries)


def explain(options: argparse.Namespace) -> int:
    """`explain`: shows the page of a rule or metric."""
    from tta_validate import commands

    page = commands.explain(options.id)
    if not colour():
        sys.stdout.write(page)
        return run.CLEAN
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(shutil.get_terminal_size().columns, 100), force_terminal=True).print(Markdown(page))
    return run.CLEAN
