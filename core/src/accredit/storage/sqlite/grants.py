"""What is done to grants, as functions of a connection."""

import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

from accredit.errors import ExchangeError, SubjectBlocked
from accredit.storage.grants import MOST_LIVE_GRANTS, Grant, Rotation, StoredGrant, within_leeway

_COLUMNS = tuple(field.name for field in fields(Grant))
_NAMES = ", ".join(_COLUMNS)
_row = attrgetter(*_COLUMNS, "subject")  # thirty times cheaper than `astuple`, which copies deeply
_owner = attrgetter("subject", "client_id")

_INSERT = (
    f"INSERT INTO grants ({_NAMES}) SELECT {', '.join('?' * len(_COLUMNS))}"  # noqa: S608 - field names
    " WHERE NOT EXISTS (SELECT 1 FROM subjects WHERE id = ? AND blocked)"  # blocked since it was looked up
)
_EVICT = (
    "DELETE FROM grants WHERE rowid IN (SELECT rowid FROM grants WHERE subject = ? AND client_id = ?"  # noqa: S608 - a constant
    f" AND replaced_at IS NULL AND NOT revoked ORDER BY issued_at DESC, rowid DESC LIMIT -1 OFFSET {MOST_LIVE_GRANTS})"
)
_FIND = f"SELECT {_NAMES}, replaced_at, revoked FROM grants WHERE token_hash = ?"  # noqa: S608 - field names
_STATE = (
    "SELECT client_id, subject, family, expires_at, replaced_at, revoked,"
    " EXISTS (SELECT 1 FROM subjects WHERE id = grants.subject AND blocked) FROM grants WHERE token_hash = ?"
)
_REVOKE_FAMILIES = (
    "UPDATE grants SET revoked = 1 WHERE family IN"
    " (SELECT family FROM grants WHERE subject = ? AND replaced_at IS NULL AND NOT revoked{})"
)


def insert(connection: sqlite3.Connection, grants: Sequence[Grant]) -> list[ExchangeError | None]:
    """Insert grants, but those of blocked subjects; return for each what keeps it out."""
    stored = connection.executemany(_INSERT, map(_row, grants)).rowcount
    connection.executemany(_EVICT, map(_owner, grants))
    if stored == len(grants):
        return [None] * len(grants)
    return [SubjectBlocked() if _is_blocked(connection, grant.subject) else None for grant in grants]


def find(connection: sqlite3.Connection, token_hash: str) -> StoredGrant | None:
    """Look one up."""
    for *columns, replaced_at, revoked in connection.execute(_FIND, (token_hash,)).fetchall():
        return StoredGrant(Grant(**dict(zip(_COLUMNS, columns, strict=True))), replaced_at, bool(revoked))
    return None


def rotate(connection: sqlite3.Connection, token_hash: str, successor: Grant, *, now: int, leeway_s: int) -> Rotation:
    """Replace one grant by another; see `GrantStore`."""
    row = connection.execute(_STATE, (token_hash,)).fetchone()
    if row is None:
        return Rotation.REFUSED
    *origin, expires_at, replaced_at, revoked, blocked = row
    family = origin[2]
    if origin != [successor.client_id, successor.subject, successor.family] or now >= expires_at or revoked or blocked:
        return Rotation.REFUSED
    if replaced_at is None:
        connection.execute("UPDATE grants SET replaced_at = ? WHERE token_hash = ?", (now, token_hash))
    elif not within_leeway(replaced_at, now=now, leeway_s=leeway_s):
        revoke_family(connection, family)
        return Rotation.REUSED
    elif not _lives(connection, family):
        return Rotation.REFUSED
    insert(connection, [successor])
    return Rotation.ROTATED


def revoke_family(connection: sqlite3.Connection, family: str) -> None:
    """Revoke one login's grants."""
    connection.execute("UPDATE grants SET revoked = 1 WHERE family = ?", (family,))


def revoke_subject(connection: sqlite3.Connection, subject: str) -> None:
    """Revoke one subject's grants."""
    # Families without a live grant need no mark: `rotate` lets nothing replaced come back there.
    connection.execute(_REVOKE_FAMILIES.format(""), (subject,))


def revoke_identity(connection: sqlite3.Connection, strategy: str, user_id: str, subject: str) -> None:
    """Revoke the grants that one identity's logins were given for a subject."""
    connection.execute(_REVOKE_FAMILIES.format(" AND strategy = ? AND user_id = ?"), (subject, strategy, user_id))


def prune(connection: sqlite3.Connection, most: int, now: float) -> None:
    """Delete at most `most` grants that have expired."""
    connection.execute(
        "DELETE FROM grants WHERE rowid IN (SELECT rowid FROM grants WHERE expires_at <= ? LIMIT ?)", (now, most)
    )


def _lives(connection: sqlite3.Connection, family: str) -> bool:
    live = "SELECT 1 FROM grants WHERE family = ? AND replaced_at IS NULL AND NOT revoked LIMIT 1"
    return connection.execute(live, (family,)).fetchone() is not None


def _is_blocked(connection: sqlite3.Connection, subject: str) -> bool:
    blocked = "SELECT 1 FROM subjects WHERE id = ? AND blocked"
    return connection.execute(blocked, (subject,)).fetchone() is not None
