"""One transaction: begun as it must be on each database, whatever the host's engine does, and tried again.

PostgreSQL and MariaDB: READ COMMITTED, so that each statement sees what others have done before it; locks do the rest.
SQLite: one writer at a time.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from accredit.errors import UnclearCommit
from accredit.storage.sql import locks, sqlite

T = TypeVar("T")

# Without a pause between: the one who was in the way has ended, or the database itself has waited for long.
ATTEMPTS = 6

_SYNCHRONOUS = "accredit_synchronous"
"""In `Connection.info`: PostgreSQL's `synchronous_commit`, as the connection has it."""

# Serialization failure, deadlock, lock not available. Source: PostgreSQL, appendix A; MariaDB error codes.
_PASSING_STATES = ("40001", "40P01", "55P03")
_PASSING_NUMBERS = (1205, 1213)


def for_writes(engine: Engine) -> Engine:
    """Return the same engine, whose connections are ready for `transact`."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="READ COMMITTED")


def for_reads(engine: Engine) -> Engine:
    """Return the same engine for single statements: on PostgreSQL without a transaction, which saves two trips."""
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else engine


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
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)  # the latter in psycopg2
    return state in _PASSING_STATES or (bool(cause.args) and cause.args[0] in _PASSING_NUMBERS)


def _once(connection: Connection, work: Callable[[Connection], T], keys: tuple[str, ...]) -> T:
    on_sqlite = connection.dialect.name == "sqlite"
    try:
        if on_sqlite:
            sqlite.begin(connection)
        elif connection.dialect.name == "postgresql":
            _be_durable(connection)
        locks.take(connection, keys)
        result = work(connection)
    except BaseException:
        _undo(connection)
        raise
    try:
        if on_sqlite:
            sqlite.commit(connection)
        else:
            connection.commit()
    except DBAPIError as exc:
        _undo(connection)
        if exc.connection_invalidated:  # whether it was committed nobody knows: not again
            raise UnclearCommit("the connection broke while a transaction was committed") from None
        raise
    _let_others_in(connection)
    return result


def _let_others_in(connection: Connection) -> None:
    """Release the locks. It is committed: whatever fails here fails nobody, and runs nothing again."""
    try:
        locks.release(connection)
    except DBAPIError:
        connection.invalidate()  # the server lets go of them with the connection


def _be_durable(connection: Connection) -> None:
    """Let this transaction be on disk when its commit returns, also where the host's own need not be."""
    info = connection.info
    if _SYNCHRONOUS not in info:
        info[_SYNCHRONOUS] = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    if info[_SYNCHRONOUS] == "off":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = on")


def _undo(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        sqlite.rollback(connection)
        return
    connection.rollback()
    if not connection.invalidated:  # else the server has let go of everything by itself
        locks.release(connection)
