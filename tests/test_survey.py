"""The inventory of a tree depends on the tree alone."""

import json
import os
from pathlib import Path

import pytest

from tta_validate.config import Config
from tta_validate.sdks import tables
from tta_validate.sites import Inventory
from tta_validate.survey import Task, survey

from .conftest import Program, Write
from .inventories import line

TWIN = "import litellm\n\n\ndef ask(messages):\n    return litellm.completion(model='m', messages=messages)\n"
FILES = {
    "pyproject.toml": "[project]\nname = 'app'\nversion = '1'\n",
    "app/__init__.py": "",
    "app/settings.py": "class Settings:\n    seconds: float = 12.5\n    tries = 3\n\n\nsettings = Settings()\n",
    "app/clients.py": "from openai import OpenAI\nfrom .settings import settings\n\n"
    "client = OpenAI(timeout=settings.seconds, max_retries=settings.tries)\n",
    "app/main.py": "from app import clients\n\n\ndef ask(text):\n"
    "    return clients.client.responses.create(model='m', input=text)\n",
    "app/twin.py": TWIN,
    "scripts/twin.py": TWIN + "\n\n" + TWIN.replace("def ask", "def again"),
    "scripts/broken.py": "import openai\n\nx = 1\ny = = openai.responses.create()\n"
    "openai.responses.create(model='m', input='x')\n",
    "scripts/binary.py": "import openai\0\n",
    "tests/test_app.py": TWIN,
}
EXPECTED = [
    "app/main.py:5 clients.client.responses.create sdk openai timeout=explicit/client retry=explicit/client",
    "app/twin.py:5 litellm.completion gateway litellm",
    "scripts/broken.py:5 openai.responses.create sdk openai",
    "scripts/twin.py:5 litellm.completion gateway litellm",
    "scripts/twin.py:12 litellm.completion gateway litellm",
]


def read(root: Path, **config: object) -> Inventory:
    return survey(Task(root, Config.model_validate({"cache": False, "jobs": 1, **config}), tables())).inventory


def test_every_call_site_is_found_and_what_is_skipped_has_a_reason(write: Write) -> None:
    found = read(write(FILES))
    assert [line(site) for site in found.sites] == EXPECTED
    assert dict(found.skipped).keys() == {"scripts/broken.py", "scripts/binary.py"}
    assert dict(found.skipped)["scripts/broken.py"].startswith("line 4: syntax error")
    assert dict(found.skipped)["scripts/binary.py"] == "a NUL byte in the source"


def test_jobs_the_cache_and_the_working_directory_change_nothing(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(FILES)
    plain = read(root)
    saved = {"cache": True, "cache-dir": str(tmp_path / "saved")}
    cold, warm = read(root, jobs=2, **saved), read(root, jobs=2, **saved)
    monkeypatch.chdir(root / "scripts")
    elsewhere = read(Path(".."), **saved)
    for other in (cold, warm, elsewhere):
        assert (other.sites, other.skipped, other.looked_for) == (plain.sites, plain.skipped, plain.looked_for)
    assert (cold.files, warm.files.parsed, warm.files.cached) == (plain.files, 0, plain.files.parsed)


def test_what_changed_is_read_anew_and_what_moved_keeps_its_guards(write: Write, tmp_path: Path) -> None:
    saved = {"cache": True, "cache-dir": str(tmp_path / "saved")}
    root = write(FILES)
    before = read(root, **saved)
    write({"app/settings.py": FILES["app/settings.py"].replace("= 12.5", "| None = None")})
    write({"app/main.py": "# a comment\n" + FILES["app/main.py"]})
    after = read(root, **saved)
    assert (
        line(after.sites[0])
        == "app/main.py:6 clients.client.responses.create sdk openai timeout=unknown retry=explicit/client"
    )
    assert [line(site) for site in after.sites[1:]] == [line(site) for site in before.sites[1:]]
    assert after.files.parsed == 1
    assert read(root).sites == after.sites


def test_the_program_says_the_same_from_anywhere(write: Write, tta: Program, tmp_path: Path) -> None:
    root = write(FILES)
    one = tta("inventory", str(root), "--output", "json", "--jobs", "1", "--no-cache")
    two = tta("inventory", os.curdir, "--output", "json", "--jobs", "2", "--no-cache", cwd=root)
    assert json.loads(one.out)["call_sites"] == json.loads(two.out)["call_sites"]
    assert (one.status, two.status, len(json.loads(one.out)["call_sites"])) == (0, 0, len(EXPECTED))
