"""Commands, instructions and values with their lines."""

from hypothesis import given
from hypothesis import strategies as st

from tta_validate.readers.dockerfile import parse_dockerfile
from tta_validate.readers.makefile import parse_makefile
from tta_validate.readers.shell import Simple, commands
from tta_validate.readers.yaml_nodes import Node, parse_json_with_comments, parse_yaml


def _words(text: str) -> list[tuple[int, str]]:
    return [(one.line, " ".join(one.words)) for one in commands(list(enumerate(text.split("\n"), 1)))]


def test_shell_text_is_split_into_commands_at_their_lines() -> None:
    text = (
        "set -eu  # strict\n"
        "A=1 sudo pip install 'uv == 0.9' && uv sync \\\n"
        "    --locked \\\n"
        "    && if [ -f x ]; then uv run pytest -k 'a && b'; fi\n"
        "# uv sync\n"
        "echo $(uv pip list)"
    )
    assert _words(text) == [
        (1, "set -eu"),
        (2, "pip install uv == 0.9"),
        (2, "uv sync --locked"),
        (4, "[ -f x ]"),
        (4, "uv run pytest -k a && b"),
        (4, "fi"),
        (6, "echo"),
        (6, "uv pip list"),
    ]


def test_a_pipe_tells_what_the_output_goes_to() -> None:
    first, second = commands([(7, "X=1 curl -LsSf https://astral.sh/uv/install.sh | sudo sh -s")])
    assert first == Simple(("curl", "-LsSf", "https://astral.sh/uv/install.sh"), 7, (("X", "1"),), "sh")
    assert second.words == ("sh", "-s")


@given(st.lists(st.text(alphabet="ab'\"\\|&;()$#` \t=", max_size=30), max_size=5))
def test_any_text_is_split_without_an_error(lines: list[str]) -> None:
    for one in commands(list(enumerate(lines, 1))):
        assert one.words
        assert 1 <= one.line <= len(lines)


def test_a_dockerfile_is_read_with_stages_continuations_and_here_documents() -> None:
    text = (
        "# escape=`\nFROM --platform=x python:3.12 AS base\nRUN a `\n  # note\n\n  --b\n"
        "RUN <<EOF\nuv sync\nEOF\nFROM base\nCOPY x y\n"
    )
    found = parse_dockerfile(text)
    assert [(one.name, one.line, one.stage, one.text) for one in found] == [
        ("FROM", 2, 1, "--platform=x python:3.12 AS base"),
        ("RUN", 3, 1, "a --b"),
        ("RUN", 7, 1, "<<EOF"),
        ("FROM", 10, 2, "base"),
        ("COPY", 11, 2, "x y"),
    ]
    assert (found[0].image, found[0].stage_name, found[2].here) == ("python:3.12", "base", ((8, "uv sync"),))


def test_a_makefile_is_read_with_its_variables() -> None:
    text = "UV ?= uv\nRUN := $(UV) run\n\nall: test\ntest: a b\n\t@$(RUN) pytest \\\n\t\t-q\n\t-$(MAKE) lint $$HOME\n"
    assert [(one.target, one.lines) for one in parse_makefile(text)] == [
        ("all", ()),
        ("test", ((6, "uv run pytest  -q"), (8, "${MAKE} lint $HOME"))),
    ]


def test_a_justfile_is_read_as_well() -> None:
    text = 'python := "uv run"\n\ntest *args:\n    @{{python}} pytest {{args}}\n'
    assert [(one.target, one.lines) for one in parse_makefile(text, just=True)] == [
        ("test", ((4, "uv run pytest {{args}}"),))
    ]


def test_yaml_scalars_know_the_lines_of_their_text() -> None:
    node = parse_yaml(
        "jobs:\n  a:\n    steps:\n      - run: |\n          x\n\n          y\n"
        "      - run: >\n          p\n          q\n"
    )
    assert node is not None
    steps = node.get("jobs", "a", "steps")
    assert steps is not None
    assert [list(step.fields["run"].lines()) for step in steps.items] == [
        [(5, "x"), (6, ""), (7, "y"), (8, "")],
        [(9, "p q"), (9, "")],
    ]


def test_json_with_comments_tabs_and_commas_at_ends_is_read() -> None:
    text = '{\n\t// one\n\t"a": "x\\/y // no", /* two\n */ "b": [true, {"c": null,},],\n}\n'
    assert parse_json_with_comments(text) == Node(
        1,
        fields={
            "a": Node(3, "x/y // no", text_line=3),
            "b": Node(
                4,
                items=(
                    Node(4, "true", text_line=4),
                    Node(4, fields={"c": Node(4, "null", text_line=4)}, keys={"c": 4}),
                ),
            ),
        },
        keys={"a": 3, "b": 4},
    )


def test_yaml_that_is_broken_or_grows_without_bound_is_nothing() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n"
        for old, new in zip("abcdefghijklmnopqrs", "bcdefghijklmnopqrst", strict=True)
    )
    assert [parse_yaml(text) for text in ("a: [", "[" * 5000, laughs, "", "\0")] == [None] * 5
