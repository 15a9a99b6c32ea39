"""Record, then replay: green three times in a row on every fixture app, and so are the recordings that are kept."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.replay.app_side import running
from tests.replay.fixture_side import APPS, FIXTURES, PATH, STAND_INS, copied, replayed
from tta_validate.config import load
from tta_validate.recordings.sets import read_sets
from tta_validate.replay.record import Wish, record
from tta_validate.replay.settings import settings_for

SIZES = {"flask-memory": (11, 0), "fastapi-sqlite": (10, 0), "django-sqlite": (8, 0), "fastapi-outgoing": (7, 7)}


@pytest.fixture(autouse=True)
def path_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", PATH)


@contextmanager
def upstream() -> Generator[dict[str, str]]:
    """Runs what fastapi-outgoing calls, and yields what stands in for what."""
    script = FIXTURES / "fastapi-outgoing" / "upstream.py"
    with running(command=f"python {script} {{port}}") as app:
        yield dict.fromkeys(STAND_INS, app.url)


@pytest.mark.parametrize("name", APPS)
def test_what_was_recorded_replays_three_times(name: str, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    for path in (folder / "keploy").rglob("test-*.yaml"):
        path.unlink()
    (folder / "keploy").rename(folder / "before")
    settings = settings_for(folder / "keploy", folder, load(folder))
    with upstream() if SIZES[name][1] else nullcontext(dict[str, str]()) as stand_ins:
        wish = Wish(settings.app, folder / "keploy", drive="python drive.py", stand_ins=stand_ins)
        ended = record(wish, lambda _: None)
    assert ended.recorded is not None
    assert (ended.problem, ended.recorded.left_out) == ("", ())
    assert (len(ended.recorded.cases), len(ended.recorded.mocks)) == SIZES[name]
    for _ in range(3):
        results, unused = replayed(folder)
        assert [(one.name, one.reason) for one in results if one.verdict != "passed"] == []
        assert (len(results), unused) == (SIZES[name][0], [])


@pytest.mark.parametrize("name", APPS)
def test_the_kept_recordings_hold_what_they_are_there_for(name: str) -> None:
    (kept,) = read_sets(FIXTURES / name / "keploy")
    assert (len(kept.cases), kept.skipped) == (SIZES[name][0], ())
    assert not (FIXTURES / name / "keploy" / "test-set-0" / "secret.yaml").exists()


def test_the_demonstration_replays_its_model_calls() -> None:
    (kept,) = read_sets(FIXTURES.parent / "projects" / "agent-workspace" / "apps" / "story-service" / "keploy")
    text = "".join(Path(path).read_text(encoding="utf-8") for path in kept.mock_files)
    hosts = [line.split()[-1] for line in text.splitlines() if line.strip().startswith("Host:")]
    assert (len(kept.cases), hosts) == (7, ["api.openai.com", "api.openai.com", "api.anthropic.com"])
