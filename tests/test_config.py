from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.config import Config, Loaded, load
from tta_validate.errors import InputError
from tta_validate.findings import Severity

Load = Callable[..., Loaded]


@pytest.fixture
def load_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    def call(text: str, **flags: object) -> Loaded:
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return load(tmp_path, None, {key.replace("_", "-"): value for key, value in flags.items()})

    return call


def test_a_folder_without_pyproject_has_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path) == Loaded(Config(), {}, (), str(tmp_path / "pyproject.toml"))


def test_values_come_from_the_file_and_flags_win(load_text: Load) -> None:
    text = '[tool.tta-validate]\nselect = "lock"\nfail-on = "error"\n[tool.tta-validate.targets]\nretry = false\n'
    loaded = load_text(text, fail_on="info")
    assert loaded.config == Config.model_validate({"select": ["lock"], "fail-on": "info", "targets": {"retry": None}})
    assert loaded.config.fail_on is Severity.INFO
    assert loaded.origins == {
        "select": "pyproject.toml:2",
        "fail-on": "--fail-on",
        "targets": "pyproject.toml:4",
        "targets.retry": "pyproject.toml:5",
    }


def test_a_member_inherits_the_targets_that_it_does_not_set(load_text: Load) -> None:
    config = load_text(
        "[tool.tta-validate.targets]\ntimeout = 80\nretry = 70\n[tool.tta-validate.members.app.targets]\nretry = 20\n"
    ).config
    assert [config.target(name, member) for member in (None, "app") for name in ("timeout", "retry", "cache")] == [
        80, 70, None, 80, 20, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slect = []", "pyproject.toml:2: unknown key 'slect'; did you mean 'select'?"),
        ("targets.timout = 1", "pyproject.toml:2: unknown key 'targets.timout'; did you mean 'timeout'?"),
        (
            "members.app.targets.retri = 1",
            "pyproject.toml:2: unknown key 'members.app.targets.retri'; did you mean 'retry'?",
        ),
        ("members.app.x = 1", "pyproject.toml:2: unknown key 'members.app.x'; one of: ignore, targets"),
        ("\n\njobs = -1", "pyproject.toml:4: jobs: Input should be greater than or equal to 0"),
        ("targets.retry = 101", "pyproject.toml:2: targets.retry: Input should be less than or equal to 100"),
        ("fail-on = 'never'", "pyproject.toml:2: fail-on: Input should be 'error', 'warning' or 'info'"),
        ("select = 3", "pyproject.toml:2: select: Input should be a valid tuple"),
        (
            "[[tool.tta-validate.sdk]]\nname = 'x'\n[[tool.tta-validate.sdk.functions]]\npaths = ['a.b']\nmodle = 1",
            "pyproject.toml:6: sdk.0.functions.0.modle: Object contains unknown field `modle`",
        ),
        ("[[tool.tta-validate.sdk]]\nname = 3", "pyproject.toml:3: sdk.0.name: Expected `str`, got `int`"),
        ("= 3", "pyproject.toml:2: is not valid TOML: Invalid statement"),
    ],
)
def test_says_on_which_line_what_is_wrong(load_text: Load, text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        load_text(f"[tool.tta-validate]\n{text}\n")
    assert str(error.value) == message


def test_a_bad_flag_is_named_as_one(load_text: Load) -> None:
    with pytest.raises(InputError, match="--jobs: Input should be a valid integer"):
        load_text("", jobs="many")


def test_a_users_sdk_table_becomes_one(load_text: Load) -> None:
    loaded = load_text(
        "[[tool.tta-validate.sdk]]\nname = 'house'\nimports = ['house']\n"
        "[[tool.tta-validate.sdk.functions]]\npaths = ['house.ask']\n"
    )
    (table,) = loaded.sdks
    assert (table.name, table.imports, table.functions[0].paths) == ("house", ("house",), ("house.ask",))


def test_a_file_of_its_own_holds_the_table_at_its_top(tmp_path: Path) -> None:
    (tmp_path / "tta.toml").write_text("jobs = 3\n", encoding="utf-8")
    assert load(tmp_path, tmp_path / "tta.toml").config.jobs == 3


def test_a_named_file_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        load(tmp_path, tmp_path / "absent.toml")


toml_values = st.recursive(
    st.integers(-5, 5) | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*(n.replace("_", "-") for n in Config.model_fields), "x"]), toml_values))
def test_any_table_is_a_configuration_or_an_input_error_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, object]
) -> None:
    import tomli_w

    folder = tmp_path_factory.mktemp("config")
    (folder / "pyproject.toml").write_text(tomli_w.dumps({"tool": {"tta-validate": table}}), encoding="utf-8")
    try:
        load(folder)
    except InputError as error:
        assert str(error).partition(": ")[0].rpartition(":")[2].isdecimal()
        assert "\n" not in str(error)
