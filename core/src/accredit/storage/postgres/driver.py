"""Statements that go round SQLAlchemy: compiled once, sent by the driver, with arrays for many values at once.

Amid a piece of work on a connection of SQLAlchemy's the driver is waited for as SQLAlchemy itself does, in a greenlet.
What goes wrong is raised as SQLAlchemy would, so that whoever looks at errors sees one kind.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects.postgresql import asyncpg as spoken
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.util import await_only

from accredit.storage.postgres.connector import Driver

T = TypeVar("T")
Rows = Sequence[Sequence[Any]]

_DIALECT = spoken.dialect()  # type: ignore[no-untyped-call]  # its class has no annotations
READ_ONLY = "25006"
"""The SQLSTATE of a server that takes no writes, as a primary that has become a standby."""
LOST = (OSError, asyncpg.InternalClientError)
"""What is raised where nobody knows what will still be answered: `TimeoutError` is of the first kind, the other one is
what the driver says of a message that it did not expect, as of a connection that is being ended."""
_INTEGRITY = "23"
"""The class of those SQLSTATEs."""


class Statement:
    """A statement of SQLAlchemy's, compiled once."""

    def __init__(self, clause: ClauseElement) -> None:
        compiled: Any = clause.compile(dialect=_DIALECT)
        self.text: str = compiled.string
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())

    def fetch(self, connection: Connection, values: dict[str, Any]) -> Rows:
        """Run it amid a piece of work; return its rows."""
        return fetch(connection, self.text, *(values[name] for name in self._names))

    async def ask(self, driver: Driver, values: dict[str, Any]) -> Rows:
        """Run it on a connection that nobody else uses now; return its rows."""
        return await ask(driver, self.text, *(values[name] for name in self._names))


def fetch(connection: Connection, text: str, *values: Any) -> Rows:
    """Run a statement amid a piece of work; return its rows."""
    return run(connection, lambda driver: ask(driver, text, *values))


async def ask(driver: Driver, text: str, *values: Any) -> Rows:
    """Run a statement on a connection that nobody else uses now; return its rows."""
    rows: Any = await driver.fetch(text, *values)  # a record is a sequence of any values, but not typed as one
    return cast("Rows", rows)


def run(connection: Connection, work: Callable[[Driver], Awaitable[T]]) -> T:
    """Let the driver do something amid a piece of work.

    Raises:
        DBAPIError: what the driver has raised; where the connection cannot be used any more, it is invalidated.
    """
    driver: Driver = connection.connection.driver_connection  # type: ignore[assignment]  # the dialect's
    try:
        return await_only(work(driver))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, *LOST) as exc:
        is_gone = driver.is_closed() or isinstance(exc, LOST) or getattr(exc, "sqlstate", None) == READ_ONLY
        if is_gone:
            cut(connection, driver)
        raise _as_sqlalchemy(exc, is_gone=is_gone) from exc
    except BaseException:  # cancelled: nobody knows what will still be answered
        cut(connection, driver)
        raise


def cut(connection: Connection, driver: Driver | None = None) -> None:
    """Give up a connection, without waiting for anybody."""
    if connection.invalidated or connection.closed:
        return
    (driver or connection.connection.driver_connection).terminate()  # type: ignore[union-attr]  # it has one
    connection.invalidate()


def _as_sqlalchemy(exc: Exception, *, is_gone: bool) -> DBAPIError:
    state = getattr(exc, "sqlstate", None) or ""
    kind = IntegrityError if state.startswith(_INTEGRITY) else OperationalError
    return kind("", None, exc, connection_invalidated=is_gone)
