import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.documents import parse_toml
from tta_validate.errors import InputError

TEXT = '''# head
title = """
[not-a-table]
key = 1
"""
[tool.tta-validate]
select = ["lock"]  # "[x]"
targets.timeout = 90

[[tool.tta-validate.sdk]]
name = "a"

[[tool.tta-validate.sdk]]
name = "b"
[tool."odd key".x]
'quoted' = 1
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("title",), 2),
        (("tool", "tta-validate"), 6),
        (("tool", "tta-validate", "select"), 7),
        (("tool", "tta-validate", "targets", "timeout"), 8),
        (("tool", "tta-validate", "sdk", "0", "name"), 11),
        (("tool", "tta-validate", "sdk", "1", "name"), 14),
        (("tool", "tta-validate", "sdk", "1", "absent"), 13),
        (("tool", "odd key", "x", "quoted"), 16),
        (("not-a-table",), 1),
    ],
)
def test_finds_the_line_of_a_key_or_of_the_nearest_table(keys: tuple[str, ...], line: int) -> None:
    assert parse_toml(TEXT, "pyproject.toml").line(*keys) == line


def test_a_table_is_there_or_none() -> None:
    document = parse_toml(TEXT, "pyproject.toml")
    assert document.table("tool", "odd key", "x") == {"quoted": 1}
    assert document.table("tool", "tta-validate", "select") is None
    assert document.table("tool", "absent", "x") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\nb = \n", "f.toml:2: is not valid TOML: Invalid value"),
        ("a = [", "f.toml:1: is not valid TOML: Invalid value"),
        ("a = " + "[" * 5000, "f.toml:1: is nested too deeply to be read as TOML"),
    ],
)
def test_says_where_text_is_no_toml(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_toml(text, "f.toml")
    assert str(error.value) == message


keys = st.text("abc-_9", min_size=1, max_size=4)
scalars = st.integers(-9, 9) | st.booleans() | st.text(max_size=12)


@given(st.dictionaries(keys, scalars | st.dictionaries(keys, scalars, max_size=3), max_size=5))
def test_every_key_that_starts_a_line_is_found_on_it(values: dict[str, object]) -> None:
    text = tomli_w.dumps(values)
    document = parse_toml(text, "f.toml")
    lines = text.split("\n")
    for key, value in values.items():
        for name in value if isinstance(value, dict) else ():  # pyright: ignore[reportUnknownVariableType]
            assert lines[document.line(key, str(name)) - 1].startswith(f"{name} =")  # pyright: ignore[reportUnknownArgumentType]
        start = f"[{key}]" if isinstance(value, dict) else f"{key} ="
        assert lines[document.line(key) - 1].startswith(start)


@given(st.text())
def test_any_text_is_a_document_or_an_input_error(text: str) -> None:
    try:
        parse_toml(text, "f.toml")
    except InputError as error:
        assert str(error).startswith("f.toml:")
