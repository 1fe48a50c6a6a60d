"""What is done to subjects, identities and single-use identifiers, as functions of a connection."""

import sqlite3
from collections.abc import Callable

from accredit.errors import ExchangeError, InvalidMainToken, SubjectBlocked
from accredit.models import MainToken
from accredit.storage.ports.replay import KEPT_S
from accredit.storage.ports.subjects import StoredSubject, default_subject, is_outdated
from accredit.storage.sqlite.session_rows import session

Clock = Callable[[], float]
"""Read inside the transaction: what has waited for it must not look older than what came before it."""

_SUBJECT_OF = (
    "SELECT subject, coalesce(blocked, 0), unlinked, identities.version, coalesce(subjects.version, 0), outdated_at"
    " FROM identities LEFT JOIN subjects ON subjects.id = subject WHERE namespace = ? AND user_id = ?"
)
_GET = "SELECT blocked, version, outdated_at FROM subjects WHERE id = ?"
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
_FORGOTTEN = "forgotten"
"""The row of `used_ids` that says until when identifiers ended that are not kept any more."""
_FIRST_USE = (
    "INSERT INTO used_ids (jti, expires_at) SELECT ?, ?"
    " WHERE NOT EXISTS (SELECT 1 FROM used_ids WHERE jti = ? AND expires_at >= ?)"
    " ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= ?"
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


def create(connection: sqlite3.Connection, namespace: str, user_id: str, subject: str, now: int) -> StoredSubject:
    """Enter an identity, unless it is there."""
    found = subject_of(connection, namespace, user_id)
    if found is not None:
        return found
    return _enter(connection, namespace, user_id, subject, now, version=0)


def link(
    connection: sqlite3.Connection,
    namespace: str,
    user_id: str,
    subject: str,
    now: int,
    main: MainToken | None,
    clock: Clock,
) -> StoredSubject | ExchangeError:
    """Enter an identity, unless it is another subject's; return what has come in between, where anything has."""
    overtaken = None if main is None else _overtaken(connection, main, default_subject(namespace, user_id))
    if overtaken is not None:
        return overtaken
    found = subject_of(connection, namespace, user_id)
    if found is not None and not found.unlinked:
        return found
    default = default_subject(namespace, user_id)
    if subject == default:
        return _enter(connection, namespace, user_id, subject, now, version=0)
    connection.execute(_OUTDATE, (default, now, int(clock())))
    return _enter(connection, namespace, user_id, subject, now, version=1)


def unlink(connection: sqlite3.Connection, namespace: str, user_id: str, clock: Clock) -> None:
    """Take an identity off its subject."""
    now = int(clock())
    default = default_subject(namespace, user_id)
    connection.execute(_UNLINK, (namespace, user_id, default, now))
    found = subject_of(connection, namespace, user_id)
    for subject in {default, default if found is None else found.id}:
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


def first_use(connection: sqlite3.Connection, jti: str, expires_at: int, now: float) -> bool:
    """Remember an identifier."""
    return connection.execute(_FIRST_USE, (jti, expires_at, _FORGOTTEN, expires_at, now)).rowcount == 1


def prune(connection: sqlite3.Connection, most: int, now: float) -> None:
    """Delete at most `most` identifiers that have expired long ago, and note until when they ended."""
    old = "FROM used_ids WHERE expires_at <= ? AND jti <> ? ORDER BY expires_at LIMIT ?"
    which = (now - KEPT_S, _FORGOTTEN, most)
    [(until,)] = connection.execute(f"SELECT max(expires_at) FROM (SELECT expires_at {old})", which)  # noqa: S608 - a constant
    if until is not None:
        connection.execute(
            "INSERT INTO used_ids (jti, expires_at) VALUES (?, ?)"
            " ON CONFLICT (jti) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)",
            (_FORGOTTEN, until),
        )
        connection.execute(f"DELETE FROM used_ids WHERE rowid IN (SELECT rowid {old})", which)  # noqa: S608 - a constant


def _overtaken(connection: sqlite3.Connection, main: MainToken, default: str) -> ExchangeError | None:
    subject, by_itself = get(connection, main.subject), get(connection, default)
    if by_itself is not None and by_itself.blocked:  # to link the identity must not lift the block
        return SubjectBlocked()
    if subject is not None and (subject.blocked or subject.version != main.subject_version):
        return SubjectBlocked()
    stored = None if main.session_id is None else session(connection, main.session_id)
    ended = main.session_id is not None and (stored is None or stored.ended)
    if ended or is_outdated(main.issued_at, subject, has_session=stored is not None):
        return InvalidMainToken("its session has ended meanwhile")
    return None


def _enter(
    connection: sqlite3.Connection, namespace: str, user_id: str, subject: str, now: int, *, version: int
) -> StoredSubject:
    connection.execute(_ENTER, (namespace, user_id, subject, now, version))
    connection.execute(
        "INSERT INTO subjects (id, blocked, created_at) VALUES (?, 0, ?) ON CONFLICT (id) DO NOTHING", (subject, now)
    )
    return subject_of(connection, namespace, user_id) or StoredSubject(subject)  # it is there: it was just entered
