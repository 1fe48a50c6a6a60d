"""One transaction: begun as it must be on each database, whatever the host's engine does, and tried again.

PostgreSQL and MariaDB: READ COMMITTED, so that each statement sees what others have done before it; locks do the rest.
SQLite: `BEGIN IMMEDIATE`, which neither the driver nor SQLAlchemy says by itself, and `synchronous` at least `FULL`.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from accredit.errors import StorageFailed
from accredit.storage.sql import locks

T = TypeVar("T")

# Without a pause between: the one who was in the way has ended, or the database itself has waited for long.
ATTEMPTS = 6
_FULL = 2
_SYNCHRONOUS = "accredit_synchronous"
"""In `Connection.info`: what the connection's `PRAGMA synchronous` was made with."""

# Serialization failure, deadlock, lock not available. Source: PostgreSQL, appendix A; MariaDB error codes.
_PASSING_STATES = ("40001", "40P01", "55P03")
_PASSING_NUMBERS = (1205, 1213)


def for_writes(engine: Engine) -> Engine:
    """Return the same engine, whose connections are ready for `transact`."""
    level = "AUTOCOMMIT" if engine.dialect.name == "sqlite" else "READ COMMITTED"
    return engine.execution_options(isolation_level=level)


def for_reads(engine: Engine) -> Engine:
    """Return the same engine for single statements: without a transaction, where that saves a trip."""
    if engine.dialect.name in ("sqlite", "postgresql"):
        return engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine


def transact(connection: Connection, work: Callable[[Connection], T], keys: Iterable[str] = ()) -> T:
    """Run work in one transaction; return after its commit. It is run again where others were in its way."""
    taken = tuple(keys)
    for _ in range(ATTEMPTS - 1):
        try:
            return _once(connection, work, taken)
        except DBAPIError as exc:
            if not (is_passing(exc) or exc.connection_invalidated):
                raise
    return _once(connection, work, taken)


def read(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Run a look-up; once more where the connection was a dead one, or another one writes."""
    try:
        return work(connection)
    except DBAPIError as exc:
        if not (is_passing(exc) or exc.connection_invalidated):
            raise
        connection.rollback()
        return work(connection)


def is_passing(exc: DBAPIError) -> bool:
    """Tell whether an error comes of somebody else's transaction: the next attempt finds what that one has left."""
    if isinstance(exc, IntegrityError):
        return True
    cause: Any = exc.orig
    if getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return True
    numbers = getattr(cause, "args", ())[:1]
    return getattr(cause, "sqlstate", None) in _PASSING_STATES or numbers in [(one,) for one in _PASSING_NUMBERS]


def _once(connection: Connection, work: Callable[[Connection], T], keys: tuple[str, ...]) -> T:
    on_sqlite = connection.dialect.name == "sqlite"
    try:
        if on_sqlite:
            _begin_immediate(connection)
        locks.take(connection, keys)
        result = work(connection)
    except BaseException:
        _undo(connection)
        raise
    try:
        if on_sqlite:
            connection.exec_driver_sql("COMMIT")
        connection.commit()
    except DBAPIError as exc:
        _undo(connection)
        if exc.connection_invalidated:  # whether it was committed nobody knows: not again
            raise StorageFailed("the connection broke while a transaction was committed") from exc
        raise
    _end(connection)
    return result


def _undo(connection: Connection) -> None:
    connection.rollback()
    if not connection.invalidated:  # else the server has let go of everything by itself
        _end(connection)


def _end(connection: Connection) -> None:
    locks.release(connection)
    if connection.info.get(_SYNCHRONOUS, _FULL) < _FULL:
        connection.exec_driver_sql(f"PRAGMA synchronous = {int(connection.info[_SYNCHRONOUS])}")


def _begin_immediate(connection: Connection) -> None:
    """Lock at once: a transaction that reads first, as by default, fails where another one writes meanwhile."""
    driver: Any = connection.connection.driver_connection
    if driver.in_transaction:  # a listener of the host's has begun one
        connection.exec_driver_sql("ROLLBACK")
    info = connection.info
    if _SYNCHRONOUS not in info:
        info[_SYNCHRONOUS] = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    if info[_SYNCHRONOUS] < _FULL:
        connection.exec_driver_sql(f"PRAGMA synchronous = {_FULL}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
