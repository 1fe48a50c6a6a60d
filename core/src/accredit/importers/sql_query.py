"""An old database by its URL, with SQLAlchemy, for reading alone."""

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, ColumnClause, Connection, column, create_engine, inspect, make_url, select, table
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from accredit.errors import ConfigurationError

_AT_ONCE = 2000
_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
"""The driver for a URL that names none, where it is installed; else SQLAlchemy's own choice."""


class SqlQuery:
    """Read by a connection of SQLAlchemy's, a host's own one or that of `old_database`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def columns(self, name: str, /) -> frozenset[str]:
        """Return the names of a table's columns; none where there is no such table. `name` may begin with a schema."""
        schema, _, plain = name.rpartition(".")
        try:
            found = inspect(self._connection).get_columns(plain, schema=schema or None)
        except NoSuchTableError:
            return frozenset()
        return frozenset(one["name"] for one in found)

    def rows(self, name: str, columns: Sequence[str], /) -> Iterable[Sequence[object]]:
        """Return the values of those columns for each row, by order of the first of them."""
        schema, _, plain = name.rpartition(".")
        wanted: list[ColumnClause[Any]] = [column(one) for one in columns]
        chosen = select(*wanted).select_from(table(plain, *wanted, schema=schema or None)).order_by(wanted[0])
        with self._connection.execute(chosen, execution_options={"yield_per": _AT_ONCE}) as result:
            for row in result:
                yield tuple(row)


@contextmanager
def old_database(url: str) -> Iterator[SqlQuery]:
    """Open the database of a URL such as `postgresql://…` or `sqlite:///PATH`, for reading, in one transaction.

    Raises:
        ConfigurationError: it cannot be read; the message names it without its password.
    """
    address = _address_of(url)
    told = address.render_as_string(hide_password=True)
    try:
        engine = create_engine(address, poolclass=NullPool, hide_parameters=True)
        with engine.connect() as connection:
            _make_read_only(connection)
            yield SqlQuery(connection)
    except ModuleNotFoundError as exc:
        raise ConfigurationError(f"{told} needs the package {exc.name}: install it beside accredit") from None
    except SQLAlchemyError as exc:
        raise ConfigurationError(f"{told} cannot be read: {_cause_of(exc)}") from None


def _address_of(url: str) -> URL:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
        if backend == "postgres":  # as hosting services still write it
            address, backend = address.set(drivername="postgresql"), "postgresql"
        driver = _DRIVERS.get(address.drivername)
        if driver is not None and importlib.util.find_spec(driver) is not None:
            address = address.set(drivername=f"{backend}+{driver}")
        dialect = address.get_dialect()
    except (ArgumentError, NoSuchModuleError):  # its own text may quote the URL, and so a password
        raise ConfigurationError(
            "--from is no database URL, such as postgresql://user@host/name or sqlite:///PATH"
        ) from None
    if dialect.is_async:
        raise ConfigurationError(f"--from: {address.drivername} is a driver for asyncio; write {backend}:// instead")
    return _read_only_file(address) if backend == "sqlite" else address


def _read_only_file(address: URL) -> URL:
    """Make it a file that must be there: SQLite would make a missing one."""
    path = address.database
    if not path or path == ":memory:":
        raise ConfigurationError("--from: name the file, as in sqlite:///PATH")
    uri = (
        path if path.startswith("file:") else "file:" + path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    )
    return address.set(database=uri, query={"mode": "ro", "uri": "true"})


def _make_read_only(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _cause_of(exc: SQLAlchemyError) -> str:
    """Return what the driver says, in one line."""
    cause = getattr(exc, "orig", None) or exc
    return " ".join(str(cause).split()) or type(cause).__name__
