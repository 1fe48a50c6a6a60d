"""What is stored about one person, as functions of a connection."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, and_, delete, func, or_, select

from accredit.storage.ports.persons import Erasure, StoredIdentity, StoredLogin, StoredPerson
from accredit.storage.sql.session_rows import SessionRows
from accredit.storage.sql.subject_rows import Clock, SubjectRows
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.types import for_statements

_LARGEST_PART = 500
"""Of ids in one statement."""
_PASSAGE = 50_000
"""Of sessions that one statement looks through."""

Identity = tuple[str, str]
"""Namespace and user id."""
Numbered = tuple[int, str]
"""The number and the id of a session."""


class PersonRows:
    """The statements."""

    def __init__(self, tables: Tables, sessions: SessionRows, subjects: SubjectRows) -> None:
        self._sessions = sessions
        self._subjects = subjects
        self._s = for_statements(tables.sessions)
        self._i = for_statements(tables.identities)

    def person(self, connection: Connection, subject: str, begun: Iterable[Numbered]) -> StoredPerson:
        """Return all that is stored about a subject. `begun` are sessions by identities that have changed hands."""
        i = self._i
        wanted = select(i.c.namespace, i.c.provider_user_id, i.c.linked_at, i.c.unlinked).where(i.c.subject == subject)
        rows = connection.execute(wanted.order_by(i.c.linked_at, i.c.number))
        identities = [StoredIdentity(row[0], row[1], row[2], bool(row[3])) for row in rows]
        logins: list[StoredLogin] = []
        for part in self._parts(self._with_own(connection, subject, begun)):
            ids = [session_id for _, session_id in part]
            times: defaultdict[str, list[tuple[int, int | None]]] = defaultdict(list)
            for _, _, session_id, issued_at, replaced_at, _ in self._sessions.tokens_of(connection, ids):
                times[session_id].append((issued_at, replaced_at))
            stored = self._sessions.sessions_of(connection, ids)
            logins += [StoredLogin(one, tuple(times[one.session.id])) for one in stored]
        logins.sort(key=lambda one: one.session.session.auth_time)
        return StoredPerson(self._subjects.get(connection, subject), tuple(identities), tuple(logins))

    def identities(self, connection: Connection, subject: str) -> tuple[Identity, ...]:
        """List a subject's identities, also those that were taken off it."""
        i = self._i
        rows = connection.execute(select(i.c.namespace, i.c.provider_user_id).where(i.c.subject == subject))
        return tuple((namespace, user_id) for namespace, user_id in rows)

    def changed_hands(self, connection: Connection, subject: str) -> frozenset[Identity]:
        """Return the identities of a subject that may have been another one's: others have their first version."""
        i = self._i
        changed = select(i.c.namespace, i.c.provider_user_id).where(i.c.subject == subject, i.c.version > 0)
        return frozenset((namespace, user_id) for namespace, user_id in connection.execute(changed))

    def passages(self, connection: Connection) -> tuple[range, ...]:
        """Return the numbers of all sessions, in pieces that `begun_by` takes."""
        s = self._s
        least, most = connection.execute(select(func.min(s.c.number), func.max(s.c.number))).one()
        if least is None:
            return ()
        return tuple(range(at, min(at + _PASSAGE, most + 1)) for at in range(least, most + 1, _PASSAGE))

    def begun_by(self, connection: Connection, identities: frozenset[Identity], numbers: range) -> tuple[Numbered, ...]:
        """Return the sessions with one of these numbers that identities began, whoever had them then.

        It reads each of them, there being no index for it: not in a transaction that others share.
        """
        s = self._s
        whose = or_(
            *(and_(s.c.namespace == namespace, s.c.provider_user_id == user_id) for namespace, user_id in identities)
        )
        rows = connection.execute(select(s.c.number, s.c.id).where(s.c.number.between(numbers[0], numbers[-1]), whose))
        return tuple((number, session_id) for number, session_id in rows)

    def erase(
        self,
        connection: Connection,
        subject: str,
        *,
        known: frozenset[Identity],
        begun: Iterable[Numbered],
        clock: Clock,
    ) -> Erasure | None:
        """Delete a subject's identities, its sessions and those that are `begun`, and outdate it.

        `begun` are by the identities that are `known` to have changed hands; None, and nothing done, where there are
        more of these by now. Without its identity's row, which goes, a session that has ended by its version would be
        good again. The subject is locked: nobody gives it another identity meanwhile.
        """
        if not self.changed_hands(connection, subject) <= known:
            return None
        about = self._with_own(connection, subject, begun)
        for part in self._parts(about):
            self._sessions.delete(connection, part)
        identities = connection.execute(delete(self._i).where(self._i.c.subject == subject)).rowcount
        self._subjects.end_all(connection, subject, now=int(clock()))
        found = self._subjects.get(connection, subject)
        return Erasure(identities, len(about), blocked=found is not None and found.blocked)

    def forget_ended(self, connection: Connection, subject: str) -> int:
        """Delete the sessions of a subject that have ended."""
        gone: list[Numbered] = []
        for part in self._parts(self._own(connection, subject)):
            found = self._sessions.sessions_of(connection, [session_id for _, session_id in part])
            ended = {stored.session.id for stored in found if stored.ended}
            gone += [one for one in part if one[1] in ended]
        self._sessions.delete(connection, gone)
        return len(gone)

    def _own(self, connection: Connection, subject: str) -> list[Numbered]:
        s = self._s
        rows = connection.execute(select(s.c.number, s.c.id).where(s.c.subject == subject))
        return [(number, session_id) for number, session_id in rows]

    def _with_own(self, connection: Connection, subject: str, begun: Iterable[Numbered]) -> list[Numbered]:
        return list((dict(self._own(connection, subject)) | dict(begun)).items())

    def _parts(self, found: list[Numbered]) -> list[list[Numbered]]:
        return [found[begin : begin + _LARGEST_PART] for begin in range(0, len(found), _LARGEST_PART)]
