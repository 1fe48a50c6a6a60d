"""Who waits for whom: what is decided by rows that may not be there yet is locked by a name.

A transaction takes all its names at its beginning, in their order, so that no two wait for one another. PostgreSQL has
advisory locks that end with the transaction, MariaDB and MySQL named ones that end by hand (`release`); SQLite lets one
write at a time anyway.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, Select, bindparam, func, select, text
from sqlalchemy.sql.expression import TextClause

from accredit.errors import StorageFailed

_PATIENCE_S = 20
_TAKEN = "accredit_locks"
"""In `Connection.info`: the names that MariaDB must be told to release."""
_ADVISORY: TextClause = text("SELECT pg_advisory_xact_lock(name) FROM unnest(CAST(:names AS bigint[])) AS name")


def owner_key(subject: str, client_id: str) -> str:
    """Return the name for the sessions of one subject at one client, whose number is bounded."""
    return f"sessions\0{client_id}\0{subject}"


def identity_key(namespace: str, user_id: str) -> str:
    """Return the name for one identity."""
    return f"identity\0{namespace}\0{user_id}"


def subject_key(subject: str) -> str:
    """Return the name for one subject."""
    return f"subject\0{subject}"


def take(connection: Connection, keys: Iterable[str]) -> None:
    """Wait until nobody else has one of these names, and have them until the transaction ends.

    Raises:
        StorageFailed: others have one for too long.
    """
    if connection.dialect.name == "postgresql":
        numbers = numbers_of(keys)
        if numbers:
            connection.execute(_ADVISORY, {"names": numbers})
    elif connection.dialect.name in ("mysql", "mariadb"):
        names = sorted({f"accredit:{_digest(key).hex()[:40]}" for key in keys})
        if not names:
            return
        connection.info.setdefault(_TAKEN, []).extend(names)
        waits = (func.get_lock(bindparam(None, name), _PATIENCE_S) for name in names)
        if any(got != 1 for got in connection.execute(select(*waits)).one()):
            raise StorageFailed("a lock that another server holds was not free in time")


def numbers_of(keys: Iterable[str]) -> list[int]:
    """Return what PostgreSQL knows names by, in their order."""
    return sorted({int.from_bytes(_digest(key)[:8], "big", signed=True) for key in keys})


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def lock_owner(connection: Connection, subject: str, client_id: str) -> None:
    """Lock one owner's sessions amid a transaction. That can end in a deadlock, which is noticed and tried again."""
    take(connection, (owner_key(subject, client_id),))


def lock_rows(connection: Connection, rows: Select[tuple[int]]) -> None:
    """Lock rows that are there."""
    if connection.dialect.name != "sqlite":
        connection.execute(rows.with_for_update()).all()


def release(connection: Connection) -> None:
    """Let others have the names, after the end of the transaction."""
    names = connection.info.pop(_TAKEN, ())
    if names:
        connection.execute(select(*(func.release_lock(bindparam(None, name)) for name in names)))
        connection.rollback()  # that look has begun a transaction
