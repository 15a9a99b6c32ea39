import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.findings import Severity
from tta_validate.lock.alarms import ALARMS, Comparison
from tta_validate.lock.changes import Change, compare
from tta_validate.lock.samples import artifact, edge, lock, package, root
from tta_validate.lock.sizes import breaks, size
from tta_validate.lock.versions import parse_version
from tta_validate.lock.view import LockView, Policy
from tta_validate.lockfile import Lockfile, parse_lock

from .edits import PROJECTS


def changes(base: str, head: str) -> dict[str, Change]:
    found = compare(parse_lock(base, "uv.lock"), parse_lock(head, "uv.lock"))
    assert len({change.name for _, change in found}) == len(found)
    return {change.name: change for _, change in found}


def alarms(base: str, head: str, policy: Policy | None = None) -> dict[str, list[str]]:
    one, other = parse_lock(base, "uv.lock"), parse_lock(head, "uv.lock")
    comparison = Comparison(one, other, compare(one, other), LockView(Path(), policy or Policy()))
    found = {rule: [flaw.message for flaw in check(comparison)] for rule, check in ALARMS.items()}
    return {rule: messages for rule, messages in found.items() if messages}


BASE = lock(package("alpha", needs=["beta"]), package("beta", "1.2.3"), root("demo", ["alpha"]))


def test_each_kind_of_change_is_told() -> None:
    head = lock(
        package("beta", "1.3.0"),
        package("delta", needs=["beta"]),
        root("demo", ["delta"]),
    )
    found = changes(BASE, head)
    assert {name: (one.kind, one.from_, one.to, one.size) for name, one in found.items()} == {
        "alpha": ("removed", ("1.0",), (), None),
        "beta": ("upgraded", ("1.2.3",), ("1.3.0",), "minor"),
        "delta": ("added", (), ("1.0",), None),
        "demo": ("metadata", ("0.1.0",), ("0.1.0",), None),
    }
    assert (found["delta"].scope, found["delta"].direct) == ("runtime", ("demo",))
    assert (found["beta"].direct, found["beta"].path) == ((), ("demo", "delta", "beta"))
    assert found["alpha"].path == ("demo", "alpha")


def test_scopes_are_those_that_need_a_package_runtime_first() -> None:
    tables = (
        '\n[package.optional-dependencies]\nweb = [\n    { name = "beta" },\n    { name = "gamma" },\n]\n'
        '\n[package.dev-dependencies]\ntest = [\n    { name = "gamma" },\n'
        '    { name = "delta", marker = "sys_platform == \'win32\'" },\n]\n'
    )
    others = [package(name) for name in ("beta", "delta", "gamma")]
    head = lock(package("alpha", needs=["beta"]), *others, root("demo", ["alpha"]) + tables)
    found = changes(lock(root("demo")), head)
    assert {name: (one.scope, one.direct) for name, one in found.items() if name != "demo"} == {
        "alpha": ("runtime", ("demo",)),
        "beta": ("runtime", ("demo[web]",)),
        "gamma": ("extra:web", ("demo[web]", "demo:test")),
        "delta": ("group:test", ("demo:test",)),
    }
    assert found["delta"].marker == "sys_platform == 'win32'"


def test_other_sizes_and_times_are_noise() -> None:
    head = re.sub(r", size = \d+, upload-time = \"[^\"]*\"", "", BASE).replace("revision = 5", "revision = 3")
    found = changes(BASE, head)
    assert {(one.kind, one.noise) for one in found.values()} == {("files", True)}
    assert alarms(BASE, head) == {}


def test_forks_of_one_name_are_paired() -> None:
    forks = ("python_full_version < '3.12'", "python_full_version >= '3.12'")

    def text(*versions: str) -> str:
        packages = [
            package("alpha", version, more=f'resolution-markers = [\n    "{fork}",\n]\n')
            for version, fork in zip(versions, forks, strict=False)
        ]
        return lock(*packages, root("demo", ["alpha"]))

    (one,) = changes(text("1.0", "2.0"), text("1.0", "2.1")).values()
    assert (one.kind, one.from_, one.to) == ("upgraded", ("2.0",), ("2.1",))
    (gone,) = changes(text("1.0", "2.0"), text("1.0")).values()
    assert (gone.kind, gone.from_, gone.to) == ("versions", ("1.0", "2.0"), ("1.0",))


@pytest.mark.parametrize(
    ("one", "other", "step", "breaking"),
    [
        ("1.2.3", "2.0.0", "major", True),
        ("1.2.3", "1.3", "minor", False),
        ("0.2.3", "0.3", "minor", True),
        ("1.2.3", "1.2.4", "patch", False),
        ("1.2.3.1", "1.2.3.2", "patch", False),
        ("2025.1", "2026.1", "calendar", False),
        ("1.0rc1", "1.0", "pre", False),
        ("1.0", "1.0.post1", "post", False),
        ("1.0", "1!1.0", "epoch", True),
        ("1.0+cpu", "1.0+cu12", "local", False),
    ],
)
def test_steps_have_sizes(one: str, other: str, step: str, breaking: bool) -> None:
    left, right = parse_version(one), parse_version(other)
    assert (size(left, right), breaks(left, right)) == (step, breaking)


NAMES = ("alpha", "beta", "gamma", "delta")


@st.composite
def locks(draw: st.DrawFn) -> str:
    seed = draw(st.integers(0, 10_000))
    chance = random.Random(seed)
    names = sorted(chance.sample(NAMES, chance.randint(0, len(NAMES))))
    packages = [
        package(
            name, f"{chance.randint(0, 2)}.{chance.randint(0, 2)}", needs=chance.sample(names, chance.randint(0, 1))
        )
        for name in names
    ]
    return lock(*packages, root("zz", names[:2]))


@given(locks())
def test_a_lock_does_not_differ_from_itself(text: str) -> None:
    assert changes(text, text) == {}
    assert changes(text, text.replace("\n", "\r\n")) == {}


@given(locks(), locks())
def test_a_diff_turned_round_says_the_opposite(one: str, other: str) -> None:
    opposite = {"added": "removed", "removed": "added", "upgraded": "downgraded", "downgraded": "upgraded"}
    there, back = changes(one, other), changes(other, one)
    assert there.keys() == back.keys()
    for name, change in there.items():
        turned = back[name]
        assert turned.kind == opposite.get(change.kind, change.kind)
        assert (turned.from_, turned.to, turned.size) == (change.to, change.from_, change.size)


@given(locks(), locks())
def test_every_difference_is_told_and_nothing_else(one: str, other: str) -> None:
    def versions(text: str) -> dict[str, str | None]:
        return {each.name: each.version for each in parse_lock(text, "uv.lock").lock.packages}

    before, after = versions(one), versions(other)
    told = {name for name, change in changes(one, other).items() if change.kind not in ("metadata", "files")}
    assert told == {name for name in {*before, *after} if before.get(name) != after.get(name)}


WIDE = [f"cp31{minor}-cp31{minor}-{system}" for minor in (1, 2) for system in ("win_amd64", "manylinux_2_17_x86_64")]
ALPHA = lock(package("alpha", wheels=WIDE), root("demo", ["alpha"]))
TAMPERED = [
    ("lock-hash-changed", ALPHA, re.sub(r"(sha256:)[0-9a-f]{8}", r"\g<1>00000000", ALPHA, count=1)),
    ("lock-hash-changed", ALPHA, re.sub(r', hash = "[^"]*"', "", ALPHA, count=1)),
    ("lock-host-changed", ALPHA, ALPHA.replace("https://registry.example/files", "https://files.example")),
    ("lock-host-changed", ALPHA, ALPHA.replace("registry.example", "registry.example.net")),
    (
        "lock-source-changed",
        ALPHA,
        re.sub(r"registry = \"[^\"]*\"", 'git = "https://x.example/a#' + "a" * 40 + '"', ALPHA),
    ),
    ("lock-downgraded", lock(package("alpha", "2.0")), lock(package("alpha", "1.9"))),
    ("lock-wheels-lost", ALPHA, lock(package("alpha", "1.1", wheels=WIDE[:2]), root("demo", ["alpha"]))),
    ("lock-became-sdist-only", ALPHA, lock(package("alpha", "1.1", wheels=()), root("demo", ["alpha"]))),
    ("lock-became-sdist-only", lock(root("demo")), lock(package("alpha", wheels=()), root("demo"))),
    ("lock-files-removed", ALPHA, lock(package("alpha", wheels=WIDE[:3]), root("demo", ["alpha"]))),
    ("lock-requires-python-changed", ALPHA, ALPHA.replace(">=3.11", ">=3.12")),
]


@pytest.mark.parametrize(("rule", "base", "head"), TAMPERED)
def test_a_change_that_matters_is_told(rule: str, base: str, head: str) -> None:
    assert rule in alarms(base, head)
    assert alarms(base, base) == alarms(head, head) == {}


def test_leaving_a_registry_for_a_repository_is_an_error() -> None:
    one, other = (parse_lock(text, "uv.lock") for text in TAMPERED[4][1:])
    (flaw,) = ALARMS["lock-source-changed"](Comparison(one, other, compare(one, other), LockView(Path())))
    assert flaw.severity is Severity.ERROR


def test_files_for_pythons_that_are_gone_are_no_alarm() -> None:
    head = lock(package("alpha", wheels=WIDE[2:]), root("demo", ["alpha"]), requires=">=3.12")
    assert [*alarms(ALPHA, head)] == ["lock-requires-python-changed"]


@pytest.mark.parametrize(
    ("policy", "broken"),
    [
        (Policy(deny=("Alpha",)), True),
        (Policy(allow=("beta",)), False),
        (Policy(max_jump="minor"), True),
        (Policy(max_jump="major"), False),
    ],
)
def test_policies_judge_what_changed(policy: Policy, broken: bool) -> None:
    found = alarms(lock(package("alpha", "1.0")), lock(package("alpha", "2.0")), policy)
    assert ("lock-policy-violated" in found) is broken


def test_an_upgrade_by_hand_of_the_version_alone_is_seen_in_its_files() -> None:
    text = (PROJECTS / "single" / "uv.lock").read_text()
    edited = re.sub(r'(name = "idna"\nversion = ")[^"]*', r"\g<1>9.9", text)
    found = changes(text, edited)
    assert (found["idna"].kind, found["idna"].direct) == ("upgraded", ("single",))


def test_a_cycle_of_packages_has_routes() -> None:
    looped = lock(
        package("alpha", needs=["beta"]), package("beta", needs=["alpha"]), root("demo", [edge("beta")[10:14]])
    )
    found = changes(lock(root("demo")), looped)
    assert found["alpha"].path == ("demo", "beta", "alpha")


def test_wheels_that_grew_are_measured() -> None:
    small = artifact("alpha-1.0-py3-none-any.whl")
    big = artifact("alpha-1.1-py3-none-any.whl").replace("size = 100", "size = 350")
    found = changes(lock(package("alpha", "1.0", files=[small])), lock(package("alpha", "1.1", files=[big])))
    assert found["alpha"].size_delta == 250


def test_places_are_lines_of_the_head_lock() -> None:
    head = BASE.replace('version = "1.2.3"', 'version = "1.2.4"').replace("beta-1.2.3", "beta-1.2.4")
    read: Lockfile = parse_lock(head, "uv.lock")
    assert read.text.split("\n")[changes(BASE, head)["beta"].line] == 'name = "beta"'


def test_an_edge_that_follows_its_package_is_noise() -> None:
    def text(version: str, named: str) -> str:
        user = package("user", needs=[edge("fork", version=named)])
        return lock(root("demo", ["user"]), package("fork", "1.0"), package("fork", version), user)

    found = changes(text("2.0", "2.0"), text("3.0", "3.0"))
    assert [(one.name, one.kind, one.noise) for one in found.values()] == [
        ("fork", "upgraded", False),
        ("user", "metadata", True),
    ]
    # The same versions, but another one is required: that is a change.
    assert not changes(text("2.0", "1.0"), text("2.0", "2.0"))["user"].noise
