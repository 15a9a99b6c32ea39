from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.ignores import IgnoreComment, read_ignores


def one(text: str, path: str) -> IgnoreComment:
    (comment,) = read_ignores(text, path)
    return comment


def test_a_comment_behind_code_covers_its_line() -> None:
    text = "x = 1\ny = f()  # tta: ignore[adoption-no-retry, lock] the queue retries until=2030-01-31\n"
    assert one(text, "a.py") == IgnoreComment(
        path="a.py",
        line=2,
        column=10,
        end_column=83,
        rules=("adoption-no-retry", "lock"),
        reason="the queue retries",
        until=date(2030, 1, 31),
        covers=2,
    )


def test_a_comment_alone_covers_the_next_line_of_code() -> None:
    assert one("# tta: ignore[a-b] why\n\n# more\nx = 1\n", "a.py").covers == 4


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", 'dependencies = ["a # b"]  # tta: ignore[a-b]\n'),
        ("compose.yaml", "image: x#y  # tta: ignore[a-b]\n"),
        ("compose.yml", "name: it's  # tta: ignore[a-b]\n"),
        ("Dockerfile", "RUN echo '#'  # tta: ignore[a-b]\n"),
        ("Dockerfile", "RUN uv sync && \\\n    # tta: ignore[a-b]\n    uv run x\n"),
        ("ci.yml", "- run: |\n    uv sync  # tta: ignore[a-b]\n"),
        ("Makefile", "test:\n\tpytest  # tta: ignore[a-b]\n"),
        (".gitignore", "# tta: ignore[a-b]\nuv.lock\n"),
        (".vscode/tasks.json", '{"command": "pip # // x"}  // tta: ignore[a-b]\n'),
        ("pyproject.toml", 'a = """\nx "#" y\n"""  # tta: ignore[a-b]\n'),
        ("a.py", "x = '#'; y = f'{x}'  #tta:ignore[a-b]\n"),
        ("a.py", "def f(:\n    x  # tta: ignore[a-b]\n"),
        ("a.py", "x = '''\n'''  # tta: ignore[a-b]\n"),
    ],
)
def test_reads_comments_of_every_file_type(path: str, text: str) -> None:
    assert one(text, path).rules == ("a-b",)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "x = '# tta: ignore[a-b]'\n"),
        ("a.py", '"""\n# tta: ignore[a-b]\n"""\n'),
        ("a.toml", 'x = "# tta: ignore[a-b]"\n'),
        ("a.toml", 'x = """\n# tta: ignore[a-b]\n"""\n'),
        ("README.md", "x = 1  # tta: ignore[a-b]\n"),
        ("a.json", '{"x": "// tta: ignore[a-b]"}\n'),
        ("a.py", "# write // tta: ignore[a-b] in JSON\n"),
        ("a.yaml", "x: '# tta: ignore[a-b]'\n"),
        ("a.yaml", "x: y# tta: ignore[a-b]\n"),
        ("a.py", "# tta: ignored[a-b]\n"),
        ("a.py", "# just tta\n"),
    ],
)
def test_a_marker_in_a_string_is_no_comment(path: str, text: str) -> None:
    assert read_ignores(text, path) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# tta: ignore", "it names no rule; write `# tta: ignore[rule-id] reason`"),
        ("# tta: ignore[ ,]", "it names no rule; write `# tta: ignore[rule-id] reason`"),
        ("# tta: ignore[a] until=soon", "'until=soon' is no date; write until=YYYY-MM-DD"),
        ("# tta: ignore[a] until=", "'until=' is no date; write until=YYYY-MM-DD"),
    ],
)
def test_a_malformed_comment_says_what_to_write(text: str, problem: str) -> None:
    assert one(text, "a.py").problem == problem


def test_a_comment_ends_after_its_last_day() -> None:
    comment = one("# tta: ignore[a] until=2030-01-31", "a.py")
    assert [comment.expired(date(2030, 1, 31)), comment.expired(date(2030, 2, 1))] == [False, True]


@given(
    st.text(alphabet=st.sampled_from("#'\"\n \t:[](){}=\\abc-,\r\x0c") | st.characters(), max_size=80), st.booleans()
)
def test_any_text_can_be_read_and_places_are_inside_it(text: str, python: bool) -> None:
    whole = text + "\n# tta: ignore[a-b] end\n"
    lines = whole.split("\n")
    for comment in read_ignores(whole, "a.py" if python else "a.toml"):
        line = lines[comment.line - 1]
        assert line[comment.column - 1] == "#"
        assert line[comment.column - 1 : comment.end_column - 1].strip()
        assert 1 <= comment.covers <= len(lines)
