"""One transaction of the writer."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block writes, all or nothing."""
    try:
        if connection.in_transaction:  # an earlier roll-back has failed
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except Exception:
        with suppress(sqlite3.Error):
            connection.rollback()
        raise
