"""Environment markers for sets of platforms.

A platform is ``linux``, ``darwin`` or ``win32``, with ``-`` and a machine where the machine matters.
"""

from collections.abc import Collection, Sequence


def marker(platforms: Collection[str], everywhere: Sequence[str]) -> str:
    """Returns the marker that holds on some of the platforms ``everywhere``, empty where it is all of them."""
    wanted = [platform for platform in everywhere if platform in platforms]
    others = [platform for platform in everywhere if platform not in platforms]
    if not others:
        return ""
    systems = list(dict.fromkeys(platform.partition("-")[0] for platform in everywhere))
    whole = [one for one in systems if not any(other.partition("-")[0] == one for other in others)]
    missing = {other.partition("-")[0] for other in others}
    if len(missing) == 1 and len(systems) - len(missing) > 1 and len(whole) == len(systems) - 1:
        absent = next(iter(missing))
        parts = [one for one in wanted if one.partition("-")[0] == absent]
        if not parts:
            return f"sys_platform != '{absent}'"
    alternatives = [f"sys_platform == '{one}'" for one in whole]
    alternatives += [_single(one) for one in wanted if one.partition("-")[0] not in whole]
    return " or ".join(alternatives)


def environments(everywhere: Sequence[str]) -> tuple[str, ...]:
    """Returns what `tool.uv.environments` says of the platforms."""
    return tuple(dict.fromkeys(_single(platform) for platform in everywhere))


def _single(platform: str) -> str:
    system, _, machine = platform.partition("-")
    text = f"sys_platform == '{system}'"
    return f"{text} and platform_machine == '{machine}'" if machine else text


def both(left: str, right: str) -> str:
    """Returns the marker that holds where both do; an empty one always holds."""
    if not left or not right:
        return left or right
    return " and ".join(f"({one})" if " or " in one else one for one in (left, right))


def with_marker(requirement: str, extra: str) -> str:
    """Returns a requirement that holds only where the marker does too."""
    if not extra:
        return requirement
    spec, semicolon, own = requirement.partition(" ; ")
    return f"{spec} ; {both(own.strip() if semicolon else '', extra)}"
