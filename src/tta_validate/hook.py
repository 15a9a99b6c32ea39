"""Runs the command line in a hook of pre-commit: what it starts does not see the hook's own environment."""

import os
import sys
from collections.abc import Mapping


def main() -> int:
    """Runs the command line on the process's arguments and returns the exit status."""
    given = dict(os.environ)
    os.environ.clear()
    os.environ.update(without(given, sys.prefix))
    from tta_validate.__main__ import main as run

    return run()


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
