from tta_validate.findings import Severity
from tta_validate.metrics import NAMES, Goal, measure
from tta_validate.report import CallSiteEntry, GuardState, Metric, SuppressedFinding
from tta_validate.sites import GUARDS, State


def site(line: int, member: str | None = None, **guards: GuardState) -> CallSiteEntry:
    return CallSiteEntry(
        path="a.py", line=line, column=1, end_line=line, end_column=9, callee="client.create", kind="sdk",
        provider="openai", model=None, function=None, member=member,
        guards={name: guards.get(name, GuardState(state=State.NONE)) for name in GUARDS},
    )  # fmt: skip


def excused(line: int, rule: str) -> SuppressedFinding:
    return SuppressedFinding(
        rule=rule, severity=Severity.WARNING, message="", path="a.py", line=line, column=1, end_line=line, end_column=9,
        by="comment", reason="why",
    )  # fmt: skip


SITES = (
    site(1, retry=GuardState(state=State.EXPLICIT, primitive=True)),
    site(2, retry=GuardState(state=State.EXPLICIT)),
    site(3, retry=GuardState(state=State.MANUAL)),
    site(4, retry=GuardState(state=State.UNKNOWN)),
    site(5, retry=GuardState(state=State.NONE, applies=False)),
)


def no_target(key: str, member: str | None) -> Goal:
    del key, member
    return Goal()


def test_counts_the_states_of_the_sites_that_the_guard_applies_to() -> None:
    (metric,) = measure(SITES, (), ("adoption-retry",), lambda key, member: Goal(60))
    assert metric == Metric(
        name="adoption-retry", member=None, value=66.7, target=60, met=True, numerator=2, denominator=3, unknown=1,
        counts={"primitive": 1, "explicit": 2, "manual": 1, "none": 0, "unknown": 1},
    )  # fmt: skip


def test_by_primitive_counts_only_what_a_primitive_gives() -> None:
    (metric,) = measure(SITES, (), ("adoption-retry-by-primitive",), lambda key, member: Goal(60))
    assert (metric.numerator, metric.denominator, metric.value, metric.met) == (1, 3, 33.3, False)


def test_a_suppressed_finding_does_not_miss_the_target() -> None:
    for rule in ("adoption-no-retry", "adoption-manual-retry"):
        (metric,) = measure(SITES, [excused(3, rule)], ("adoption-retry",), lambda key, member: Goal(100))
        assert (metric.value, metric.excused, metric.met) == (66.7, 1, True)
    (other,) = measure(SITES, [excused(3, "adoption-no-cache")], ("adoption-retry",), lambda key, member: Goal(100))
    assert other.met is False


def test_a_part_of_the_project_meets_and_misses_nothing() -> None:
    (metric,) = measure(SITES, (), ("adoption-retry",), lambda key, member: Goal(100), whole=False)
    assert (metric.value, metric.target, metric.met) == (66.7, 100, None)


def test_a_best_value_is_not_reached_by_what_a_baseline_knows() -> None:
    for by, met in (("comment", True), ("config", True), ("baseline", False), ("since", False)):
        silenced = excused(3, "adoption-no-retry").model_copy(update={"by": by})
        (metric,) = measure(SITES, [silenced], ("adoption-retry",), lambda key, member: Goal(100, best=80))
        assert (metric.excused, metric.best, metric.met) == (1, 80, met)


def test_without_a_call_site_nothing_is_met_or_missed() -> None:
    (metric,) = measure((), (), ("adoption-retry",), lambda key, member: Goal(100))
    assert (metric.value, metric.met, metric.denominator) == (None, None, 0)


def test_without_a_target_nothing_is_met_or_missed() -> None:
    (metric,) = measure(SITES, (), ("adoption-retry",), no_target)
    assert (metric.value, metric.met) == (66.7, None)


def test_the_project_comes_first_and_then_each_member_with_sites() -> None:
    sites = (site(1, "b"), site(2, "a"), site(3))
    found = measure(sites, (), ("adoption-cache", "adoption-timeout"), no_target)
    assert [(metric.member, metric.name, metric.denominator) for metric in found] == [
        (None, "adoption-timeout", 3), (None, "adoption-cache", 3),
        ("a", "adoption-timeout", 1), ("a", "adoption-cache", 1),
        ("b", "adoption-timeout", 1), ("b", "adoption-cache", 1),
    ]  # fmt: skip


def test_every_name_has_a_target_in_the_configuration() -> None:
    from tta_validate.config import Config

    for name in NAMES:
        Config().target(name.removeprefix("adoption-"), None)


def test_the_only_member_repeats_nothing_but_a_target_of_its_own() -> None:
    sites = (site(1, "app"), site(2, "app"))
    targets: dict[tuple[str, str | None], float] = {("retry", None): 50, ("retry", "app"): 70}
    found = measure(
        sites, (), ("adoption-retry", "adoption-cache"), lambda key, member: Goal(targets.get((key, member)))
    )
    assert [(metric.member, metric.name, metric.target) for metric in found] == [
        (None, "adoption-retry", 50),
        (None, "adoption-cache", None),
        ("app", "adoption-retry", 70),
    ]
