"""What is done to subjects and identities, as functions of a connection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, insert, literal, select, update

from accredit.storage import rules
from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.types import for_statements

Clock = Callable[[], float]
"""Read inside the transaction: what has waited for it must not look older than what came before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What `SubjectStore.create` was called with."""

    namespace: str
    user_id: str
    subject: str
    now: int


class SubjectRows:
    """The statements."""

    def __init__(self, tables: Tables) -> None:
        self._i = i = for_statements(tables.identities)
        self._u = u = for_statements(tables.subjects)
        self._joined = select(
            i.c.subject, u.c.blocked, i.c.unlinked, i.c.version, u.c.version, u.c.outdated_at
        ).select_from(i.outerjoin(u, u.c.id == i.c.subject))
        self._look_up = self._made_to_look_up()

    def subject_of(self, connection: Connection, namespace: str, user_id: str) -> StoredSubject | None:
        """Look up an identity."""
        row = connection.execute(self._joined.where(*self._is(namespace, user_id))).one_or_none()
        if row is None:
            return None
        subject, blocked, unlinked, identity_version, version, outdated_at = row
        return StoredSubject(subject, bool(blocked), bool(unlinked), identity_version, version or 0, outdated_at)

    def get(self, connection: Connection, subject: str) -> StoredSubject | None:
        """Look up a subject."""
        u = self._u
        wanted = select(u.c.blocked, u.c.version, u.c.outdated_at).where(u.c.id == subject)
        row = connection.execute(wanted).one_or_none()
        return None if row is None else StoredSubject(subject, bool(row[0]), version=row[1], outdated_at=row[2])

    def look_up(
        self, connection: Connection, namespace: str, user_id: str
    ) -> tuple[StoredSubject | None, StoredSubject | None]:
        """Look up an identity, and the subject that it has by default."""
        default = rules.default_subject(namespace, user_id)
        wanted = {"namespace": namespace, "user_id": user_id, "by_default": default}
        return looked_up(connection.execute(self._look_up, wanted).one(), default)

    def _made_to_look_up(self) -> Select[Any]:
        """Return one row in any case: an identity with its subject, and its default subject, where they are stored."""
        i, u = self._i, self._u
        d, anyway = u.alias("by_default"), select(literal(0).label("least")).subquery("one_row")
        identity = and_(i.c.namespace == bindparam("namespace"), i.c.provider_user_id == bindparam("user_id"))
        # Versions count from 0, so this is always so. For MariaDB SQLAlchemy warns of joins that compare no two tables.
        identity = and_(identity, i.c.version >= anyway.c.least)
        by_default = and_(d.c.id == bindparam("by_default"), d.c.version >= anyway.c.least)
        return select(
            i.c.subject,
            u.c.blocked,
            i.c.unlinked,
            i.c.version,
            u.c.version,
            u.c.outdated_at,
            d.c.blocked,
            d.c.version,
            d.c.outdated_at,
        ).select_from(anyway.outerjoin(i, identity).outerjoin(u, u.c.id == i.c.subject).outerjoin(d, by_default))

    def create(self, connection: Connection, entries: Sequence[Entry]) -> list[StoredSubject]:
        """Enter identities, but those that are there; return for each what is stored. They are locked."""
        return [self._create(connection, one) for one in entries]

    def _create(self, connection: Connection, new: Entry) -> StoredSubject:
        found = self.subject_of(connection, new.namespace, new.user_id)
        if found is not None:
            return found
        return self.enter(connection, new.namespace, new.user_id, new.subject, now=new.now, version=0)

    def unlink(self, connection: Connection, namespace: str, user_id: str, *, now: int) -> None:
        """Take an identity off its subject."""
        # A row that stays: without it the identity would be back under its default subject at the next login.
        i = self._i
        changed = update(i).where(*self._is(namespace, user_id)).values(unlinked=True, version=i.c.version + 1)
        if not connection.execute(changed).rowcount:
            subject = rules.default_subject(namespace, user_id)
            self._insert(connection, namespace, user_id, subject, unlinked=True, linked_at=now, version=1)
        found = self.subject_of(connection, namespace, user_id)
        for subject in sorted(rules.outdated_by_unlinking(namespace, user_id, found)):
            self.outdate(connection, subject, now)

    def outdate(self, connection: Connection, subject: str, now: int) -> None:
        """Make what was issued to a subject until now good for nothing, unless it belongs to a session."""
        changed = update(self._u).where(self._u.c.id == subject).values(outdated_at=self._later(now))
        if not connection.execute(changed).rowcount:
            self._insert_subject(connection, subject, now, outdated_at=now)

    def identities(self, connection: Connection, subject: str) -> tuple[tuple[str, str], ...]:
        """List a subject's identities."""
        i = self._i
        wanted = select(i.c.namespace, i.c.provider_user_id).where(i.c.subject == subject, i.c.unlinked.is_(False))
        rows = connection.execute(wanted.order_by(i.c.linked_at, i.c.number))
        return tuple((namespace, user_id) for namespace, user_id in rows)

    def set_blocked(self, connection: Connection, subject: str, *, blocked: bool, now: int) -> None:
        """Block a subject, or let it in again."""
        if blocked:
            self._end_all(connection, subject, now, blocked=True)
        else:
            connection.execute(update(self._u).where(self._u.c.id == subject).values(blocked=False))

    def end_all(self, connection: Connection, subject: str, *, now: int) -> None:
        """End one subject's sessions."""
        self._end_all(connection, subject, now)

    def enter(
        self, connection: Connection, namespace: str, user_id: str, subject: str, *, now: int, version: int
    ) -> StoredSubject:
        """Store an identity under `subject`; `version` is its first one. Return what is stored now."""
        i = self._i
        given = update(i).where(*self._is(namespace, user_id))
        given = given.values(subject=subject, unlinked=False, linked_at=now, version=i.c.version + 1)
        if not connection.execute(given).rowcount:
            self._insert(connection, namespace, user_id, subject, unlinked=False, linked_at=now, version=version)
        if self.get(connection, subject) is None:
            self._insert_subject(connection, subject, now)
        return self.subject_of(connection, namespace, user_id) or StoredSubject(subject)  # it was just entered

    def _end_all(self, connection: Connection, subject: str, now: int, **values: Any) -> None:
        u = self._u
        ended = update(u).where(u.c.id == subject)
        ended = ended.values(version=u.c.version + 1, outdated_at=self._later(now), **values)
        if not connection.execute(ended).rowcount:
            self._insert_subject(connection, subject, now, version=1, outdated_at=now, **values)

    def _later(self, now: int) -> Any:
        """Return the later one of `outdated_at` and `now`: a clock may have gone back."""
        outdated_at = self._u.c.outdated_at
        return case((outdated_at > now, outdated_at), else_=now)

    def _is(self, namespace: str, user_id: str) -> tuple[Any, Any]:
        return self._i.c.namespace == namespace, self._i.c.provider_user_id == user_id

    def _insert(self, connection: Connection, namespace: str, user_id: str, subject: str, **values: Any) -> None:
        named = {"namespace": namespace, "provider_user_id": user_id, "subject": subject}
        connection.execute(insert(self._i).values(**named, **values))

    def _insert_subject(self, connection: Connection, subject: str, now: int, **values: Any) -> None:
        first = {"blocked": False, "version": 0, "outdated_at": None}
        connection.execute(insert(self._u).values(id=subject, created_at=now, **(first | values)))


def looked_up(row: Sequence[Any], default: str) -> tuple[StoredSubject | None, StoredSubject | None]:
    """Make of a row an identity with its subject, and its default subject, where they are stored."""
    subject, blocked, unlinked, identity_version, version, outdated_at, *by_default = row
    found = None
    if subject is not None:
        found = StoredSubject(subject, bool(blocked), bool(unlinked), identity_version, version or 0, outdated_at)
    blocked, version, outdated_at = by_default
    if version is None:
        return found, None
    return found, StoredSubject(default, bool(blocked), version=version, outdated_at=outdated_at)
