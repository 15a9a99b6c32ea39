"""The rule lock-insecure-url."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.hosts import insecure_urls
from tta_validate.lock.samples import HOST, line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha"), root("demo", ["alpha"])).replace(f"https://{HOST}/simple", f"http://{HOST}/simple")
_PART = "http:"
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockInsecureUrl(LockRule):
    """A URL in the lock is fetched without encryption.

    Looks at the URLs of packages, files and recorded requirements; the machine's own address may be plain.

    Whoever sits on the way can answer in the server's place. Hashes protect the files, not the index.

    Use `https` for the index and run `uv lock`.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return insecure_urls(view)
