"""Which rules can report in the files that a run names: the others are neither imported nor run."""

from collections.abc import Callable

from tta_validate import rules
from tta_validate.ignores import read_ignores
from tta_validate.project import Project

_CODE = (".py", ".pyi")
_ELSEWHERE = frozenset({"cost", "lock", "groups", "workspace", "migration"})
"""The families that report in manifests, locks, recordings and build files."""

_ALSO_IN_CODE = frozenset(
    {
        *("groups-import-in-group", "groups-missing-dependency", "groups-transitive-dependency"),
        *("cost-missing-justification", "cost-no-monthly-limit", "cost-paid-model-in-free-profile"),
    }
)
"""Their rules that report in Python code. What judges the share of all calls cannot be told from some files."""

_METADATA = "# /// script"
"""What opens the inline metadata of a script, which the rules about locks read. Source: PEP 723."""


def may_report(project: Project) -> Callable[[str], bool]:
    """Returns what tells, by its id, whether a rule can report where the run looks; where it cannot tell, it can.

    A rule that an ignore comment in the files names has to have looked, so that the comment can be judged.
    """
    files = project.named
    if files is None:
        return lambda _: True
    code = [path for path in files if path.endswith(_CODE)]
    if not code:
        families = frozenset({"adoption"})
    elif len(code) == len(files) and not any(_METADATA in (project.text(path) or "") for path in code):
        families = _ELSEWHERE - {"cost"} if project.has_traffic else _ELSEWHERE
    else:
        families = frozenset[str]()
    told = {name for path in files for one in read_ignores(project.text(path) or "", path) for name in one.rules}
    own = rules.tta_validate_rules()

    def reports(name: str) -> bool:
        family = name.partition("-")[0]
        return family not in families or name not in own or not told.isdisjoint({name, family}) or _also(name, code)

    return reports


def _also(name: str, code: list[str]) -> bool:
    return bool(code) and name in _ALSO_IN_CODE
