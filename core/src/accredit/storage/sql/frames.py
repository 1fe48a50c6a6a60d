"""How a transaction begins and ends, as each database needs it, whatever the host's engine does by itself.

PostgreSQL and MariaDB: READ COMMITTED, so that each statement sees what others have done before it; locks do the rest.
SQLite: one writer at a time.
"""

from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from accredit.storage.sql import locks, sqlite

_SYNCHRONOUS = "accredit_synchronous"
"""In `Connection.info`: PostgreSQL's `synchronous_commit`, as the connection has it."""

# Serialization failure, deadlock, lock not available. Source: PostgreSQL, appendix A; MariaDB error codes.
_PASSING_STATES = ("40001", "40P01", "55P03")
_PASSING_NUMBERS = (1205, 1213)


class Frame(Protocol):
    """The beginning and the end of a transaction."""

    def begin(self, connection: Connection, keys: tuple[str, ...]) -> None:
        """Begin one, which is durable when its commit returns, and take these names."""

    def take(self, connection: Connection, keys: tuple[str, ...]) -> None:
        """Wait until nobody else has one of these names (`locks`)."""

    def commit(self, connection: Connection) -> None:
        """Commit it. Where the connection breaks meanwhile, `connection_invalidated` is set in the error."""

    def undo(self, connection: Connection) -> None:
        """Undo it, as far as it has come."""

    def let_others_in(self, connection: Connection) -> None:
        """Let go of the names after the commit. Raises nothing: what is committed fails nobody, and runs once."""

    def is_passing(self, exc: DBAPIError) -> bool:
        """Tell whether an error comes of somebody else's transaction: the next attempt finds what that has left."""

    def is_stuck(self, exc: BaseException) -> bool:
        """Tell whether somebody else holds a lock, so that each piece of a batch should wait for itself alone."""


class ByDialect:
    """On a host's engine, whose database says how."""

    def begin(self, connection: Connection, keys: tuple[str, ...]) -> None:
        """Say what the engine does not say by itself; where it says enough, the first statement begins it."""
        if connection.dialect.name == "sqlite":
            sqlite.begin(connection)
        elif connection.dialect.name == "postgresql":
            _be_durable(connection)
        self.take(connection, keys)

    def take(self, connection: Connection, keys: tuple[str, ...]) -> None:
        """Lock the names."""
        locks.take(connection, keys)

    def commit(self, connection: Connection) -> None:
        """Commit it."""
        if connection.dialect.name == "sqlite":
            sqlite.commit(connection)
        else:
            connection.commit()

    def undo(self, connection: Connection) -> None:
        """Undo it."""
        if connection.dialect.name == "sqlite":
            sqlite.rollback(connection)
            return
        connection.rollback()
        if not connection.invalidated:  # else the server has let go of everything by itself
            locks.release(connection)

    def let_others_in(self, connection: Connection) -> None:
        """Release the names."""
        try:
            locks.release(connection)
        except DBAPIError:
            connection.invalidate()  # the server lets go of them with the connection

    def is_passing(self, exc: DBAPIError) -> bool:
        """Tell whether it is worth another attempt."""
        return is_passing(exc)

    def is_stuck(self, exc: BaseException) -> bool:
        """Have everybody wait: a host decides for how long."""
        return False


BY_DIALECT = ByDialect()


def is_passing(exc: DBAPIError) -> bool:
    """Tell whether an error comes of somebody else's transaction, on any database."""
    if isinstance(exc, IntegrityError):
        return True
    cause: Any = exc.orig
    if getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return True
    return state_of(exc) in _PASSING_STATES or (bool(cause.args) and cause.args[0] in _PASSING_NUMBERS)


def state_of(exc: DBAPIError) -> str | None:
    """Return the SQLSTATE of an error, where the driver has one."""
    state = getattr(exc.orig, "sqlstate", None) or getattr(exc.orig, "pgcode", None)  # the latter in psycopg2
    return state if isinstance(state, str) else None


def _be_durable(connection: Connection) -> None:
    """Let this transaction be on disk when its commit returns, also where the host's own need not be."""
    info = connection.info
    if _SYNCHRONOUS not in info:
        info[_SYNCHRONOUS] = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    if info[_SYNCHRONOUS] == "off":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
