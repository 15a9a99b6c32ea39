"""Sends connections to recorded addresses to the parent's listeners, and resolves recorded names without DNS."""

from __future__ import annotations

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_addresses: dict[str, str] = {}
_table: dict[tuple[str, int], tuple[str, int]] = {}


_gone: set[str] = set()
_ANYTHING = ("*", 0)
_NOWHERE = "127.85.0.1"
"""What a name is that nobody knows, where anything that is not the machine itself is answered."""


def configure(plan: dict[str, Any]) -> None:
    """Keeps the routes, each a recorded host and port with its listener's, and the names that need no DNS.

    The host ``*`` stands for every host that has no route of its own; with the port 0, for all of them but this one.
    """
    _table.update({(str(host), int(port)): (str(to), int(at)) for host, port, to, at in plan["routes"]})
    # A loopback address of its own keeps the name after it was resolved.
    _addresses.update({name: f"127.84.{number // 250}.{number % 250 + 1}" for number, name in enumerate(plan["names"])})
    _addresses.update(plan["addresses"])
    _gone.update(plan["gone"])
    for (host, port), to in list(_table.items()):
        if host in _addresses:
            _table[_addresses[host], port] = to


def record(relay: Callable[[Any, Any], Any]) -> None:
    """Leads connections to where a function says, which returns None for those that are left alone."""
    _recording.append(relay)


def _known(host: Any) -> Any:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    return _addresses.get(name.rstrip(".").lower(), host) if isinstance(name, str) else host


def _is_gone(host: Any) -> bool:
    return bool(_gone) and isinstance(host, str) and host.rstrip(".").lower() in _gone


def _any_host(port: Any) -> bool:
    try:
        return ("*", int(port)) in _table
    except (TypeError, ValueError):
        return False


def _is_here(host: Any) -> bool:
    """Tells whether an address is this machine's, but for the ones that stand for other hosts."""
    name = str(host)
    if name.startswith("127."):
        return not name.startswith(("127.84.", "127.85."))
    return name in ("", "localhost", "::1", "0.0.0.0", "::") or name.startswith("::ffff:127.")


def _routed(address: Any, family: int = 0) -> Any:
    # A path of a Unix socket is a text, and an address of IPv6 has four parts.
    if isinstance(address, (str, bytes)) or len(address) < 2:
        return address
    to = _table.get(address[:2]) or _table.get(("*", address[1]))
    if to is None and not _is_here(address[0]):
        to = _table.get(_ANYTHING)
    if to is None:
        return address
    return ("::ffff:" + to[0], to[1], 0, 0) if family == _family["6"] else to


_family = {"6": -1}
_recording: list[Callable[[Any, Any], Any]] = []


def _led(address: Any, family: int) -> Any:
    if not _recording or isinstance(address, (str, bytes)) or len(address) < 2:
        return _routed(address, family)
    relay = _recording[0](address[0], address[1])
    if relay is None:
        return address
    return ("::ffff:" + relay[0], relay[1], 0, 0) if family == _family["6"] else relay


def _socket(module: Any) -> None:
    resolve, by_name = module.getaddrinfo, module.gethostbyname
    kind = module.socket
    connect, connect_ex = kind.connect, kind.connect_ex
    _family["6"] = int(getattr(module, "AF_INET6", -1))

    def getaddrinfo(host: Any, port: Any, *args: Any, **keywords: Any) -> Any:
        known = _known(host)
        if known is host and _any_host(port):
            known = "127.0.0.1"
        if _is_gone(known):
            raise module.gaierror(module.EAI_NONAME, "Name or service not known")
        try:
            return resolve(known, port, *args, **keywords)
        except module.gaierror:
            if _ANYTHING not in _table:
                raise
            return resolve(_NOWHERE, port, *args, **keywords)

    def gethostbyname(hostname: Any) -> str:
        if _is_gone(hostname):
            raise module.gaierror(module.EAI_NONAME, "Name or service not known")
        return by_name(_known(hostname))

    def new_connect(self: Any, address: Any) -> Any:
        return connect(self, _led(address, self.family))

    def new_connect_ex(self: Any, address: Any) -> Any:
        return connect_ex(self, _led(address, self.family))

    module.getaddrinfo, module.gethostbyname = getaddrinfo, gethostbyname
    kind.connect, kind.connect_ex = new_connect, new_connect_ex


def _uvloop(module: Any) -> None:
    original = module.Loop.create_connection

    async def create_connection(self: Any, factory: Any, host: Any = None, port: Any = None, **keywords: Any) -> Any:
        if isinstance(host, str) and port is not None:
            host, port = _led((_known(host), int(port)), 0)[:2]
        return await original(self, factory, host, port, **keywords)

    module.Loop.create_connection = create_connection


PATCHES: dict[str, Callable[[Any], None]] = {"socket": _socket, "uvloop": _uvloop}
"""Everything in Python that opens a connection goes through these modules, but for drivers in C."""
