"""Keys by their format: every format is found, examples are quiet, and nothing shows one."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Write
from tta_validate import run
from tta_validate.cli import run_cli
from tta_validate.findings import redact
from tta_validate.key_formats import FORMATS, is_example, keys, masked, scrubbed
from tta_validate.plugins import loaders

_LETTERS = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_SHAPES: dict[str, list[tuple[str, str, int]]] = {
    "Anthropic": [("sk-ant-" + "api03-", _LETTERS, 95)],
    "OpenRouter": [("sk-or-" + "v1-", _HEX, 64)],
    "OpenAI": [("sk-", _LETTERS, 48)],
    "DeepSeek or Moonshot": [("sk-", _HEX, 32)],
    "Google": [("AI" + "za", _LETTERS, 35)],
    "Groq": [("gs" + "k_", _LETTERS, 52)],
    "xAI": [("xa" + "i-", _LETTERS, 80)],
    "Perplexity": [("pp" + "lx-", _LETTERS, 48)],
    "Hugging Face": [("h" + "f_", _LETTERS, 34)],
    "Replicate": [("r" + "8_", _LETTERS, 37)],
    "Fireworks": [("f" + "w_", _LETTERS, 24)],
    "Cerebras": [("cs" + "k-", string.ascii_lowercase + string.digits, 48)],
    "NVIDIA": [("nv" + "api-", _LETTERS, 64)],
    "Voyage": [("p" + "a-", _LETTERS, 43)],
    "LangSmith": [("lsv2" + "_pt_", _HEX, 32), ("_", _HEX, 10)],
    "Langfuse": [("sk-" + "lf-", _HEX, 8), ("-", _HEX, 4), ("-", _HEX, 4), ("-", _HEX, 4), ("-", _HEX, 12)],
    "Tavily": [("tv" + "ly-", _LETTERS, 32)],
    "Pinecone": [("pc" + "sk_", _LETTERS, 70)],
    "AWS": [("AK" + "IA", string.ascii_uppercase + "234567", 16)],
    "GitHub": [("gh" + "p_", _LETTERS, 36)],
    "GitLab": [("gl" + "pat-", _LETTERS, 20)],
    "Slack": [("xo" + "xb-", string.digits, 12), ("-", _LETTERS, 24)],
    "PyPI": [("py" + "pi-AgEIcHlwaS5vcmc", _LETTERS, 120)],
    "Stripe": [("s" + "k_live_", _LETTERS, 24)],
}


def _key(owner: str, seed: int) -> str:
    """Returns a generated key that is not, by chance, one that says that it is an example."""
    source = random.Random(f"{owner} {seed}")
    while True:
        made = "".join(start + "".join(source.choices(signs, k=size)) for start, signs, size in _SHAPES[owner])
        if not is_example(made):
            return made


def test_every_format_has_a_shape() -> None:
    assert set(_SHAPES) == set(FORMATS)


@pytest.mark.parametrize("owner", FORMATS)
def test_generated_keys_are_found_masked_and_scrubbed(owner: str) -> None:
    for seed in range(20):
        key = _key(owner, seed)
        text = f'api(key="{key}") # {key}'
        assert [(found.owner, text[found.start : found.end]) for found in keys(text)] == [(owner, key)] * 2
        assert key not in masked(text, "***")
        assert key not in redact(text)
        clean = scrubbed(text)
        assert len(clean) == len(text)
        assert key not in clean
        assert not [*keys(clean)]


@given(st.text(st.sampled_from("ask-_proj AIzaxh0f1"), max_size=80))
def test_scrubbing_keeps_the_length_and_leaves_no_key(text: str) -> None:
    assert len(scrubbed(text)) == len(text)
    assert [*keys(scrubbed(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "sk-" + "x" * 48,
        "sk-your-key-here-your-key-here-your-key-here-12",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "gsk_" + "1234567890" * 5 + "12",
        'api_key="your-api-key-goes-here-123"',
        'api_key = "phc_q7Zr2Lw8Xb5Tn4Vk9Dm1Yc6H"',
        'api_key=os.environ["OPENAI_API_KEY_2_FOR_TESTS"]',
        "hf_transformers_are_all_you_need_in_2024",
    ],
)
def test_examples_are_quiet(text: str) -> None:
    assert masked(text, "***") == text


def test_no_output_shows_a_secret(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    literal, password = "q7Zr2Lw8Xb5Tn4Vk9Dm1Yc6H", "w8Xb5Tn4Vk9"
    found = {owner: _key(owner, 1) for owner in FORMATS}
    lines = [f'k{at} = f("{key}")  # tta: ignore[x] {key}' for at, key in enumerate(found.values())]
    call = "client.responses.create(model='m', input=q)"
    files = {
        "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
        "app.py": "\n".join([*lines, f'client = OpenAI(api_key="{literal}"); {call}', ""]),
        ".env": f"DB_PASSWORD={password}\n",
        "keploy/test-set-0/mocks.yaml": f"h: {found['Groq']}\n",
    }
    root = write({**files, "llm.py": f'from openai import OpenAI\nclient = OpenAI(api_key="{literal}")\n{call}\n'})
    secrets = [literal, password, *found.values()]
    command = ["--root", str(root), "--no-cache", "--jobs", "1", "--select", "secrets,adoption,ignore", "-v"]
    for name in loaders("tta_validate_formats"):
        run_cli(["check", *command, "--output", name])
        shown = capsys.readouterr()
        leaked = [secret for secret in secrets if secret in shown.out + shown.err]
        assert leaked == [], name
    run_cli(["check", *command, "--diff", "--unsafe-fixes"])
    shown = capsys.readouterr()
    assert "timeout=60" in shown.out
    assert [secret for secret in secrets if secret in shown.out + shown.err] == []
    rules = {one.rule for one in run.check(run.open_project(run.Request(root=str(root)))).findings}
    assert {"secrets-provider-key", "secrets-literal-key", "secrets-exposed-settings", "secrets-recorded-key"} <= rules


def test_recordings_are_scrubbed(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    key = _key("OpenAI", 3)
    case = f"kind: Http\nname: a\nspec:\n  req:\n    header:\n      Authorization: Bearer {key}\r\n    body: 'ü'\n"
    root = write({"keploy/test-set-0/tests/test-1.yaml": case, "keploy/test-set-0/mocks.yaml": "kind: Http\n"})
    path = root / "keploy" / "test-set-0" / "tests" / "test-1.yaml"
    assert run_cli(["replay", str(root / "keploy"), "--root", str(root), "--scrub"]) == run.CLEAN
    assert capsys.readouterr().out.startswith("keploy/test-set-0/tests/test-1.yaml: 1 replaced\n1 keys in 1 of 2 ")
    assert path.read_bytes().decode() == case.replace(key, "sk-" + "x" * 48)
    assert run_cli(["replay", str(root / "keploy"), "--root", str(root), "--scrub"]) == run.CLEAN
    assert capsys.readouterr().out.startswith("0 keys in 0 of 2 ")
