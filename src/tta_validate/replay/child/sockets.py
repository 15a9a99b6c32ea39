"""Sends connections to recorded addresses to the parent's listeners, and resolves recorded names without DNS."""

from __future__ import annotations

import socket
from typing import Any


def install(routes: list[list[Any]], names: list[str]) -> None:
    """Patches ``socket``: each route is recorded host, recorded port, listener's host, listener's port."""
    table = {(str(host), int(port)): (str(to), int(at)) for host, port, to, at in routes}
    # A loopback address of its own keeps the name after it was resolved.
    addresses = {name: f"127.84.{number // 250}.{number % 250 + 1}" for number, name in enumerate(names)}
    for name, address in addresses.items():
        table.update({(address, port): to for (host, port), to in list(table.items()) if host == name})
    _names(addresses)
    _connections(table)


def _names(addresses: dict[str, str]) -> None:
    resolve, by_name = socket.getaddrinfo, socket.gethostbyname

    def known(host: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        return addresses.get(name.rstrip(".").lower(), host) if isinstance(name, str) else host

    def getaddrinfo(host: Any, port: Any, *args: Any, **keywords: Any) -> Any:
        return resolve(known(host), port, *args, **keywords)

    def gethostbyname(hostname: Any) -> str:
        return by_name(known(hostname))

    socket.getaddrinfo = getaddrinfo
    socket.gethostbyname = gethostbyname


def _connections(table: dict[tuple[str, int], tuple[str, int]]) -> None:
    kind: Any = socket.socket
    connect, connect_ex = kind.connect, kind.connect_ex

    def routed(address: Any) -> Any:
        # A path of a Unix socket is a text, and an address of IPv6 has four parts.
        return table.get(address[:2], address)

    def new_connect(self: Any, address: Any) -> Any:
        return connect(self, routed(address))

    def new_connect_ex(self: Any, address: Any) -> Any:
        return connect_ex(self, routed(address))

    kind.connect = new_connect
    kind.connect_ex = new_connect_ex
