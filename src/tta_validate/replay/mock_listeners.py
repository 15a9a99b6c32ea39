"""Runs the mock servers on a loop of their own and says how the app's connections get to them."""

import asyncio
import contextlib
import ipaddress
import re
import urllib.parse
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import cast

from tta_validate.plugins import loaders
from tta_validate.recordings.model import Mock
from tta_validate.replay.loop_thread import LoopThread
from tta_validate.replay.mock import Ledger, Options, Server
from tta_validate.replay.mock_names import recorded_names
from tta_validate.replay.plan import Address, Wiring

HOST = "127.0.0.1"

_NAMES = {"localhost": ("localhost", "127.0.0.1", "::1")}


class Listeners(LoopThread):
    """The running servers of one test set. ``wiring`` says where connections go, ``errors`` are bugs of ours."""

    def __init__(self, ledger: Ledger, options: Options) -> None:
        self.errors: list[str] = []
        super().__init__("tta-replay-mocks")
        try:
            self.wiring = self.run(self._open(ledger, options))
        except BaseException:
            self.close()
            raise

    async def _open(self, ledger: Ledger, options: Options) -> Wiring:
        http: Address | None = None
        recorded: list[Address] = []
        routes: dict[Address, Address] = {}
        variables: dict[str, str] = {}
        services: dict[str, Address] = {}
        for name, kind in named_servers().items():
            server = kind(ledger, options)
            for origin in server.origins():
                to = await self._listen(server, origin, origin[1] if server.fixed_ports else 0)
                routes |= {(host, origin[1]): to for host in _NAMES.get(origin[0], (origin[0],))}
                if not server.hooked:
                    services.setdefault(name, to)
            if server.hooked:
                http = await self._listen(server, None, 0)
                recorded += server.origins()
                for variable, url in options.variables.items():
                    variables[variable] = await self._stand_in(server, url, routes)
        names = {host for host, _ in routes if host != "*" and not _is_address(host)}
        addresses, gone = recorded_names(ledger.of(("DNS",)))
        names |= {name for name, address in addresses.items() if not address}
        known = {name: address for name, address in addresses.items() if address}
        wiring = Wiring(http, tuple(recorded), _through(options), routes, tuple(sorted(names)), variables, services)
        return replace(wiring, addresses=known, gone=gone)

    async def _stand_in(self, server: Server, url: str, routes: dict[Address, Address]) -> str:
        parts = urllib.parse.urlsplit(url)
        origin = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if origin not in routes:
            routes[origin] = await self._listen(server, origin, 0)
        return parts._replace(scheme="http", netloc=f"{HOST}:{routes[origin][1]}").geturl()

    async def _listen(self, server: Server, origin: Address | None, port: int) -> Address:
        accept = partial(self._serve, server, origin)
        try:
            listener = await asyncio.start_server(accept, HOST, port, limit=1 << 20)
        except OSError:
            listener = await asyncio.start_server(accept, HOST, 0, limit=1 << 20)
        self.servers.append(listener)
        return HOST, listener.sockets[0].getsockname()[1]

    async def _serve(
        self,
        server: Server,
        origin: Address | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        try:
            await server.serve(reader, writer, origin)
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            self.errors.append(f"{type(server).__name__}: {type(error).__name__}: {error}")
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


def servers() -> list[type[Server]]:
    """Returns the server classes, built-in ones and those of plugins."""
    return list(named_servers().values())


def named_servers() -> dict[str, type[Server]]:
    """Returns the server classes by the names of their protocols."""
    return {name: cast("type[Server]", load()) for name, load in loaders("tta_validate_mocks").items()}


def known_kinds() -> set[str]:
    """Returns the kinds of mock that are used, in lower case: those of the servers, and DNS, which needs none."""
    return {kind.lower() for server in servers() for kind in server.kinds} | {"dns"}


def unsupported(mocks: Iterable[Mock]) -> dict[str, int]:
    """Returns the kinds of mock that no server answers, with how many mocks each has."""
    known = known_kinds()
    found: dict[str, int] = {}
    for mock in mocks:
        if mock.kind.lower() not in known:
            found[mock.kind] = found.get(mock.kind, 0) + 1
    return found


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _through(options: Options) -> tuple[Address, ...]:
    """Returns the bypass rules that need no look at the path: those connections are not even led to us."""
    found: list[Address] = []
    for rule in options.bypass:
        host, port = str(rule.get("host") or ""), str(rule.get("port") or "0")
        with contextlib.suppress(re.error):
            re.compile(host)
            if not rule.get("path") and (host or port != "0") and port.isdigit():
                found.append((host, int(port)))
    return tuple(found)
