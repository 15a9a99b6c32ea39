from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recordings.texts import CASE, case
from tta_validate.errors import InputError
from tta_validate.recordings.edit import DELETE, edited
from tta_validate.recordings.emit import dump
from tta_validate.recordings.model import Case, Response
from tta_validate.recordings.moments import nanoseconds, rfc3339
from tta_validate.recordings.sets import read_set
from tta_validate.recordings.trees import read_yaml
from tta_validate.recordings.writing import (
    delete_case,
    normalise_case,
    rename_case,
    update_expectation,
    update_noise,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS | st.binary(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
DOCUMENTS = st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4)


def lay(folder: Path, name: str = "post-orders-1", content: str = CASE) -> Path:
    path = folder / "tests" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return path


def only(folder: Path) -> Case:
    found = read_set(folder)
    assert found.skipped == ()
    [one] = found.cases
    return one


def changed_lines(before: str, after: str) -> list[str]:
    old, new = before.splitlines(), after.splitlines()
    return [f"-{line}" for line in old if line not in new] + [f"+{line}" for line in new if line not in old]


def test_an_expectation_is_updated_in_place(tmp_path: Path) -> None:
    path = lay(tmp_path)
    answer = Response(200, (("Content-Type", "text/plain"), ("X-New", "a: b")), 'say "hi"\nit\'s é\x07')
    update_expectation(path, "post-orders-1", answer)
    assert changed_lines(CASE, path.read_text()) == [
        "-        status_code: 201",
        "-            Content-Type: application/json # as the framework says",
        "-            Server: uvicorn",
        "-        body: '{\"id\":7}'",
        "+        status_code: 200",
        "+            Content-Type: text/plain # as the framework says",
        "+            X-New: 'a: b'",
        '+        body: "say \\"hi\\"\\nit\'s é\\x07"',
    ]
    found = only(tmp_path)
    assert (found.response.status, found.response.headers, found.response.body) == (200, answer.headers, answer.body)


def test_noise_is_added_beside_what_is_there(tmp_path: Path) -> None:
    path = lay(tmp_path)
    update_noise(path, "post-orders-1", {"body.total": (), "body.id": ("^7$",)})
    assert changed_lines(CASE, path.read_text()) == [
        '-            body.id: ["^[0-9]+$"]',
        "+            body.id:",
        "+                - '^7$'",
        "+            body.total: []",
    ]


def test_noise_is_added_where_there_is_none(tmp_path: Path) -> None:
    path = lay(tmp_path, "a", case("a"))
    update_noise(path, "a", {"body.id": ()})
    assert path.read_text() == case("a") + "    assertions:\n        noise:\n            body.id: []\n"


def test_a_case_is_renamed_with_its_file_and_mapping(tmp_path: Path) -> None:
    path = lay(tmp_path)
    mappings = tmp_path / "mappings.yaml"
    mappings.write_text("# kept\nkind: TestMocksMapping\ntests:\n  - id: post-orders-1\n    mocks: mock-1\nmore: 1\n")
    target = rename_case(path, "post-orders-1", "create order")
    assert (target.name, path.exists()) == ("create order.yaml", False)
    assert changed_lines(CASE, target.read_text()) == ["-name: post-orders-1", "+name: create order"]
    assert mappings.read_text() == (
        "# kept\nkind: TestMocksMapping\ntests:\n    - id: create order\n      mocks: mock-1\nmore: 1\n"
    )


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "a::b", "a\nb", "x" * 201])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    path = lay(tmp_path)
    with pytest.raises(InputError, match="cannot be the name of a case"):
        rename_case(path, "post-orders-1", name)
    assert path.read_text() == CASE


def test_a_case_is_deleted_and_the_file_with_the_last_one(tmp_path: Path) -> None:
    path = lay(tmp_path, "two", f"# first\n{case('a')}---\n# second\n{case('b')}")
    delete_case(path, "a")
    assert path.read_text() == f"---\n# second\n{case('b')}"
    delete_case(path, "b")
    assert not path.exists()
    assert list(path.parent.iterdir()) == []


def test_a_case_that_is_not_there_is_the_users_error(tmp_path: Path) -> None:
    path = lay(tmp_path)
    with pytest.raises(InputError, match="holds no case other"):
        update_noise(path, "other", {})
    with pytest.raises(InputError, match="holds no case other"):
        delete_case(path, "other")


def test_an_old_shape_becomes_todays(tmp_path: Path) -> None:
    old = CASE.replace("v1beta1", "v1beta2").replace('body.id: ["^[0-9]+$"]', "body: [id, a.b]")
    path = lay(tmp_path, content=old)
    before = only(tmp_path)
    normalise_case(path, "post-orders-1")
    text = path.read_text()
    assert "        timestamp: 2026-01-02T03:04:05.2Z\n" in text
    assert "            header.Date: []\n            body.id: []\n            body.a.b: []\n" in text
    assert "future: {kept: [1, x]}\n" in text
    after = only(tmp_path)
    assert (after.request, after.response, after.noise) == (before.request, before.response, before.noise)


def test_a_json_case_is_updated(tmp_path: Path) -> None:
    content = (
        '{"kind": "Http", "name": "j", "spec": {"req": {"method": "GET", "url": "/"}, "resp": {"status_code": 200}}}'
    )
    path = lay(tmp_path, "j", content)
    update_expectation(path, "j", Response(404, (), "é"))
    assert path.read_text() == content.replace("200", '404, "body": "é"') + "\n"


@settings(max_examples=60)
@given(DOCUMENTS)
def test_what_is_written_is_read_back(values: dict[str, object]) -> None:
    assert read_yaml(dump(values).encode()).values == values


@settings(max_examples=40)
@given(DOCUMENTS, st.one_of(st.just(DELETE), VALUES), st.data())
def test_an_edit_changes_one_value_and_nothing_else(
    values: dict[str, object], value: object, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(list(values)) | TEXTS)
    wanted = {name: one for name, one in values.items() if name != key or value is not DELETE}
    if value is not DELETE:
        wanted[key] = value
    text = edited(f"# told\n{dump(values)}", (key,), value)
    assert text.startswith("# told\n")
    assert read_yaml(text.encode()).values == wanted


@given(st.integers(0, 4_000_000_000_000_000_000))
def test_moments_keep_their_nanoseconds(moment: int) -> None:
    assert nanoseconds(rfc3339(moment)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", 1767323045_000000000),
        ("2026-01-02T08:34:05.5+05:30", 1767323045_500000000),
        ("2026-01-01 22:04:05.123456789 -0500", 1767323045_123456789),
        ("0001-01-01T00:00:00Z", None),
        ("2026-13-02T03:04:05Z", None),
        ("soon", None),
    ],
)
def test_moments(text: str, moment: int | None) -> None:
    assert nanoseconds(text) == moment
