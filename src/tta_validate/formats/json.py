"""The report as JSON, without loss; the inventory in its own smaller shape."""

import json

from tta_validate.report import SCHEMA, Report, View


def render(report: Report, view: View) -> str:
    """Returns the whole report as JSON."""
    del view
    return report.to_json()


def render_inventory(report: Report, view: View) -> str:
    """Returns the call sites, and what was looked at to find them, as JSON."""
    del view
    full = report.model_dump(mode="json", by_alias=True)
    shape = {
        "schema": SCHEMA,
        "root": report.project.root,
        "files": {**full["files"], "skipped": full["skipped"]},
        "looked_for": full["looked_for"],
        "call_sites": full["call_sites"],
    }
    return json.dumps(shape, indent=2, ensure_ascii=False) + "\n"
