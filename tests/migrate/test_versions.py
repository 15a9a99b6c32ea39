"""Versions as conda and Poetry write them, against their documentation and against what they mean."""

from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tta_validate.leftovers.conda_names import known
from tta_validate.migrate.conda_spec import parse_conda, pep440
from tta_validate.migrate.markers import environments, marker
from tta_validate.migrate.poetry_dependencies import requires_python
from tta_validate.migrate.poetry_versions import alternatives, envelope

POETRY = {
    "^1.2.3": ">=1.2.3,<2",
    "^1.2": ">=1.2,<2",
    "^1": ">=1,<2",
    "^0.2.3": ">=0.2.3,<0.3",
    "^0.0.3": ">=0.0.3,<0.0.4",
    "^0.0": ">=0.0,<0.1",
    "^0": ">=0,<1",
    "~1.2.3": ">=1.2.3,<1.3",
    "~1.2": ">=1.2,<1.3",
    "~1": ">=1,<2",
    "*": "",
    "1.*": "==1.*",
    "1.2.*": "==1.2.*",
    "1.2.3": "==1.2.3",
    "== 1.2.3": "==1.2.3",
    ">= 1.2, < 1.5": ">=1.2,<1.5",
    ">=1.2 <1.5": ">=1.2,<1.5",
    "!= 1.2.3": "!=1.2.3",
    "^2.0.0b1": ">=2.0.0b1,<3",
}
CONDA = {
    "numpy": ("numpy", ""),
    "numpy=1.11": ("numpy", "==1.11.*"),
    "numpy==1.11": ("numpy", "==1.11"),
    "numpy 1.11": ("numpy", "==1.11"),
    "numpy=1.11.*": ("numpy", "==1.11.*"),
    "numpy=1.11.1=py36_0": ("numpy", "==1.11.1"),
    "numpy 1.17.3 py38*": ("numpy", "==1.17.3"),
    "numpy>1.17,<1.19.2": ("numpy", ">1.17,<1.19.2"),
    "numpy >=1.8, <2": ("numpy", ">=1.8,<2"),
    "conda-forge::numpy[version='>=1.17,<2', build='py3*']": ("numpy", ">=1.17,<2"),
    "ruamel.yaml!=0.17.*": ("ruamel-yaml", "!=0.17.*"),
    "_libgcc_mutex=0.1=main": ("libgcc-mutex", "==0.1"),
    "python=3.9|3.10": ("python", None),
    "numpy=1.8*": ("numpy", None),
    "jpeg=9b": ("jpeg", "==9b"),
    "openssl=1.1.1k": ("openssl", None),
}

numbers = st.integers(0, 30)
releases = st.lists(numbers, min_size=1, max_size=4).map(tuple)


def dotted(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))


def test_poetry_s_documented_constraints() -> None:
    assert {text: alternatives(text) for text in POETRY} == {text: (one,) for text, one in POETRY.items()}
    assert alternatives("~2.7 || ^3.5") == (">=2.7,<2.8", ">=3.5,<4")
    assert [alternatives(text) for text in ("latest", "", "^", "1.2 or 3", "^1.x")] == [None] * 5
    assert requires_python("~3.10 || ^3.12") == (">=3.10,<4,!=3.11.*", True)


@given(releases, releases)
def test_a_caret_keeps_the_left_most_number_that_is_not_zero(low: tuple[int, ...], other: tuple[int, ...]) -> None:
    (specifier,) = alternatives(f"^{dotted(low)}") or ("",)
    at = next((at for at, number in enumerate(low) if number), len(low) - 1)
    padded = (*other, 0, 0, 0, 0)
    expected = Version(dotted(other)) >= Version(dotted(low)) and padded[: at + 1] == low[: at + 1]
    assert SpecifierSet(specifier).contains(dotted(other)) == expected


@given(releases, releases)
def test_a_tilde_lets_the_last_numbers_move(low: tuple[int, ...], other: tuple[int, ...]) -> None:
    (specifier,) = alternatives(f"~{dotted(low)}") or ("",)
    kept = min(len(low), 2)
    expected = Version(dotted(other)) >= Version(dotted(low)) and (*other, 0, 0)[:kept] == low[:kept]
    assert SpecifierSet(specifier).contains(dotted(other)) == expected


@given(st.lists(st.sampled_from(sorted(POETRY)), min_size=1, max_size=3), releases)
def test_an_envelope_holds_all_alternatives(constraints: list[str], version: tuple[int, ...]) -> None:
    found = alternatives(" || ".join(constraints))
    assert found is not None
    if any(SpecifierSet(one).contains(dotted(version)) for one in found):
        assert SpecifierSet(envelope(found)).contains(dotted(version))


def test_conda_s_specifications() -> None:
    parsed = {text: parse_conda(text) for text in CONDA}
    assert {text: (one.name, pep440(one.version)) for text, one in parsed.items() if one} == CONDA


@given(releases, releases)
def test_one_equals_sign_is_a_prefix(wanted: tuple[int, ...], other: tuple[int, ...]) -> None:
    specifier = pep440(f"={dotted(wanted)}")
    assert specifier is not None
    expected = (*other, 0, 0, 0, 0)[: len(wanted)] == wanted
    assert SpecifierSet(specifier).contains(dotted(other)) == expected


@given(st.text(alphabet="a1.=<>!~*|,[]:'() _-py", max_size=40))
def test_what_comes_out_is_a_specifier_or_nothing(text: str) -> None:
    parsed = parse_conda(text)
    found = [pep440(parsed.version) if parsed else None, *(alternatives(text) or ())]
    assert all(one is None or str(SpecifierSet(one)) is not None for one in found)


def test_markers_hold_on_the_platforms_they_are_for() -> None:
    three = ("linux", "darwin", "win32")
    machines = ("linux", "darwin-arm64", "darwin-x86_64", "win32")
    assert {
        "all": marker(three, three),
        "one": marker({"linux"}, three),
        "two": marker({"linux", "darwin"}, three),
        "one machine": marker({"darwin-arm64"}, machines),
        "all but a machine": marker({"linux", "darwin-arm64", "win32"}, machines),
        "environments": environments(machines),
    } == {
        "all": "",
        "one": "sys_platform == 'linux'",
        "two": "sys_platform != 'win32'",
        "one machine": "sys_platform == 'darwin' and platform_machine == 'arm64'",
        "all but a machine": "sys_platform == 'linux' or sys_platform == 'win32'"
        " or sys_platform == 'darwin' and platform_machine == 'arm64'",
        "environments": (
            "sys_platform == 'linux'",
            "sys_platform == 'darwin' and platform_machine == 'arm64'",
            "sys_platform == 'darwin' and platform_machine == 'x86_64'",
            "sys_platform == 'win32'",
        ),
    }


def test_names_that_are_something_else_on_pypi_are_no_python_packages() -> None:
    names = (
        "graphviz",
        "redis",
        "kubernetes",
        "zstd",
        "lmdb",
        "blosc",
        "ffmpeg",
        "tesseract",
        "git",
        "igraph",
        "openssl",
    )
    assert {name: known(name).role for name in names} == dict.fromkeys(names, "system")
    renamed = {"pytorch": "torch", "python-graphviz": "graphviz", "redis-py": "redis", "ruamel-yaml": "ruamel-yaml"}
    assert {name: known(name).pypi for name in renamed} == renamed
    assert [known("libpng", installed=True).role, known("libpng").role] == ["plumbing", "system"]
