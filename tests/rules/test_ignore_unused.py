"""The rule ignore-unused, beyond its examples."""

from pathlib import Path

import pytest

from tests.layout import lay_out
from tta_validate.cli import run_cli


def test_a_name_that_no_rule_has_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = 'name = "a"  # tta: ignore[adoption-no-retri] spelled wrong'
    lay_out(tmp_path, {"pyproject.toml": f'[project]\n{named}\nrequires-python = ">=3.11"\n'})
    status = run_cli(["check", str(tmp_path), "--output", "concise"])
    out = capsys.readouterr().out
    assert (status, out) == (
        1,
        "pyproject.toml:2:13: ignore-unused warning the ignore comment names no rule: adoption-no-retri\n",
    )
