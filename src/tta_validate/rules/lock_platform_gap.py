"""The rule lock-platform-gap."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.platforms import unserved
from tta_validate.lock.samples import artifact, line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha", files=[artifact("alpha-1.0-cp311-abi3-win_amd64.whl")]), root("demo", ["alpha"]))
_PART = '[[package]]\nname = "alpha"'
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockPlatformGap(LockRule):
    """A package cannot be installed on a platform that the project has to serve.

    Reports packages with neither a fitting wheel nor an sdist for a target and some Python in the range of the lock.
    The targets are those of `[tool.tta-validate.lock] targets`, else Linux and macOS on x86-64 and ARM64 and Windows
    on x86-64, less what `tool.uv.environments` leaves out. Packages that markers keep away from a target do not
    count. Packages that would have to be built from an sdist are listed by `tta-validate lock platforms`.

    `uv sync` fails there, and only there.

    Limit `tool.uv.environments`, mark the dependency, or choose a release with a wheel for that platform.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return unserved(view)
