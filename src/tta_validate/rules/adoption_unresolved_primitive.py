"""The rule adoption-unresolved-primitive."""

from collections.abc import Iterator

from tta_validate.absent import absent
from tta_validate.findings import Finding, Severity
from tta_validate.fixes import python
from tta_validate.project import Project
from tta_validate.rule import Example, Rule


class UnresolvedPrimitive(Rule):
    """An import names a primitive, or a module of primitives, that the package does not have.

    Reports an import from a package of primitives whose source is at hand (in the workspace, as a path source of uv, or
    installed in the project's `.venv`) when neither a module nor a name in it is what the import asks for. Imports
    inside a `try` that expects the failure, and under a condition such as `TYPE_CHECKING`, are left out; where a module
    makes its names in ways that reading cannot follow, nothing is reported.

    Such an import fails when its line runs, which may be the first time that somebody needs the fallback. It is what
    renaming a primitive, or moving it to another module, leaves behind in examples and in code that no test runs.

    Import what is there: the message names the nearest one. The guide of the TTA primitives imports from
    `ttadev.primitives` on one page and from `tta_dev_primitives` on another, because it moved; what counts is what the
    project has installed.
    """

    severity = Severity.ERROR
    fixable = True
    bad = Example(
        {
            "src/tta_dev_primitives/__init__.py": (
                "class WorkflowPrimitive:\n    pass\n\n\nclass RetryPrimitive(WorkflowPrimitive):\n    pass\n"
            ),
            "app.py": "from tta_dev_primitives import RetryPrimative, WorkflowPrimitive\n",
        },
        ("app.py:1",),
    )
    good = Example(
        {
            "src/tta_dev_primitives/__init__.py": (
                "class WorkflowPrimitive:\n    pass\n\n\nclass RetryPrimitive(WorkflowPrimitive):\n    pass\n"
            ),
            "app.py": "from tta_dev_primitives import RetryPrimitive, WorkflowPrimitive\n",
        }
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each import of a primitive that is not there."""
        for one in absent(project):
            what = f"{one.module} has no {one.name}" if one.module else f"there is no module {one.name}"
            said = f"{what}: this import fails{one.hint}"
            near = one.near and one.location.end_column > one.location.column
            fix = python("import-name", {"old": one.name, "new": one.near}, safe=False) if near else None
            yield self.finding(said, one.location, fix=fix, subject=one.name)
