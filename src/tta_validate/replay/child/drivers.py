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


def configure(services: dict[str, list[Any]]) -> None:
    """Keeps the listener of each protocol; to be called before the patches are applied."""
    _services.update({name: (str(address[0]), int(address[1])) for name, address in services.items()})


def _redis(module: Any) -> None:
    if "redis" not in _services:
        return
    host, port = _services["redis"]
    tcp = module.Connection
    original = tcp.__init__

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        original(self, *args, **keywords)
        self.host, self.port = host, port

    tcp.__init__ = __init__
    # A connection in the clear in place of TLS; the names differ between redis.connection and redis.asyncio.connection.
    for name in ("_connect", "_connection_arguments"):
        if name in vars(module.SSLConnection) and hasattr(tcp, name):
            setattr(module.SSLConnection, name, getattr(tcp, name))


def _psycopg2(module: Any) -> None:
    if "postgres" not in _services:
        return
    host, port = _services["postgres"]
    original = module._connect

    def connect(dsn: Any, *args: Any, **keywords: Any) -> Any:
        led = module.extensions.make_dsn(dsn, host=host, port=port, sslmode="disable", gssencmode="disable")
        return original(_without_address(led), *args, **keywords)

    module._connect = connect


def _without_address(dsn: str) -> str:
    """``hostaddr`` would win over the host."""
    return " ".join(word for word in dsn.split(" ") if not word.startswith("hostaddr="))


def _psycopg(kind: str) -> Callable[[Any], None]:
    def patch(module: Any) -> None:
        if "postgres" not in _services:
            return
        host, port = _services["postgres"]
        connection = getattr(module, kind)
        original = connection.connect.__func__

        def connect(cls: Any, conninfo: str = "", **keywords: Any) -> Any:
            keywords.update(host=host, port=port, hostaddr=host, sslmode="disable", gssencmode="disable")
            return original(cls, conninfo, **keywords)

        connection.connect = classmethod(connect)

    return patch


def _asyncpg(module: Any) -> None:
    if "postgres" not in _services:
        return
    address = _services["postgres"]
    original = module._parse_connect_arguments

    def parse(*args: Any, **keywords: Any) -> Any:
        found = list(original(*args, **keywords))
        found[0] = [address]
        if hasattr(found[1], "_replace") and hasattr(found[1], "ssl"):
            found[1] = found[1]._replace(ssl=None)
            if hasattr(found[1], "sslmode"):
                found[1] = found[1]._replace(sslmode=module.SSLMode.disable)
        return tuple(found)

    module._parse_connect_arguments = parse


_MYSQL_TLS = ("ssl", "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "unix_socket", "read_default_file")


def _mysqldb(module: Any) -> None:
    if "mysql" not in _services:
        return
    host, port = _services["mysql"]
    original = module.Connection.__init__
    names = ("host", "user", "password", "database", "port", "unix_socket")

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        keywords.update(zip(names, args))
        keywords = {name: value for name, value in keywords.items() if name not in _MYSQL_TLS}
        keywords.update(host=host, port=port)
        original(self, **keywords)

    module.Connection.__init__ = __init__


def _mysql_connector(module: Any) -> None:
    if "mysql" not in _services:
        return
    host, port = _services["mysql"]
    kind = module.MySQLConnectionAbstract
    original = kind.config

    def config(self: Any, **keywords: Any) -> None:
        original(self, **keywords)
        self._host, self._port, self._unix_socket, self._ssl_disabled = host, port, None, True

    kind.config = config


def _pymysql(module: Any) -> None:
    if "mysql" not in _services:
        return
    host, port = _services["mysql"]
    original = module.Connection.__init__

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        # The address is needed when the connection opens, which __init__ does unless it is deferred.
        deferred = bool(keywords.pop("defer_connect", False))
        original(self, *args, defer_connect=True, **keywords)
        self.host, self.port, self.unix_socket, self.ssl = host, port, None, False
        if not deferred:
            self.connect()

    module.Connection.__init__ = __init__


def _aiomysql(module: Any) -> None:
    if "mysql" not in _services:
        return
    host, port = _services["mysql"]
    original = module.Connection.__init__

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        original(self, *args, **{**keywords, "ssl": None})
        self._host, self._port, self._unix_socket = host, port, None

    module.Connection.__init__ = __init__


def _pymongo(module: Any) -> None:
    if "mongo" not in _services:
        return
    address = _services["mongo"]
    original = module._create_connection if hasattr(module, "_create_connection") else None
    if original is None:
        return

    def create(_address: Any, options: Any) -> Any:
        return original(address, options)

    module._create_connection = create


def _pymongo_async(module: Any) -> None:
    _pymongo(module)
    if "mongo" not in _services or not hasattr(module, "_async_create_connection"):
        return
    address = _services["mongo"]
    for name in ("_async_create_connection", "_configured_protocol_interface", "_configured_socket_interface"):
        if hasattr(module, name):
            setattr(module, name, _with_address(getattr(module, name), address))


def _with_address(original: Any, address: tuple[str, int]) -> Any:
    def led(_address: Any, *args: Any, **keywords: Any) -> Any:
        return original(address, *args, **keywords)

    return led


def _pymongo_tls(module: Any) -> None:
    def get_ssl_context(*_args: Any, **_keywords: Any) -> None:
        return None

    if "mongo" in _services:
        module.get_ssl_context = get_ssl_context


def _pymongo_auth(module: Any) -> None:
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
