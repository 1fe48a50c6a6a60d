"""A transaction on SQLite: begun with its lock, ended by its own words, whatever the host's engine does by itself.

Neither SQLAlchemy nor the driver says `BEGIN IMMEDIATE`; a listener of the host's, or the driver's `autocommit=False`,
may have said `BEGIN` before. A transaction that reads first and locks later fails where another one writes meanwhile.
"""

from typing import Any

from sqlalchemy import Connection, Pool, StaticPool

_FULL = 2
_SYNCHRONOUS = "accredit_synchronous"
"""In `Connection.info`: what the connection's `PRAGMA synchronous` was made with."""
_JOINED = "accredit_joined"
"""In `Connection.info`: the transaction is the host's."""


def is_shared(pool: Pool) -> bool:
    """Tell whether there is one connection for everybody, as for a database in memory."""
    return isinstance(pool, StaticPool)


def begin(connection: Connection) -> None:
    """Begin a transaction that may write. On a connection that all share, it is part of the host's, where that is open.

    What is written is durable at its end (`synchronous` at least `FULL`).
    """
    if not connection.in_transaction():
        connection.begin()  # a listener may answer it with a statement
    info = connection.info
    info[_JOINED] = is_shared(connection.engine.pool) and _driver(connection).in_transaction
    if info[_JOINED]:
        connection.exec_driver_sql("SAVEPOINT accredit_joined")
        return
    if _driver(connection).in_transaction:
        connection.exec_driver_sql("ROLLBACK")
    if _SYNCHRONOUS not in info:
        info[_SYNCHRONOUS] = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    if info[_SYNCHRONOUS] < _FULL:
        connection.exec_driver_sql(f"PRAGMA synchronous = {_FULL}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def commit(connection: Connection) -> None:
    """Commit it."""
    connection.exec_driver_sql("RELEASE accredit_joined" if connection.info[_JOINED] else "COMMIT")
    _ended(connection)


def rollback(connection: Connection) -> None:
    """Undo it, as far as it has come."""
    if connection.invalidated or not _driver(connection).in_transaction:
        return
    if connection.info.get(_JOINED):
        connection.exec_driver_sql("ROLLBACK TO accredit_joined")
        connection.exec_driver_sql("RELEASE accredit_joined")
    else:
        connection.exec_driver_sql("ROLLBACK")
    _ended(connection)


def _ended(connection: Connection) -> None:
    if connection.info[_JOINED]:
        return
    if connection.info[_SYNCHRONOUS] < _FULL:  # the host's own transactions are as durable as he wants them
        connection.exec_driver_sql(f"PRAGMA synchronous = {int(connection.info[_SYNCHRONOUS])}")
    if getattr(_driver(connection), "autocommit", None) is False:
        connection.exec_driver_sql("BEGIN")  # such a driver counts on one that is always open


def _driver(connection: Connection) -> Any:
    """Return the connection of the standard library's driver; aiosqlite has one inside."""
    driver: Any = connection.connection.driver_connection
    return getattr(driver, "_conn", driver)
