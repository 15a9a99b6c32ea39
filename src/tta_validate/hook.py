"""Runs the command line in a hook of pre-commit: what it starts does not see the hook's own environment."""

import os
import sys
from collections.abc import Mapping, Sequence


def main() -> int:
    """Runs the command line on the process's arguments and returns the exit status."""
    given = dict(os.environ)
    os.environ.clear()
    os.environ.update(without(given, sys.prefix))
    if _nothing_to_replay(sys.argv[1:]):
        print("tta-validate: nothing is recorded here, so nothing was replayed")
        return 0
    from tta_validate.__main__ import main as run

    return run()


def _nothing_to_replay(arguments: Sequence[str]) -> bool:
    """Tells whether every recording of a project is to be replayed, and there is none.

    A hook runs in every clone; the command line refuses a replay of nothing.
    """
    from tta_validate import cli, run
    from tta_validate.errors import InputError
    from tta_validate.replay.found import found_sets

    options = cli.parser().parse_args(arguments)
    if options.command != "replay" or options.folder is not None:
        return False
    try:
        project = run.open_project(run.Request(root=options.root, config=options.config))
        return not found_sets(project.root, project.leaves_out, project.config.replay.folders)
    except InputError:
        return False


def without(environment: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Returns an environment as it is outside of the virtual environment at ``prefix``.

    pre-commit and prek activate the environment of a hook, as ``activate`` does: a Python that an app is started with
    would be the hook's, which has none of the project's packages.
    """
    found = dict(environment)
    places = {os.path.normcase(os.path.join(prefix, name)) for name in ("bin", "Scripts")}
    path = found.get("PATH", "").split(os.pathsep)
    found["PATH"] = os.pathsep.join(part for part in path if os.path.normcase(part) not in places)
    if os.path.normcase(found.get("VIRTUAL_ENV", "")) == os.path.normcase(prefix):
        del found["VIRTUAL_ENV"]
    return found


if __name__ == "__main__":
    sys.exit(main())
