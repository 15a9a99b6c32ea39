"""Leads the drivers of databases to the parent's listeners, whatever host and port the app's settings name.

Drivers in C open their connections themselves: what they are told to connect to is changed before they do. TLS is
switched off on the way, and passwords are not asked for.
"""

from __future__ import annotations

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_services: dict[str, tuple[str, int]] = {}
_control: list[tuple[str, int]] = []
_relays: dict[tuple[str, str, int], tuple[str, int]] = {}
_PORTS = {6379: "redis", 5432: "postgres", 3306: "mysql", 27017: "mongo"}


def configure(services: dict[str, list[Any]], control: list[Any] | None) -> None:
    """Keeps the listener of each protocol, or the address to ask for a relay while calls are recorded."""
    _services.update({name: (str(address[0]), int(address[1])) for name, address in services.items()})
    if control:
        _control.append((str(control[0]), int(control[1])))


def _led(name: str) -> bool:
    """Tells whether connections of a protocol go through the parent."""
    return bool(_control) or name in _services


def _listener(name: str, host: Any, port: Any) -> tuple[str, int]:
    """Returns where to connect to instead of an address."""
    if name in _services:
        return _services[name]
    key = (name, str(host or "localhost"), int(port or 0))
    if key not in _relays:
        import socket

        with socket.create_connection(_control[0]) as asking:
            asking.sendall("{} {} {}\n".format(*key).encode())
            told = asking.makefile("rb").readline().split()
        if len(told) != 1:
            raise ConnectionRefusedError("tta-validate: no relay to {1}:{2}".format(*key))
        _relays[key] = (_control[0][0], int(told[0]))
    return _relays[key]


def recorded_port(host: Any, port: Any) -> tuple[str, int] | None:
    """Returns the relay for a connection to the port that a database has by default, None for another port."""
    name = _PORTS.get(port) if isinstance(port, int) else None
    return _listener(name, host, port) if name and _control else None


def _redis(module: Any) -> None:
    if not _led("redis"):
        return
    tcp = module.Connection
    original = tcp.__init__

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        original(self, *args, **keywords)
        self.host, self.port = _listener("redis", self.host, self.port)

    tcp.__init__ = __init__
    # A connection in the clear in place of TLS; the names differ between redis.connection and redis.asyncio.connection.
    for name in ("_connect", "_connection_arguments"):
        if name in vars(module.SSLConnection) and hasattr(tcp, name):
            setattr(module.SSLConnection, name, getattr(tcp, name))


def _psycopg2(module: Any) -> None:
    if not _led("postgres"):
        return
    original = module._connect

    def connect(dsn: Any, *args: Any, **keywords: Any) -> Any:
        asked = module.extensions.parse_dsn(dsn)
        host, port = _listener("postgres", asked.get("hostaddr") or asked.get("host"), asked.get("port") or 5432)
        led = module.extensions.make_dsn(dsn, host=host, port=port, sslmode="disable", gssencmode="disable")
        return original(_without_address(led), *args, **keywords)

    module._connect = connect


def _without_address(dsn: str) -> str:
    """``hostaddr`` would win over the host."""
    return " ".join(word for word in dsn.split(" ") if not word.startswith("hostaddr="))


def _psycopg(kind: str) -> Callable[[Any], None]:
    def patch(module: Any) -> None:
        if not _led("postgres"):
            return
        connection = getattr(module, kind)
        original = connection.connect.__func__

        def connect(cls: Any, conninfo: str = "", **keywords: Any) -> Any:
            asked = module.conninfo_to_dict(conninfo, **keywords)
            host, port = _listener("postgres", asked.get("hostaddr") or asked.get("host"), asked.get("port") or 5432)
            keywords.update(host=host, port=port, hostaddr=host, sslmode="disable", gssencmode="disable")
            return original(cls, conninfo, **keywords)

        connection.connect = classmethod(connect)

    return patch


def _asyncpg(module: Any) -> None:
    if not _led("postgres"):
        return
    original = module._parse_connect_arguments

    def parse(*args: Any, **keywords: Any) -> Any:
        found = list(original(*args, **keywords))
        first = found[0][0] if isinstance(found[0][0], (tuple, list)) else ("localhost", 5432)
        found[0] = [_listener("postgres", first[0], first[1])]
        if hasattr(found[1], "_replace") and hasattr(found[1], "ssl"):
            found[1] = found[1]._replace(ssl=None)
            if hasattr(found[1], "sslmode"):
                found[1] = found[1]._replace(sslmode=module.SSLMode.disable)
        return tuple(found)

    module._parse_connect_arguments = parse


_MYSQL_TLS = ("ssl", "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "unix_socket", "read_default_file")


def _mysqldb(module: Any) -> None:
    if not _led("mysql"):
        return
    original = module.Connection.__init__
    names = ("host", "user", "password", "database", "port", "unix_socket")

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        keywords.update(zip(names, args))
        keywords = {name: value for name, value in keywords.items() if name not in _MYSQL_TLS}
        host, port = _listener("mysql", keywords.get("host"), keywords.get("port") or 3306)
        keywords.update(host=host, port=port)
        original(self, **keywords)

    module.Connection.__init__ = __init__


def _mysql_connector(module: Any) -> None:
    if not _led("mysql"):
        return
    kind = module.MySQLConnectionAbstract
    original = kind.config

    def config(self: Any, **keywords: Any) -> None:
        original(self, **keywords)
        self._host, self._port = _listener("mysql", self._host, self._port)
        self._unix_socket, self._ssl_disabled = None, True

    kind.config = config


def _pymysql(module: Any) -> None:
    if not _led("mysql"):
        return
    original = module.Connection.__init__

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        # The address is needed when the connection opens, which __init__ does unless it is deferred.
        deferred = bool(keywords.pop("defer_connect", False))
        original(self, *args, defer_connect=True, **keywords)
        self.host, self.port = _listener("mysql", self.host, self.port)
        self.unix_socket, self.ssl = None, False
        if not deferred:
            self.connect()

    module.Connection.__init__ = __init__


def _aiomysql(module: Any) -> None:
    if not _led("mysql"):
        return
    original = module.Connection.__init__

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        original(self, *args, **{**keywords, "ssl": None})
        self._host, self._port = _listener("mysql", self._host, self._port)
        self._unix_socket = None

    module.Connection.__init__ = __init__


def _pymongo(module: Any) -> None:
    if not _led("mongo"):
        return
    original = module._create_connection if hasattr(module, "_create_connection") else None
    if original is None:
        return

    def create(address: Any, options: Any) -> Any:
        return original(_listener("mongo", address[0], address[1]), options)

    module._create_connection = create


def _pymongo_async(module: Any) -> None:
    _pymongo(module)
    original = getattr(module, "_async_create_connection", None)
    if not _led("mongo") or original is None:
        return

    def create(address: Any, options: Any) -> Any:
        return original(_listener("mongo", address[0], address[1]), options)

    module._async_create_connection = create


def _pymongo_tls(module: Any) -> None:
    def get_ssl_context(*_args: Any, **_keywords: Any) -> None:
        return None

    if _led("mongo"):
        module.get_ssl_context = get_ssl_context


def _pymongo_auth(module: Any) -> None:
    # A real server wants the real password.
    if "mongo" not in _services:
        return

    def authenticate(*_args: Any, **_keywords: Any) -> None:
        return None

    async def authenticate_async(*_args: Any, **_keywords: Any) -> None:
        return None

    module.authenticate = authenticate_async if ".asynchronous." in module.__name__ else authenticate


PATCHES: dict[str, Callable[[Any], None]] = {
    "redis.connection": _redis,
    "redis.asyncio.connection": _redis,
    "psycopg2": _psycopg2,
    "psycopg.connection": _psycopg("Connection"),
    "psycopg.connection_async": _psycopg("AsyncConnection"),
    "asyncpg.connect_utils": _asyncpg,
    "MySQLdb.connections": _mysqldb,
    "mysql.connector.abstracts": _mysql_connector,
    "pymysql.connections": _pymysql,
    "aiomysql.connection": _aiomysql,
    "pymongo.pool": _pymongo,
    "pymongo.pool_shared": _pymongo_async,
    "pymongo.ssl_support": _pymongo_tls,
    "pymongo.auth": _pymongo_auth,
    "pymongo.synchronous.auth": _pymongo_auth,
    "pymongo.asynchronous.auth": _pymongo_auth,
}
"""The modules that open connections to databases, and what changes in each."""
