"""The rule lock-credentials."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.hosts import credentials
from tta_validate.lock.samples import HOST, line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha"), root("demo", ["alpha"])).replace(
    f"https://{HOST}/simple", f"https://user:token@{HOST}/simple"
)
_PART = "token"
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockCredentials(LockRule):
    """A URL in the lock holds a password or token.

    Looks at the URLs of packages, files and recorded requirements. The message does not repeat the secret.

    The lock is committed: everyone who can read the repository, and its history, has the secret.

    Take the credentials out of the URL, revoke them, and give them to uv by `UV_INDEX_<NAME>_PASSWORD` or a keyring.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return credentials(view)
