import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tta_validate.lock.markers import MarkerError, can_hold, parse_marker, regions, same_marker
from tta_validate.lock.versions import accepted, bounding, complement, contains, intersection, python_range, union

PYTHON = bounding(python_range(">=3.11"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("python_version >= '3.9'", ""),
        ("python_version == '3.12'", "python_full_version == '3.12.*'"),
        ("python_version > '3.12'", "python_full_version >= '3.13'"),
        ("python_version in '3.11 3.12'", "python_full_version < '3.13'"),
        ("python_version < '<3.10'", ""),
        ("'3.12' <= python_version", "python_version >= '3.12'"),
        ("platform_system == 'Windows'", "sys_platform == 'win32'"),
        ("os.name == 'nt' and sys_platform != 'linux'", "os_name == 'nt'"),
        (
            "sys_platform == 'a' and (extra == 'x' or extra == 'Y')",
            "extra == 'y' and sys_platform == 'a' or extra == 'x' and sys_platform == 'a'",
        ),
    ],
)
def test_markers_that_mean_the_same_are_the_same(one: str, other: str) -> None:
    assert same_marker(parse_marker(one), parse_marker(other), PYTHON)
    assert same_marker(parse_marker(other), parse_marker(one), PYTHON)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("python_version > '3.12'", "python_full_version > '3.12'"),
        ("sys_platform == 'win32'", "sys_platform == 'linux'"),
        ("extra == 'a'", ""),
        ("'x' in sys_platform", "sys_platform in 'x'"),
    ],
)
def test_markers_that_differ_are_not_the_same(one: str, other: str) -> None:
    assert not same_marker(parse_marker(one), parse_marker(other), PYTHON)


@pytest.mark.parametrize("text", ["python_version < '3.0'", "os_name == 'nt' and sys_platform == 'linux'"])
def test_impossible_markers_never_hold(text: str) -> None:
    assert not can_hold(parse_marker(text), PYTHON)


@pytest.mark.parametrize(
    "text", ["nothing == 'x'", "sys_platform ==", "(sys_platform == 'x'", "sys_platform 'x'", "((" * 200]
)
def test_what_is_no_marker_is_refused(text: str) -> None:
    with pytest.raises(MarkerError):
        parse_marker(text)


def test_markers_that_are_too_many_are_given_up() -> None:
    text = " or ".join(f"('a{at}' in sys_platform and 'b{at}' in os_name)" for at in range(40))
    with pytest.raises(MarkerError):
        list(regions([parse_marker(text), parse_marker(text.replace(" and ", " or "))]))


ATOMS: st.SearchStrategy[str] = st.sampled_from(
    [
        "python_version < '3.12'",
        "python_version >= '3.13'",
        "python_full_version < '3.12.4'",
        "sys_platform == 'win32'",
        "sys_platform != 'linux'",
        "platform_machine == 'arm64'",
        "python_version == '3.12.*'",
        "'3.13' > python_version",
    ]
)


@st.composite
def joined(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    return f"({draw(inner)} {draw(st.sampled_from(['and', 'or']))} {draw(inner)})"


TREES: st.SearchStrategy[str] = st.recursive(ATOMS, joined, max_leaves=8)


@given(TREES, TREES)
def test_sameness_agrees_with_evaluation(one: str, other: str) -> None:
    environments = [
        {"python_version": full[:4], "python_full_version": full, "sys_platform": system, "platform_machine": machine}
        for full in ("3.11.9", "3.12.3", "3.12.4", "3.13.0", "3.14.1")
        for system in ("win32", "linux", "darwin")
        for machine in ("arm64", "x86_64")
    ]
    agree = all(Marker(one).evaluate(each) == Marker(other).evaluate(each) for each in environments)
    assert same_marker(parse_marker(one), parse_marker(other), PYTHON) is agree


NUMBERS = st.integers(0, 3).map(str)


@st.composite
def versions(draw: st.DrawFn) -> str:
    release = draw(st.lists(NUMBERS, min_size=1, max_size=3))
    return ".".join(release) + draw(st.sampled_from(["", "", "a1", "rc1", ".post1", ".dev1"]))


@st.composite
def specifiers(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "==*", "!=*", "~="]))
    if kind.endswith("*"):
        return f"{kind[:2]}{draw(NUMBERS)}.{draw(NUMBERS)}.*"
    return f"~={draw(NUMBERS)}.{draw(NUMBERS)}" if kind == "~=" else kind + draw(versions())


@given(st.lists(specifiers(), max_size=3), versions())
def test_sets_of_versions_agree_with_packaging(parts: list[str], text: str) -> None:
    specifier, version = ",".join(parts), Version(text)
    ours = contains(accepted(specifier), version)
    theirs = SpecifierSet(specifier).contains(version, prereleases=True)
    assert ours == theirs


@given(specifiers(), specifiers())
def test_sets_of_versions_are_an_algebra(one: str, other: str) -> None:
    a, b = accepted(one), accepted(other)
    assert complement(complement(a)) == a
    assert intersection(a, complement(a)) == ()
    assert union([a, b]) == complement(intersection(complement(a), complement(b)))
    assert intersection(a, b) == intersection(b, a)
