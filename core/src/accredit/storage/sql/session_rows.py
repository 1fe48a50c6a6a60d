"""What is done to sessions and refresh tokens, as functions of a connection."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.sql.expression import ColumnElement, Select

from accredit.errors import ExchangeError
from accredit.storage import rules
from accredit.storage.ports.sessions import (
    RefreshToken,
    Session,
    StoredRefreshToken,
    StoredSession,
)
from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.sql.locks import lock_rows
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.types import for_statements

Start = tuple[Session, RefreshToken | None]
"""A session to be stored, with its first refresh token."""
Owner = tuple[str, str]
"""Subject and client."""
Known = tuple[StoredSubject | None, StoredSubject | None]
"""What is stored of the subject and of the identity of a session."""

_FIELDS = tuple(field.name for field in fields(Session))
COLUMNS = tuple("provider_user_id" if name == "user_id" else name for name in _FIELDS)
"""Of a session's row, in the order of `Session`'s fields."""
TOKEN_COLUMNS = ("number", "token_hash", "session_id", "issued_at", "replaced_at", "successors")
values_of = attrgetter(*_FIELDS)


class SessionRows:
    """The statements, made once."""

    def __init__(self, tables: Tables) -> None:
        self._s = s = for_statements(tables.sessions)
        self._r = r = for_statements(tables.refresh_tokens)
        self._i = i = for_statements(tables.identities)
        self._u = u = for_statements(tables.subjects)
        self._both = select(
            *(s.c[name] for name in COLUMNS), s.c.ended, i.c.version, u.c.blocked, u.c.version, s.c.number
        ).select_from(
            s.outerjoin(
                i, and_(i.c.namespace == s.c.namespace, i.c.provider_user_id == s.c.provider_user_id)
            ).outerjoin(u, u.c.id == s.c.subject)
        )
        self._session = self._both.where(s.c.id == bindparam("id"))
        self._sessions = self._both.where(s.c.subject == bindparam("subject")).order_by(
            s.c.auth_time.desc(), s.c.number.desc()
        )
        self._of_owner = self._both.where(
            s.c.subject == bindparam("subject"),
            s.c.client_id == bindparam("client_id"),
            s.c.renewable == bindparam("renewable"),
        ).order_by(s.c.number)
        token = r.c.token_hash, r.c.issued_at, r.c.replaced_at, r.c.successors
        self._tokens = self._both.add_columns(*token).join(r, r.c.session_id == s.c.id)
        self._find = self._tokens.where(r.c.token_hash == bindparam("token_hash"))

    def start(self, connection: Connection, starts: Sequence[Start]) -> list[ExchangeError | None]:
        """Insert sessions, but those that meanwhile must not be; return for each what keeps it out.

        Many at once take as many statements as one. Their owners are locked (`owner_key`).
        """
        verdicts = self._overtaken(connection, [session for session, _ in starts])
        stored = [start for start, verdict in zip(starts, verdicts, strict=True) if verdict is None]
        if stored:
            self._insert(connection, stored)
            self._make_room(connection, [session for session, _ in stored])
        return verdicts

    def session(self, connection: Connection, session_id: str) -> StoredSession | None:
        """Look one up."""
        row = connection.execute(self._session, {"id": session_id}).one_or_none()
        return None if row is None else stored_session(row)

    def sessions(self, connection: Connection, subject: str) -> tuple[Session, ...]:
        """List a subject's live sessions."""
        found = map(stored_session, connection.execute(self._sessions, {"subject": subject}))
        return tuple(stored.session for stored in found if not stored.ended)

    def sessions_of(self, connection: Connection, session_ids: Sequence[str]) -> tuple[StoredSession, ...]:
        """Look many up."""
        return tuple(map(stored_session, connection.execute(self._both.where(self._s.c.id.in_(session_ids)))))

    def tokens_of(self, connection: Connection, session_ids: Sequence[str]) -> Iterable[Sequence[Any]]:
        """Return the rows of all refresh tokens of sessions, oldest first: in each what `TOKEN_COLUMNS` names."""
        r = self._r
        tokens = select(*(r.c[name] for name in TOKEN_COLUMNS)).where(r.c.session_id.in_(session_ids))
        return connection.execute(tokens.order_by(r.c.number)).all()

    def live_elsewhere(self, connection: Connection, owner: Owner, besides: Sequence[str]) -> int:
        """Count the live refresh tokens of an owner's sessions, but for some."""
        s, r = self._s, self._r
        live = select(func.count()).select_from(s.join(r, r.c.session_id == s.c.id))
        live = live.where(*self._is_of(owner), r.c.replaced_at.is_(None), s.c.id.not_in(besides))
        return connection.execute(live).scalar_one()

    def find(self, connection: Connection, token_hash: str) -> StoredRefreshToken | None:
        """Look up a refresh token with its session."""
        row = connection.execute(self._find, {"token_hash": token_hash}).one_or_none()
        return None if row is None else stored_token(row)

    def end(self, connection: Connection, session_id: str) -> None:
        """End one session."""
        connection.execute(update(self._s).where(self._s.c.id == session_id).values(ended=True))

    def prune(self, connection: Connection, most: int, now: float) -> int:
        """Delete at most `most` sessions of which no token lives; return how many."""
        s = self._s
        # In the order of the index that finds them: in another one a database may look through the whole table.
        old = select(s.c.number, s.c.id).where(s.c.kept_until <= int(now)).order_by(s.c.kept_until).limit(most)
        rows = connection.execute(old).all()
        self.delete(connection, [(number, session_id) for number, session_id in rows])
        return len(rows)

    def _overtaken(self, connection: Connection, sessions: Sequence[Session]) -> list[ExchangeError | None]:
        known = self._known(connection, sessions)
        return [rules.overtaken_login(one, *its) for one, its in zip(sessions, known, strict=True)]

    def _known(self, connection: Connection, sessions: Sequence[Session]) -> list[Known]:
        """Look up what is stored of the subject and of the identity of each."""
        u, i = self._u, self._i
        wanted = sorted({session.subject for session in sessions})
        blocked = select(u.c.id, u.c.blocked, u.c.version).where(u.c.id.in_(wanted))
        subjects = {row[0]: known_subject(*row) for row in connection.execute(blocked)}
        users = sorted({session.user_id for session in sessions})
        linked = select(i.c.namespace, i.c.provider_user_id, i.c.version).where(i.c.provider_user_id.in_(users))
        linked = linked.where(i.c.namespace.in_(sorted({session.namespace for session in sessions})))
        identities = {tuple(row[:2]): known_identity(row[2]) for row in connection.execute(linked)}
        return [(subjects.get(one.subject), identities.get((one.namespace, one.user_id))) for one in sessions]

    def _insert(self, connection: Connection, starts: Sequence[Start]) -> None:
        begun = [dict(zip(COLUMNS, values_of(session), strict=True)) | {"ended": False} for session, _ in starts]
        connection.execute(insert(self._s), begun)
        tokens = [token for _, token in starts if token is not None]
        if tokens:
            rows = [
                {"token_hash": one.token_hash, "session_id": one.session_id, "issued_at": one.issued_at}
                | {"successors": 0}
                for one in tokens
            ]
            connection.execute(insert(self._r), rows)

    def _count(self, connection: Connection, owners: Iterable[Owner], *, renewable: bool) -> "Counter[Owner]":
        """Count live refresh tokens, or sessions that have none, of these owners."""
        s, r, wanted = self._s, self._r, set(owners)
        counted: Select[Any] = select(s.c.subject, s.c.client_id, func.count())
        if renewable:
            live = and_(r.c.session_id == s.c.id, r.c.replaced_at.is_(None))
            counted = counted.select_from(s.join(r, live))
        counted = counted.where(
            s.c.subject.in_(sorted({subject for subject, _ in wanted})), s.c.renewable == renewable
        ).group_by(s.c.subject, s.c.client_id)
        found = Counter({(subject, client): number for subject, client, number in connection.execute(counted)})
        return Counter({owner: found[owner] for owner in wanted})

    def _make_room(self, connection: Connection, begun: Sequence[Session]) -> None:
        """For each session that has begun lose one, where there are too many."""
        for renewable in (True, False):
            alike = [session for session in begun if session.renewable is renewable]
            if not alike:
                continue
            counts = self._count(connection, map(_owner, alike), renewable=renewable)
            for owner, count in counts.items():
                if rules.is_crowded(count):
                    newcomers = [session.id for session in alike if _owner(session) == owner]
                    self._evict(connection, newcomers, owner, renewable=renewable, count=count)

    def _evict(
        self, connection: Connection, newcomers: Sequence[str], owner: Owner, *, renewable: bool, count: int
    ) -> None:
        s, r = self._s, self._r
        which = {"subject": owner[0], "client_id": owner[1], "renewable": renewable}
        kept = [(row.number, stored_session(row)) for row in connection.execute(self._of_owner, which)]
        live: dict[str, list[int]] = {stored.session.id: [] for _, stored in kept}
        if renewable:
            issued = (
                select(r.c.session_id, r.c.issued_at)
                .select_from(r.join(s, s.c.id == r.c.session_id))
                .where(*self._is_of(owner), r.c.replaced_at.is_(None))
            )
            for session_id, issued_at in connection.execute(issued):
                live[session_id].append(issued_at)

        def worth(one: tuple[int, StoredSession]) -> tuple[bool, int]:
            stored = one[1]
            auth_time, tokens = stored.session.auth_time, live[stored.session.id]
            return rules.worth_keeping(ended=stored.ended, auth_time=auth_time, live=tokens)

        gone = []
        for newcomer in newcomers:
            others = [one for one in kept if one[1].session.id != newcomer]
            if rules.is_crowded(count) and others:
                least = min(others, key=worth)  # of equals the first, which began first
                kept.remove(least)
                gone.append((least[0], least[1].session.id))
                count -= max(1, len(live[least[1].session.id]))
        self.delete(connection, gone)

    def _is_of(self, owner: Owner) -> tuple[ColumnElement[bool], ...]:
        return self._s.c.subject == owner[0], self._s.c.client_id == owner[1], self._s.c.renewable.is_(True)

    def delete(self, connection: Connection, gone: Sequence[tuple[int, str]]) -> None:
        """Delete sessions with their refresh tokens."""
        if gone:
            its = self._s.c.number.in_([number for number, _ in gone])
            # Or a refresh that is under way leaves its token behind. In the order of `Rotations`.
            lock_rows(connection, select(self._s.c.number).where(its).order_by(self._s.c.number))
            self._delete_tokens(connection, [one for _, one in gone])
            connection.execute(delete(self._s).where(its))

    def _delete_tokens(self, connection: Connection, session_ids: Sequence[str]) -> None:
        connection.execute(delete(self._r).where(self._r.c.session_id.in_(session_ids)))


def _owner(session: Session) -> Owner:
    return session.subject, session.client_id


def stored_session(row: Sequence[Any]) -> StoredSession:
    """Make a session of its row, with what has ended it."""
    *values, ended, identity_version, blocked, subject_version = row[: len(_FIELDS) + 4]
    named: dict[str, Any] = dict(zip(_FIELDS, values, strict=True))
    named["renewable"] = bool(named["renewable"])
    session = Session(**named)
    stored = StoredSession(session, bool(ended))
    subject = None if subject_version is None else known_subject(session.subject, blocked, subject_version)
    identity = None if identity_version is None else known_identity(identity_version)
    return replace(stored, ended=rules.has_ended(stored, subject, identity))


def stored_token(row: Sequence[Any]) -> StoredRefreshToken:
    """Make a refresh token of its session's row and its own."""
    stored = stored_session(row)
    token_hash, issued_at, replaced_at, successors = row[-4:]
    return StoredRefreshToken(RefreshToken(token_hash, stored.session.id, issued_at), stored, replaced_at, successors)


def known_subject(subject: str, blocked: object, version: int) -> StoredSubject:
    """Return what the rules ask of a subject."""
    return StoredSubject(subject, blocked=bool(blocked), version=version)


def known_identity(version: int) -> StoredSubject:
    """Return what the rules ask of an identity; whose it is they do not."""
    return StoredSubject("", identity_version=version)
