"""Sends connections to recorded addresses to the parent's listeners, and resolves recorded names without DNS."""

from __future__ import annotations

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_addresses: dict[str, str] = {}
_table: dict[tuple[str, int], tuple[str, int]] = {}


def configure(routes: list[list[Any]], names: list[str]) -> None:
    """Keeps the routes, each a recorded host and port with its listener's, and the names that need no DNS."""
    _table.update({(str(host), int(port)): (str(to), int(at)) for host, port, to, at in routes})
    # A loopback address of its own keeps the name after it was resolved.
    _addresses.update({name: f"127.84.{number // 250}.{number % 250 + 1}" for number, name in enumerate(names)})
    for (host, port), to in list(_table.items()):
        if host in _addresses:
            _table[_addresses[host], port] = to


def _known(host: Any) -> Any:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    return _addresses.get(name.rstrip(".").lower(), host) if isinstance(name, str) else host


def _routed(address: Any) -> Any:
    # A path of a Unix socket is a text, and an address of IPv6 has four parts.
    return _table.get(address[:2], address)


def _socket(module: Any) -> None:
    resolve, by_name = module.getaddrinfo, module.gethostbyname
    kind = module.socket
    connect, connect_ex = kind.connect, kind.connect_ex

    def getaddrinfo(host: Any, port: Any, *args: Any, **keywords: Any) -> Any:
        return resolve(_known(host), port, *args, **keywords)

    def gethostbyname(hostname: Any) -> str:
        return by_name(_known(hostname))

    def new_connect(self: Any, address: Any) -> Any:
        return connect(self, _routed(address))

    def new_connect_ex(self: Any, address: Any) -> Any:
        return connect_ex(self, _routed(address))

    module.getaddrinfo, module.gethostbyname = getaddrinfo, gethostbyname
    kind.connect, kind.connect_ex = new_connect, new_connect_ex


PATCHES: dict[str, Callable[[Any], None]] = {"socket": _socket}
"""Everything in Python that opens a connection goes through this module, but for uvloop."""
