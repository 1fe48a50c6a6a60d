"""What is done to subjects and identities, as functions of a connection."""

import sqlite3
from collections.abc import Callable

from accredit.storage import rules
from accredit.storage.ports.subjects import StoredSubject

Clock = Callable[[], float]
"""Read inside the transaction: what has waited for it must not look older than what came before it."""

_SUBJECT_OF = (
    "SELECT subject, coalesce(blocked, 0), unlinked, identities.version, coalesce(subjects.version, 0), outdated_at"
    " FROM identities LEFT JOIN subjects ON subjects.id = subject WHERE namespace = ? AND user_id = ?"
)
_GET = "SELECT blocked, version, outdated_at FROM subjects WHERE id = ?"
_LOOK_UP = (
    "SELECT identities.subject, coalesce(owner.blocked, 0), unlinked, identities.version, coalesce(owner.version, 0),"
    " owner.outdated_at, by_default.blocked, by_default.version, by_default.outdated_at"
    " FROM (SELECT 1) LEFT JOIN identities ON namespace = ? AND user_id = ?"
    " LEFT JOIN subjects AS owner ON owner.id = subject LEFT JOIN subjects AS by_default ON by_default.id = ?"
)
_ENTER = (
    "INSERT INTO identities (namespace, user_id, subject, unlinked, linked_at, version) VALUES (?, ?, ?, 0, ?, ?)"
    " ON CONFLICT (namespace, user_id) DO UPDATE SET subject = excluded.subject, unlinked = 0,"
    " linked_at = excluded.linked_at, version = version + 1"
)
_UNLINK = (
    # A row that stays: without it the identity would be back under its default subject at the next login.
    "INSERT INTO identities (namespace, user_id, subject, unlinked, linked_at, version) VALUES (?, ?, ?, 1, ?, 1)"
    " ON CONFLICT (namespace, user_id) DO UPDATE SET unlinked = 1, version = version + 1"
)
_OUTDATE = (
    "INSERT INTO subjects (id, blocked, created_at, outdated_at) VALUES (?, 0, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET outdated_at = max(coalesce(outdated_at, 0), excluded.outdated_at)"
)
_END_ALL = (
    "INSERT INTO subjects (id, blocked, created_at, version, outdated_at) VALUES (?, ?, ?, 1, ?)"
    " ON CONFLICT (id) DO UPDATE SET blocked = max(blocked, excluded.blocked), version = version + 1,"
    " outdated_at = max(coalesce(outdated_at, 0), excluded.outdated_at)"
)


def subject_of(connection: sqlite3.Connection, namespace: str, user_id: str) -> StoredSubject | None:
    """Look up an identity."""
    for subject, blocked, unlinked, *rest in connection.execute(_SUBJECT_OF, (namespace, user_id)).fetchall():
        return StoredSubject(subject, bool(blocked), bool(unlinked), *rest)
    return None


def get(connection: sqlite3.Connection, subject: str) -> StoredSubject | None:
    """Look up a subject."""
    for blocked, version, outdated_at in connection.execute(_GET, (subject,)).fetchall():
        return StoredSubject(subject, bool(blocked), version=version, outdated_at=outdated_at)
    return None


def look_up(
    connection: sqlite3.Connection, namespace: str, user_id: str
) -> tuple[StoredSubject | None, StoredSubject | None]:
    """Look up an identity, and the subject that it has by default."""
    default = rules.default_subject(namespace, user_id)
    row = connection.execute(_LOOK_UP, (namespace, user_id, default)).fetchone()
    subject, blocked, unlinked, identity_version, version, outdated_at, *by_default = row
    found = None
    if subject is not None:
        found = StoredSubject(subject, bool(blocked), bool(unlinked), identity_version, version, outdated_at)
    blocked, version, outdated_at = by_default
    if version is None:
        return found, None
    return found, StoredSubject(default, bool(blocked), version=version, outdated_at=outdated_at)


def create(connection: sqlite3.Connection, namespace: str, user_id: str, subject: str, now: int) -> StoredSubject:
    """Enter an identity, unless it is there."""
    found = subject_of(connection, namespace, user_id)
    if found is not None:
        return found
    return enter(connection, namespace, user_id, subject, now, version=0)


def unlink(connection: sqlite3.Connection, namespace: str, user_id: str, clock: Clock) -> None:
    """Take an identity off its subject."""
    now = int(clock())
    connection.execute(_UNLINK, (namespace, user_id, rules.default_subject(namespace, user_id), now))
    found = subject_of(connection, namespace, user_id)
    for subject in rules.outdated_by_unlinking(namespace, user_id, found):
        outdate(connection, subject, now)


def outdate(connection: sqlite3.Connection, subject: str, now: int) -> None:
    """Make what was issued to a subject until now good for nothing, unless it belongs to a session."""
    connection.execute(_OUTDATE, (subject, now, now))


def identities(connection: sqlite3.Connection, subject: str) -> tuple[tuple[str, str], ...]:
    """List a subject's identities."""
    return tuple(
        connection.execute(
            "SELECT namespace, user_id FROM identities WHERE subject = ? AND NOT unlinked ORDER BY linked_at, rowid",
            (subject,),
        ).fetchall()
    )


def set_blocked(connection: sqlite3.Connection, subject: str, clock: Clock, *, blocked: bool) -> None:
    """Block a subject, or let it in again."""
    now = int(clock())
    if blocked:
        connection.execute(_END_ALL, (subject, True, now, now))
    else:
        connection.execute("UPDATE subjects SET blocked = 0 WHERE id = ?", (subject,))


def end_all(connection: sqlite3.Connection, subject: str, clock: Clock) -> None:
    """End one subject's sessions."""
    now = int(clock())
    connection.execute(_END_ALL, (subject, False, now, now))


def enter(
    connection: sqlite3.Connection, namespace: str, user_id: str, subject: str, now: int, *, version: int
) -> StoredSubject:
    """Store an identity under `subject`; `version` is its first one. Return what is stored now."""
    connection.execute(_ENTER, (namespace, user_id, subject, now, version))
    connection.execute(
        "INSERT INTO subjects (id, blocked, created_at) VALUES (?, 0, ?) ON CONFLICT (id) DO NOTHING", (subject, now)
    )
    return subject_of(connection, namespace, user_id) or StoredSubject(subject)  # it is there: it was just entered
