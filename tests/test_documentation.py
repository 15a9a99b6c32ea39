import re
from pathlib import Path

import pytest

from tests.conftest import Program
from tta_validate.config import load
from tta_validate.plugins import loaders
from tta_validate.selection import select

ROOT = Path(__file__).parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", "docs/design.md", "docs/ci.md"]


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:\.ci|\.github|src|tests|docs|fixtures|scripts)/[\w./-]*|\./check)[^`]*`", text))
    linked = {link for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) if link}
    folder = (ROOT / page).parent
    missing = [path for path in named if not (ROOT / path).exists()]
    missing += [path for path in linked if not (folder / path).exists()]
    assert missing == []
    assert named | linked


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_is_one(page: str, tta: Program) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    known = set(re.findall(r"^    (\w+)  ", tta("--help").out, flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^)(?:uv run )?tta-validate ([a-z]+)", text, flags=re.MULTILINE))
    assert named <= known


def test_every_built_in_format_has_a_test() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/formats").glob("test_*.py"))
    assert [name for name in loaders("tta_validate_formats") if f"{name}" not in text] == []


def test_the_configuration_in_the_readme_is_one(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(block, encoding="utf-8")
    loaded = load(tmp_path)
    assert loaded.config.target("retry", "worker") == 50
    assert [(table.name, table.functions[0].guards) for table in loaded.sdks] == [("house", {"timeout": ("timeout",)})]
    assert select(loaded).rules
