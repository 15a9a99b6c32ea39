"""Host names out of recorded DNS answers: which addresses they had, and which did not exist."""

import ipaddress
from collections.abc import Iterable

from tta_validate.recordings.fields import integer, items, mapping, text
from tta_validate.replay.mock import Entry

_A = 1


def recorded_names(entries: Iterable[Entry]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Returns the IPv4 address of each name, empty for one that has none or shares it, and the names that are none."""
    addresses: dict[str, str] = {}
    exist: dict[str, bool] = {}
    for entry in entries:
        request, response = mapping(entry.mock.spec.get("request")), mapping(entry.mock.spec.get("response"))
        name = text(request.get("name")).rstrip(".").lower()
        if not name:
            continue
        exist[name] = exist.get(name, False) or integer(response.get("rcode")) == 0
        found = [one for one in map(_address, items(response.get("answers"))) if one]
        if found and integer(request.get("qtype"), _A) == _A:
            addresses.setdefault(name, found[0])
    used = list(addresses.values())
    known = {name: addresses.get(name, "") for name, there in exist.items() if there}
    alone = {name: one if used.count(one) == 1 else "" for name, one in known.items()}
    return alone, tuple(name for name, there in exist.items() if not there)


def _address(answer: object) -> str:
    """Returns the address in a line of a zone file (``name ttl class type data``), empty for other types."""
    words = text(answer).split()
    if len(words) < 5 or words[3].upper() != "A":
        return ""
    try:
        return str(ipaddress.IPv4Address(words[4]))
    except ValueError:
        return ""
