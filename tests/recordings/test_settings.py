from pathlib import Path

import pytest

from tta_validate.errors import InputError
from tta_validate.recordings.model import KeployConfig, Noise, Place
from tta_validate.recordings.settings import find_keploy_config, read_keploy_config

CONFIG = """\
path: ./recorded
command: uvicorn app:app --port 8000
disableMapping: true
bypassRules:
    - {path: "", host: telemetry.example.org, port: 443}
test:
    selectedTests: {test-set-0: [test-1], test-set-1: []}
    ignoredTests: {old: []}
    globalNoise:
        global:
            header: {Content-Length: [], X-Request-ID: []}
            body: {createdAt: [], a.b: ["^x"], "$.items[0].id": []}
        test-sets:
            test-set-1: {body: {createdAt: ["^20"], "*": ["*"]}}
            test-set-2: {body: {}, header: {}}
    replaceWith:
        global: {url: {"http://old": "http://new"}, port: {8000: 9000}}
    delay: 10
    healthUrl: http://localhost:8000/health
    healthPollTimeout: 1m30s
    apiTimeout: 500ms
    host: 127.0.0.1
    port: 8000
    mocking: false
    ignoreOrdering: false
    compareAll: true
    disableAutoHeaderNoise: true
    language: python
record:
    recordTimer: 0s
"""


def test_settings_keep_case_and_dots(tmp_path: Path) -> None:
    path = tmp_path / "keploy.yml"
    path.write_text(CONFIG)
    found = read_keploy_config(path, "keploy.yml")
    body = (("createdAt", ()), ("a.b", ("^x",)), ("$.items[0].id", ()))
    noise = Noise((("Content-Length", ()), ("X-Request-ID", ())), body)
    assert found == KeployConfig(
        path="./recorded",
        command="uvicorn app:app --port 8000",
        selected=(("test-set-0", ("test-1",)), ("test-set-1", ())),
        ignored=(("old", ()),),
        noise=noise,
        set_noise=(("test-set-1", Noise(body=(("createdAt", ("^20",)),), all_body=True)), ("test-set-2", Noise())),
        replace_urls=(("http://old", "http://new"),),
        replace_ports=(("8000", "9000"),),
        bypass=({"path": "", "host": "telemetry.example.org", "port": 443},),
        delay=10.0,
        health_url="http://localhost:8000/health",
        health_timeout=90.0,
        api_timeout=0.5,
        host="127.0.0.1",
        port=8000,
        mocking=False,
        ignore_ordering=False,
        compare_all=True,
        auto_header_noise=False,
        use_mappings=False,
        place=Place("keploy.yml", 1),
        extra={"record": {"recordTimer": "0s"}, "test.language": "python"},
    )
    assert found.noise_for("test-set-1") == Noise(
        noise.headers, (("createdAt", ("^20",)), ("a.b", ("^x",)), ("$.items[0].id", ())), all_body=True
    )
    assert found.noise_for("other") == noise


def test_the_oldest_name_and_shape(tmp_path: Path) -> None:
    path = tmp_path / "keploy-config.yaml"
    path.write_text("test: {path: '', command: python app.py, testSets: [test-set-0], delay: 7, apiTimeout: odd}\n")
    assert find_keploy_config(tmp_path) == path
    found = read_keploy_config(path)
    assert (found.command, found.selected, found.delay, found.api_timeout) == (
        "python app.py",
        (("test-set-0", ()),),
        7.0,
        5.0,
    )


def test_no_file_and_an_empty_one(tmp_path: Path) -> None:
    assert find_keploy_config(tmp_path) is None
    path = tmp_path / "keploy.yml"
    path.write_text("# nothing\n")
    assert read_keploy_config(path, "k") == KeployConfig(place=Place("k", 1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("test: [\n", "^k:2: is not valid YAML"),
        ("- 1\n", "^k:1: holds no mapping"),
        ("a: \0\n", "^k:1: is not valid YAML"),
    ],
)
def test_a_broken_file_is_the_users_error(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "keploy.yml"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        read_keploy_config(path, "k")
