"""What is done to the signing keys, as functions of a connection. One row holds them all, sealed."""

import sqlite3

from accredit.storage.ports.keys import SealedKeys

_INSERT = "INSERT INTO signing_keys (id, version, sealed) VALUES ('signing', ?, ?) ON CONFLICT (id) DO NOTHING"
_UPDATE = "UPDATE signing_keys SET version = ?, sealed = ? WHERE id = 'signing' AND version = ?"


def version(connection: sqlite3.Connection) -> int:
    """Return the version, 0 where there are none."""
    row = connection.execute("SELECT version FROM signing_keys WHERE id = 'signing'").fetchone()
    return 0 if row is None else int(row[0])


def sealed(connection: sqlite3.Connection) -> SealedKeys | None:
    """Return what is kept."""
    row = connection.execute("SELECT version, sealed FROM signing_keys WHERE id = 'signing'").fetchone()
    return None if row is None else SealedKeys(*row)


def replace(connection: sqlite3.Connection, replacement: SealedKeys) -> bool:
    """Keep `replacement`, unless the version before it is gone."""
    if replacement.version == 1:
        return connection.execute(_INSERT, replacement).rowcount == 1
    return connection.execute(_UPDATE, (*replacement, replacement.version - 1)).rowcount == 1
