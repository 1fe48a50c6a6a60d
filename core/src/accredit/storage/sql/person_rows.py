"""What is stored about one person, as functions of a connection."""

from collections import defaultdict

from sqlalchemy import Connection, and_, delete, or_, select

from accredit.storage.ports.persons import Erasure, StoredIdentity, StoredLogin, StoredPerson
from accredit.storage.sql.locks import lock_rows
from accredit.storage.sql.session_rows import SessionRows
from accredit.storage.sql.subject_rows import SubjectRows
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.types import for_statements

_LARGEST_PART = 500
"""Of ids in one statement."""


class PersonRows:
    """The statements."""

    def __init__(self, tables: Tables, sessions: SessionRows, subjects: SubjectRows) -> None:
        self._sessions = sessions
        self._subjects = subjects
        self._s = for_statements(tables.sessions)
        self._r = for_statements(tables.refresh_tokens)
        self._i = for_statements(tables.identities)

    def person(self, connection: Connection, subject: str) -> StoredPerson:
        """Return all that is stored about a subject. Reads every session where an identity was another one's before."""
        i, r = self._i, self._r
        wanted = select(i.c.namespace, i.c.provider_user_id, i.c.linked_at, i.c.unlinked).where(i.c.subject == subject)
        rows = connection.execute(wanted.order_by(i.c.linked_at, i.c.number))
        identities = [StoredIdentity(row[0], row[1], row[2], bool(row[3])) for row in rows]
        logins: list[StoredLogin] = []
        for part in self._parts(self._about(connection, subject)):
            ids = [session_id for _, session_id in part]
            times: defaultdict[str, list[tuple[int, int | None]]] = defaultdict(list)
            issued = select(r.c.session_id, r.c.issued_at, r.c.replaced_at).where(r.c.session_id.in_(ids))
            for session_id, issued_at, replaced_at in connection.execute(issued.order_by(r.c.number)):
                times[session_id].append((issued_at, replaced_at))
            stored = self._sessions.sessions_of(connection, ids)
            logins += [StoredLogin(one, tuple(times[one.session.id])) for one in stored]
        logins.sort(key=lambda one: one.session.session.auth_time)
        return StoredPerson(self._subjects.get(connection, subject), tuple(identities), tuple(logins))

    def identities(self, connection: Connection, subject: str) -> tuple[tuple[str, str], ...]:
        """List a subject's identities, also those that were taken off it."""
        i = self._i
        rows = connection.execute(select(i.c.namespace, i.c.provider_user_id).where(i.c.subject == subject))
        return tuple((namespace, user_id) for namespace, user_id in rows)

    def erase(self, connection: Connection, subject: str, *, now: int) -> Erasure:
        """Delete a subject's identities, its sessions and those by its identities, and outdate it.

        The subject is locked: nobody gives it another identity meanwhile.
        """
        about = self._about(connection, subject)
        for part in self._parts(about):
            # Or a refresh that is under way leaves its token behind.
            lock_rows(connection, select(self._s.c.number).where(self._s.c.number.in_([number for number, _ in part])))
            self._sessions.delete(connection, part)
        identities = connection.execute(delete(self._i).where(self._i.c.subject == subject)).rowcount
        self._subjects.end_all(connection, subject, now=now)
        found = self._subjects.get(connection, subject)
        return Erasure(identities, len(about), blocked=found is not None and found.blocked)

    def forget_ended(self, connection: Connection, subject: str) -> int:
        """Delete the sessions of a subject that have ended."""
        gone: list[tuple[int, str]] = []
        for part in self._parts(self._own(connection, subject)):
            found = self._sessions.sessions_of(connection, [session_id for _, session_id in part])
            ended = {stored.session.id for stored in found if stored.ended}
            gone += [one for one in part if one[1] in ended]
        self._sessions.delete(connection, gone)
        return len(gone)

    def _own(self, connection: Connection, subject: str) -> list[tuple[int, str]]:
        s = self._s
        rows = connection.execute(select(s.c.number, s.c.id).where(s.c.subject == subject))
        return [(number, session_id) for number, session_id in rows]

    def _about(self, connection: Connection, subject: str) -> list[tuple[int, str]]:
        """Find a subject's sessions, and those that its identities began, whoever had them then.

        An identity that has its first version has never had another one. Without its row, which goes, a session that
        has ended by its version would be good again.
        """
        s, i = self._s, self._i
        changed = select(i.c.namespace, i.c.provider_user_id).where(i.c.subject == subject, i.c.version > 0)
        identities = [
            and_(s.c.namespace == namespace, s.c.provider_user_id == user_id)
            for namespace, user_id in connection.execute(changed)
        ]
        found = dict(self._own(connection, subject))
        if identities:
            rows = connection.execute(select(s.c.number, s.c.id).where(or_(*identities)))
            found.update((number, session_id) for number, session_id in rows)
        return list(found.items())

    def _parts(self, found: list[tuple[int, str]]) -> list[list[tuple[int, str]]]:
        return [found[begin : begin + _LARGEST_PART] for begin in range(0, len(found), _LARGEST_PART)]
