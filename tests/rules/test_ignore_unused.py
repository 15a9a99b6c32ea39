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


def test_what_a_member_ignores_and_does_not_need_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = '[tool.tta-validate]\nselect = ["ignore", "adoption-no-timeout", "adoption-no-retry"]\n'
    member = '[tool.tta-validate.members.a]\nignore = ["adoption-no-timeout", "adoption-no-retry", "lock"]\n'
    call = "import openai\nopenai.OpenAI(max_retries=2).embeddings.create(model='m')\n"
    root = {"pyproject.toml": f'[project]\nname = "r"\n[tool.uv.workspace]\nmembers = ["a"]\n{table}{member}'}
    lay_out(tmp_path, {**root, "a/pyproject.toml": '[project]\nname = "a"\n', "a/a.py": call})
    monkeypatch.chdir(tmp_path)
    plain = ["check", "--no-cache", "--jobs", "1", "--output", "concise"]
    assert run_cli(plain) == 1
    assert capsys.readouterr().out == (
        "pyproject.toml:8:1: ignore-unused warning nothing in member a needs adoption-no-retry in its `ignore`; "
        "remove it\n"
    )
    assert run_cli([*plain, "a/a.py"]) == 0
