"""Connections for commands: to SQLite or PostgreSQL, by a URL, for one piece of work.

The work is a function of SQLAlchemy's ordinary connections. PostgreSQL's driver is asynchronous; SQLAlchemy lets it be
waited for in the middle of such a function.
"""

import asyncio
import importlib.util
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from accredit._network import why_unreachable
from accredit.errors import ConfigurationError
from accredit.storage.schema.in_use import COMMAND
from accredit.storage.schema.tls import tls_trouble

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

_SQLITE = "sqlite:///"
_WRONG_PASSWORD = "28P01"  # noqa: S105 - PostgreSQL's code for it
_POSTGRESQL = ("postgresql://", "postgres://")


def path_of(url: str) -> Path | None:
    """Return the file of a SQLite database, None for PostgreSQL.

    Raises:
        ConfigurationError: it is neither. The message quotes nothing of it, which may be a password.
    """
    if url.startswith(_POSTGRESQL):
        return None
    if url.startswith(_SQLITE):
        return Path(url.removeprefix(_SQLITE))
    raise ConfigurationError("the database must be sqlite:///PATH or postgresql://USER@HOST/DATABASE")


def require_packages() -> None:
    """Pass where Alembic and SQLAlchemy are installed.

    Raises:
        ConfigurationError: they are not; the message says how to get them.
    """
    if not all(importlib.util.find_spec(name) for name in ("alembic", "sqlalchemy")):
        raise ConfigurationError('this takes Alembic and SQLAlchemy: pip install "accredit[sqlite]"')


def place_of(url: str) -> str:
    """Return what a database is called in front of people: its file, or its server and name, without a password."""
    path = path_of(url)
    if path is not None:
        return str(path)
    before, _, after = url.partition("://")[2].partition("?")
    if "@" in after and "@" not in before and ":" in before:  # then the question mark may be one of a password
        return "postgresql://…"
    return f"postgresql://{before.rpartition('@')[2]}"


def on_databases(work: Callable[..., T], *urls: str) -> T:
    """Run work with a connection to each of the databases, and return what it returns. It commits by itself.

    Raises:
        ConfigurationError: a package is missing, or a database cannot be reached; the message quotes no password.
    """
    require_packages()
    is_here = all(path_of(url) is not None for url in urls)
    if not is_here and not all(importlib.util.find_spec(name) for name in ("asyncpg", "greenlet")):
        raise ConfigurationError('PostgreSQL takes asyncpg and SQLAlchemy: pip install "accredit[postgres]"')
    from sqlalchemy.exc import DBAPIError

    try:
        return _here(work, [Path(url.removeprefix(_SQLITE)) for url in urls]) if is_here else _there(work, urls)
    except DBAPIError as exc:
        raise ConfigurationError(
            f"{' and '.join(map(place_of, urls))}: {said_by(exc)}{where_from(exc.orig)}"
        ) from None  # it may quote values


def said_by(exc: "DBAPIError") -> str:
    """Return what the database has said: the first line, since the others may quote values."""
    said = str(exc.orig).partition("\n")[0]
    return said.partition(">: ")[2] if said.startswith("<class ") else said


def where_from(exc: object) -> str:
    """Return what to add to a refused password: where it is looked for. Empty for any other error."""
    is_password = getattr(exc, "sqlstate", None) == _WRONG_PASSWORD
    return "; the password comes from the URL, PGPASSWORD or ~/.pgpass" if is_password else ""


def _why(exc: Exception, url: str) -> str:
    """Say why there is no connection, without quoting a URL: drivers do."""
    if trouble := tls_trouble(exc, url):
        return trouble
    if getattr(exc, "sqlstate", None):
        return f"{exc}{where_from(exc)}"
    if isinstance(exc, TimeoutError):
        return "no answer in time"
    if isinstance(exc, OSError):
        return why_unreachable(exc)
    if isinstance(exc, ValueError):
        if str(exc).startswith("`sslmode` parameter"):  # it names the modes, and nothing of the URL
            return str(exc)
        return "the URL cannot be read; in a password write %2F, %23, %40 and %25 for '/', '#', '@' and '%'"
    return type(exc).__name__


def sqlite_engine(path: Path) -> "Engine":
    """Return an engine whose transactions begin with the write lock and hold each statement, also of DDL."""
    import sqlalchemy

    # Left to itself the driver commits before each DDL statement; a migration must be all or nothing.
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("sqlite", database=str(path)), connect_args={"isolation_level": None}
    )
    sqlalchemy.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _here(work: Callable[..., T], paths: "list[Path]", *opened: "Connection") -> T:
    if not paths:
        return work(*opened)
    engine = sqlite_engine(paths[0])
    try:
        with engine.connect() as connection:
            return _here(work, paths[1:], *opened, connection)
    finally:
        engine.dispose()


def _there(work: Callable[..., T], urls: "tuple[str, ...]") -> T:
    """Run it. Who interrupts it has the connections cut: the server undoes what was not committed.

    The driver does not end for a cancellation alone: it waits for the answer to what it has sent.
    """
    from sqlalchemy.util import greenlet_spawn

    async def run() -> T:
        async with AsyncExitStack() as stack:
            opened = [await _opened(url, stack) for url in urls]
            there = [one for one in opened if one.dialect.name == "postgresql"]
            drivers: list[Any] = [one.connection.driver_connection for one in there]
            working = asyncio.ensure_future(greenlet_spawn(work, *opened))
            try:
                return await asyncio.shield(working)
            except asyncio.CancelledError:  # somebody presses Ctrl-C
                for driver in drivers:
                    driver.terminate()
                working.cancel()  # nobody else wakes a batch that waits for the socket to take more
                await asyncio.gather(working, return_exceptions=True)
                for one in there:
                    one.invalidate()  # it is asked for nothing any more
                raise

    return asyncio.run(run())


async def _opened(url: str, stack: AsyncExitStack) -> "Connection":
    path = path_of(url)
    if path is not None:
        engine = sqlite_engine(path)
        stack.callback(engine.dispose)
        return stack.enter_context(engine.connect())
    import asyncpg
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    several: dict[str, Any] = {} if "target_session_attrs" in url else {"target_session_attrs": "read-write"}
    connect = partial(asyncpg.connect, url, server_settings={"application_name": COMMAND}, **several)
    there = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    stack.push_async_callback(there.dispose)
    try:
        connection = await stack.enter_async_context(there.connect())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as exc:
        raise ConfigurationError(
            f"{place_of(url)} cannot be reached: {_why(exc, url)}"
        ) from None  # the cause may quote it
    found = connection.sync_connection
    assert found is not None  # noqa: S101 - it was just opened
    return found
