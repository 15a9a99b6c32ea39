"""The rule secrets-recorded-key."""

from collections.abc import Iterator

from tta_validate import leaks
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule

_FILE = "keploy/test-set-0/mocks.yaml"
_HEADER = "spec:\n  header:\n    Authorization: Bearer "
_KEY = "gs" + "k_9fQ2LwX7bTn4VzKd8RmY1cHsJ6pEuG3aWoN5iBxZ0qDvCyMtUlPk"


class RecordedKey(Rule):
    """A recording holds a key of a provider.

    Reports what has the format of a key or token in recordings: Keploy cases and mocks, cassettes.

    A recording is committed with the tests, and holds what went over the wire, keys in headers among it.

    Revoke the key. `tta-validate replay --scrub` puts something of the same length in its place, so that the recording
    still replays.
    """

    severity = Severity.ERROR
    bad = Example({_FILE: f"{_HEADER}{_KEY}\n"}, (f"{_FILE}:3",))
    good = Example({_FILE: f"{_HEADER}***\n"})

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each key."""
        for leak in leaks.provider_keys(project, recorded=True):
            yield self.finding(f"{leak.what}, is recorded here: revoke it, then `replay --scrub`", leak.location)
