"""Sends connections to recorded addresses to the parent's listeners, and resolves recorded names without DNS."""

import socket
from typing import Any, Dict, List, Tuple


def install(routes: List[List[Any]], names: List[str]) -> None:
    """Patches ``socket``: each route is recorded host, recorded port, listener's host, listener's port."""
    table = {(str(host), int(port)): (str(to), int(at)) for host, port, to, at in routes}
    # A loopback address of its own keeps the name after it was resolved.
    addresses = {name: "127.84.%d.%d" % (number // 250, number % 250 + 1) for number, name in enumerate(names)}
    for name, address in addresses.items():
        table.update({(address, port): to for (host, port), to in list(table.items()) if host == name})
    _names(addresses)
    _connections(table)


def _names(addresses: Dict[str, str]) -> None:
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


def _connections(table: Dict[Tuple[str, int], Tuple[str, int]]) -> None:
    kind = socket.socket  # type: Any
    connect, connect_ex = kind.connect, kind.connect_ex

    def routed(address: Any) -> Any:
        if isinstance(address, tuple) and len(address) == 2:
            return table.get(address, address)
        return address

    def new_connect(self: Any, address: Any) -> Any:
        return connect(self, routed(address))

    def new_connect_ex(self: Any, address: Any) -> Any:
        return connect_ex(self, routed(address))

    kind.connect = new_connect
    kind.connect_ex = new_connect_ex
