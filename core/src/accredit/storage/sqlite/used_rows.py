"""What is done to identifiers that may be used once, as functions of a connection.

The rule `is_first_use` stands here again, in SQL: one statement, so that whoever is first needs no look before it.
"""

import sqlite3

from accredit.storage import rules

_FORGOTTEN = "forgotten"
"""The row of `used_ids` that says until when identifiers ended that are not kept any more."""
_FIRST_USE = (
    "INSERT INTO used_ids (jti, expires_at) SELECT ?, ?"
    " WHERE NOT EXISTS (SELECT 1 FROM used_ids WHERE jti = ? AND expires_at >= ?)"
    " ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= ?"
)


def first_use(connection: sqlite3.Connection, jti: str, expires_at: int, now: float) -> bool:
    """Remember an identifier."""
    return connection.execute(_FIRST_USE, (jti, expires_at, _FORGOTTEN, expires_at, now)).rowcount == 1


def prune(connection: sqlite3.Connection, most: int, now: float) -> int:
    """Delete at most `most` identifiers that have expired long ago, and note until when they ended; return how many."""
    old = "FROM used_ids WHERE expires_at <= ? AND jti <> ? ORDER BY expires_at LIMIT ?"
    which = (rules.kept_since(now), _FORGOTTEN, most)
    [(until,)] = connection.execute(f"SELECT max(expires_at) FROM (SELECT expires_at {old})", which)  # noqa: S608 - a constant
    if until is None:
        return 0
    connection.execute(
        "INSERT INTO used_ids (jti, expires_at) VALUES (?, ?)"
        " ON CONFLICT (jti) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)",
        (_FORGOTTEN, until),
    )
    return connection.execute(f"DELETE FROM used_ids WHERE rowid IN (SELECT rowid {old})", which).rowcount  # noqa: S608 - a constant
