import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.findings import MASK, redact


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-" + "aB3" * 12,
        "sk-ant-api03-" + "x9Y" * 10,
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "a1B2" * 9,
        "glpat-" + "a1B2" * 5,
        "hf_" + "aB" * 12,
        "gsk_" + "aB1" * 12,
        "AIza" + "Sy0-" * 9,
        "AKIA" + "ABCD" * 4,
        "xoxb-" + "1234-abcd-5678",
        "eyJhbGciOiJI.eyJzdWIiOiIx.abc-DEF",
    ],
)
def test_masks_a_secret_and_nothing_around_it(secret: str) -> None:
    assert redact(f'client = OpenAI(api_key="{secret}")  # mine') == f'client = OpenAI(api_key="{MASK}")  # mine'


def test_masks_the_password_of_a_url() -> None:
    assert redact("https://user:hunter2@example.org/simple") == f"https://{MASK}@example.org/simple"


@pytest.mark.parametrize(
    "text",
    ["task-force-of-people", "risk-averse", "https://example.org:8080/a@b", "sk-short", "hf_hub_download(x)", ""],
)
def test_leaves_ordinary_text_alone(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)
