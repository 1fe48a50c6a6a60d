"""What is stored about one person, as functions of a connection."""

import sqlite3

from accredit.storage.ports.persons import Erasure, StoredIdentity, StoredLogin, StoredPerson
from accredit.storage.sqlite import session_rows, subject_rows
from accredit.storage.sqlite.subject_rows import Clock

_Identity = tuple[str, str]
"""Namespace and user id."""

_IDENTITIES = (
    "SELECT namespace, user_id, linked_at, unlinked FROM identities WHERE subject = ? ORDER BY linked_at, rowid"
)
_TIMES = "SELECT issued_at, replaced_at FROM refresh_tokens WHERE session_id = ? ORDER BY rowid"


def person(connection: sqlite3.Connection, subject: str) -> StoredPerson:
    """Return all that is stored about a subject. Reads every session where an identity was another one's before."""
    identities = [
        StoredIdentity(namespace, user_id, linked_at, bool(unlinked))
        for namespace, user_id, linked_at, unlinked in connection.execute(_IDENTITIES, (subject,)).fetchall()
    ]
    ids = dict.fromkeys((*_own(connection, subject), *elsewhere(connection, subject)[1]))
    found = [(session_rows.session(connection, one), connection.execute(_TIMES, (one,)).fetchall()) for one in ids]
    logins = [StoredLogin(stored, tuple(times)) for stored, times in found if stored is not None]
    logins.sort(key=lambda one: one.session.session.auth_time)
    return StoredPerson(subject_rows.get(connection, subject), tuple(identities), tuple(logins))


def elsewhere(connection: sqlite3.Connection, subject: str) -> tuple[frozenset[_Identity], tuple[str, ...]]:
    """Return a subject's identities that have changed hands, and the sessions that they began, whoever had them.

    It reads every session, there being no index for it: not for the writer's thread.
    """
    changed = changed_hands(connection, subject)
    begun = "SELECT id FROM sessions WHERE namespace = ? AND user_id = ?"
    ids = [one for identity in changed for (one,) in connection.execute(begun, identity).fetchall()]
    return changed, tuple(ids)


def changed_hands(connection: sqlite3.Connection, subject: str) -> frozenset[_Identity]:
    """Return the identities of a subject that may have been another one's: others have their first version."""
    changed = "SELECT namespace, user_id FROM identities WHERE subject = ? AND version > 0"
    return frozenset(connection.execute(changed, (subject,)).fetchall())


def erase(
    connection: sqlite3.Connection, subject: str, clock: Clock, known: frozenset[_Identity], begun: tuple[str, ...]
) -> Erasure | None:
    """Delete a subject's identities, its sessions and those that are `begun`, and outdate it.

    `begun` are by the identities that are `known` to have changed hands; None, and nothing done, where there are more
    of these by now. Without its identity's row an ended session would be good again.
    """
    if not changed_hands(connection, subject) <= known:
        return None
    ids = {*_own(connection, subject), *begun}
    connection.executemany("DELETE FROM sessions WHERE id = ?", [(one,) for one in ids])
    identities = connection.execute("DELETE FROM identities WHERE subject = ?", (subject,)).rowcount
    subject_rows.end_all(connection, subject, clock)
    found = subject_rows.get(connection, subject)
    return Erasure(identities, len(ids), blocked=found is not None and found.blocked)


def forget_ended(connection: sqlite3.Connection, subject: str) -> int:
    """Delete the sessions of a subject that have ended."""
    return connection.execute(session_rows.FORGET_ENDED, (subject,)).rowcount


def _own(connection: sqlite3.Connection, subject: str) -> list[str]:
    return [one for (one,) in connection.execute("SELECT id FROM sessions WHERE subject = ?", (subject,)).fetchall()]
