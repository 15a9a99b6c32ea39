import string
import tomllib

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.toml_lines import toml_lines

KEYS = st.text(string.ascii_letters + "-_ .'\"é\\", min_size=1, max_size=4)
SCALARS = st.integers(-9, 9) | st.floats(0, 9) | st.booleans() | st.text(max_size=6) | st.just("]},\n[a]\n#")
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)


def paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path} if path else set[tuple[str | int, ...]]()
    if isinstance(value, dict):
        return found.union(*(paths(inner, (*path, key)) for key, inner in value.items()))  # pyright: ignore
    if isinstance(value, list):
        return found.union(*(paths(inner, (*path, at)) for at, inner in enumerate(value)))  # pyright: ignore
    return found


@given(st.dictionaries(KEYS, VALUES, max_size=5), st.booleans())
def test_every_value_of_a_document_has_a_line(values: dict[str, object], multiline: bool) -> None:
    text = tomli_w.dumps(values, multiline_strings=multiline)
    found = toml_lines(text)
    assert set(found) == paths(tomllib.loads(text))
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())


@given(st.text(string.printable, max_size=60))
def test_text_that_is_not_toml_gives_lines_too(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in toml_lines(text).values())


def test_lines_are_those_on_which_things_start() -> None:
    text = """\
# comment
a.b = 1
[x."y.z"]
k = [
  "one", # ]
  'two',
  { n = [1, 2], "q" = \"\"\"
multi ] \"\"\" },
]
d = 1979-05-27T07:32:00.5Z
[[p]]
[[p.q]]
z = [[1],
 [2]]
[[p]]
[p.r]
"""
    found = toml_lines(text)
    assert found["a", "b"] == 2
    assert found["x", "y.z", "k"] == 4
    assert [found["x", "y.z", "k", at] for at in range(3)] == [5, 6, 7]
    assert found["x", "y.z", "k", 2, "q"] == 7
    assert found["x", "y.z", "d"] == 10
    assert [found["p", 0], found["p", 0, "q", 0, "z", 1], found["p", 1], found["p", 1, "r"]] == [11, 14, 15, 16]
