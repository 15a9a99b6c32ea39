"""What to ask `fix` for where a call site lacks a guard, by the style of the project."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from tta_validate.findings import FixRequest
from tta_validate.project import Project, normalised
from tta_validate.sites import CallSite, Slot

_IMPORTS = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+(ttadev|tta_dev_primitives|tta_dev_integrations|observability_integration)\b",
    re.MULTILINE,
)
_TENACITY = re.compile(r"^[ \t]*(?:from|import)[ \t]+tenacity\b", re.MULTILINE)


def missing(project: Project, site: CallSite, guard: str) -> FixRequest | None:
    """Returns what gives a call site a guard that it lacks, the ways in the order of the style, None without any."""
    if guard == "cache":
        return _cached(project)
    ways = {
        "keywords": keyword(project, site, guard),
        "primitives": _primitive(project, site, guard),
        "tenacity": _tenacity(project, site) if guard == "retry" else None,
    }
    return _first(ways[style] for style in _styles(project, site))


def looped(project: Project, site: CallSite) -> FixRequest | None:
    """Returns what takes the place of a retry loop made by hand."""
    slots = site.slots.get("retry", ())
    ways = {
        "keywords": _request("retry-loop", style="keyword", slots=_told(slots, "")) if slots else None,
        "primitives": _request("retry-loop", style="primitive", module=module_of(project)),
        "tenacity": _request("retry-loop", style="tenacity"),
    }
    return _first(ways[style] for style in _styles(project, site, by_hand=True))


def waited(project: Project, site: CallSite) -> FixRequest | None:
    """Returns what puts a TimeoutPrimitive in the place of the `asyncio.wait_for` that bounds a call."""
    if site.guards["timeout"].by != "asyncio.wait_for":
        return None
    return _request("wait-for", module=module_of(project))


def module_of(project: Project) -> str:
    """Returns the module to import primitives from: that of the package that the project depends on."""
    packages = [normalised(name) for name in project.config.primitives_packages]
    used = [name for name in packages if any(name in member.dependencies for member in project.members)]
    name = next((name for name in used if "primitives" in name), used[0] if used else "tta-dev-primitives")
    return "ttadev.primitives" if name in ("ttadev", "tta-dev") else name.replace("-", "_")


def _styles(project: Project, site: CallSite, *, by_hand: bool = False) -> Iterable[str]:
    """Returns the ways to try, in order; ``by_hand``: something is there already, that a library has to replace."""
    chosen = project.config.fix.style
    if chosen != "auto":
        return (chosen,)
    text = project.began.setdefault(site.path, project.text(site.path)) or ""
    first = ["primitives"] if _IMPORTS.search(text) else ["tenacity"] if by_hand and _TENACITY.search(text) else []
    depends = ["tenacity"] if any("tenacity" in member.dependencies for member in project.members) else []
    rest = ["primitives"] if project.uses_primitives else []
    order = [*first, *depends, *rest, "keywords"] if by_hand else [*first, "keywords", *rest, *depends]
    return dict.fromkeys(order)


def _first(ways: Iterable[FixRequest | None]) -> FixRequest | None:
    """Returns the first way, the others in their order for where it cannot be gone."""
    first: FixRequest | None = None
    for way in reversed([way for way in ways if way is not None]):
        first = replace(way, otherwise=first)
    return first


def keyword(project: Project, site: CallSite, guard: str) -> FixRequest | None:
    """Returns what gives a call or its client the library's own keyword; None where it has none to be written."""
    slots = site.slots.get(guard, ())
    if not slots:
        return None
    fix = project.config.fix
    value = f"{fix.timeout:g}" if guard == "timeout" else str(fix.retries)
    return _request("keyword", safe=True, slots=_told(slots, value))


def _told(slots: Iterable[Slot], value: str) -> str:
    def number(slot: Slot) -> str:
        return f"{float(value) * 1000:g}" if slot.keyword.endswith("_ms") and value else value

    return json.dumps(
        [(one.path, one.line, one.column, one.end_line, one.end_column, one.keyword, number(one)) for one in slots]
    )


def _primitive(project: Project, site: CallSite, guard: str) -> FixRequest | None:
    fix = project.config.fix
    around = {
        "timeout": ("TimeoutPrimitive(", f", {fix.timeout:g})", ["TimeoutPrimitive"]),
        "retry": (
            "RetryPrimitive(",
            f", RetryStrategy(max_retries={fix.retries}))",
            ["RetryPrimitive", "RetryStrategy"],
        ),
        "route": ("FallbackPrimitive(", ")", ["FallbackPrimitive"]),
    }
    before, after, names = around[guard]
    data = {"before": before, "after": after, "names": json.dumps(names), "module": module_of(project)}
    data["order"] = "0" if guard == "timeout" else "1"
    if site.kind == "primitive":
        data["primitive"] = "yes"
    if guard == "route":
        if fix.fallback_model is None or site.kind == "primitive":
            return None
        data["model"] = fix.fallback_model
    return FixRequest("primitive", data, safe=False)


def _tenacity(project: Project, site: CallSite) -> FixRequest | None:
    if site.stream:
        return None
    tries = project.config.fix.retries + 1
    wait = "wait=wait_exponential(max=30)"
    decorator = f"retry(stop=stop_after_attempt({tries}), {wait}, reraise=True)"
    names = json.dumps(["retry", "stop_after_attempt", "wait_exponential"])
    return _request("decorator", decorator=decorator, module="tenacity", names=names)


def _cached(project: Project) -> FixRequest | None:
    size = project.config.fix.cache_size
    names = json.dumps(["lru_cache"])
    return _request("decorator", decorator=f"lru_cache(maxsize={size})", module="functools", names=names, plain="yes")


def _request(edit: str, *, safe: bool = False, **data: str) -> FixRequest:
    return FixRequest(edit, data, safe)
