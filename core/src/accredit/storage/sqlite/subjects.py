"""What is done to subjects, identities and single-use identifiers, as functions of a connection."""

import sqlite3

from accredit.storage.sqlite.grants import revoke_identity, revoke_subject
from accredit.storage.subjects import StoredSubject, default_subject

_SUBJECT_OF = (
    "SELECT identities.subject, coalesce(subjects.blocked, 0), identities.unlinked FROM identities"
    " LEFT JOIN subjects ON subjects.id = identities.subject WHERE strategy = ? AND user_id = ?"
)
_FIRST_USE = (
    "INSERT INTO used_ids (jti, expires_at) VALUES (?, ?)"
    " ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= ?"
)


def subject_of(connection: sqlite3.Connection, strategy: str, user_id: str) -> StoredSubject | None:
    """Look up an identity."""
    for subject, blocked, unlinked in connection.execute(_SUBJECT_OF, (strategy, user_id)).fetchall():
        return StoredSubject(subject, bool(blocked), bool(unlinked))
    return None


def get(connection: sqlite3.Connection, subject: str) -> StoredSubject | None:
    """Look up a subject."""
    for (blocked,) in connection.execute("SELECT blocked FROM subjects WHERE id = ?", (subject,)).fetchall():
        return StoredSubject(subject, bool(blocked))
    return None


def create(connection: sqlite3.Connection, strategy: str, user_id: str, subject: str, now: int) -> StoredSubject:
    """Enter an identity, unless it is there."""
    found = subject_of(connection, strategy, user_id)
    if found is not None:
        return found
    _enter(connection, strategy, user_id, subject, now)
    return get(connection, subject) or StoredSubject(subject)


def link(connection: sqlite3.Connection, strategy: str, user_id: str, subject: str, now: int) -> bool:
    """Enter an identity, unless it is another subject's."""
    found = subject_of(connection, strategy, user_id)
    if found is not None and not found.unlinked:
        return found.id == subject
    _enter(connection, strategy, user_id, subject, now)
    return True


def unlink(connection: sqlite3.Connection, strategy: str, user_id: str, now: int) -> None:
    """Take an identity off its subject."""
    default = default_subject(strategy, user_id)
    # A row that stays: without it the identity would be back under its default subject at the next login.
    connection.execute(
        "INSERT INTO identities (strategy, user_id, subject, unlinked, linked_at) VALUES (?, ?, ?, 1, ?)"
        " ON CONFLICT (strategy, user_id) DO UPDATE SET unlinked = 1",
        (strategy, user_id, default, now),
    )
    found = subject_of(connection, strategy, user_id)
    for subject in {default, default if found is None else found.id}:
        revoke_identity(connection, strategy, user_id, subject)


def identities(connection: sqlite3.Connection, subject: str) -> tuple[tuple[str, str], ...]:
    """List a subject's identities."""
    return tuple(
        connection.execute(
            "SELECT strategy, user_id FROM identities WHERE subject = ? AND NOT unlinked ORDER BY linked_at, rowid",
            (subject,),
        ).fetchall()
    )


def set_blocked(connection: sqlite3.Connection, subject: str, now: int, *, blocked: bool) -> None:
    """Block a subject, or let it in again."""
    connection.execute(
        "INSERT INTO subjects (id, blocked, created_at) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET blocked = excluded.blocked",
        (subject, blocked, now),
    )
    if blocked:
        revoke_subject(connection, subject)


def first_use(connection: sqlite3.Connection, jti: str, expires_at: int, now: float) -> bool:
    """Remember an identifier."""
    return connection.execute(_FIRST_USE, (jti, expires_at, now)).rowcount == 1


def prune(connection: sqlite3.Connection, most: int, now: float) -> None:
    """Delete at most `most` identifiers that have expired."""
    connection.execute(
        "DELETE FROM used_ids WHERE rowid IN (SELECT rowid FROM used_ids WHERE expires_at <= ? LIMIT ?)", (now, most)
    )


def _enter(connection: sqlite3.Connection, strategy: str, user_id: str, subject: str, now: int) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO identities (strategy, user_id, subject, unlinked, linked_at) VALUES (?, ?, ?, 0, ?)",
        (strategy, user_id, subject, now),
    )
    connection.execute(
        "INSERT INTO subjects (id, blocked, created_at) VALUES (?, 0, ?) ON CONFLICT (id) DO NOTHING", (subject, now)
    )
