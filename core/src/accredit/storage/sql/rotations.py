"""To replace refresh tokens: many at once take as many statements as one.

The sessions are locked and read with all their tokens; then the rules decide, one rotation after the other, on what was
read and what the one before has changed; then the changes are written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from accredit.storage import rules
from accredit.storage.ports.sessions import (
    PUSHED_OUT,
    RefreshToken,
    Rotation,
    StoredRefreshToken,
    StoredSession,
)
from accredit.storage.sql.askers import Asker
from accredit.storage.sql.locks import lock_owner, lock_rows
from accredit.storage.sql.session_rows import Owner, SessionRows
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.types import for_statements


@dataclass(frozen=True, slots=True)
class Rotate:
    """What `SessionStore.rotate` was called with."""

    token_hash: str
    successor: RefreshToken
    now: int
    leeway_s: int
    asker: Asker = field(default_factory=Asker)


@dataclass(eq=False)
class _Row:
    """A refresh token as it is to be. It has no number before it is stored."""

    number: int | None
    stored: StoredRefreshToken
    is_changed: bool = False


@dataclass
class _Family:
    """A session with its refresh tokens, oldest first, and what becomes of them."""

    session: StoredSession
    rows: list[_Row] = field(default_factory=list)
    gone: list[_Row] = field(default_factory=list)
    is_ended_now: bool = False

    @property
    def owner(self) -> Owner:
        return self.session.session.subject, self.session.session.client_id

    def live(self) -> list[_Row]:
        return [row for row in self.rows if row.stored.replaced_at is None]

    def replaced(self) -> list[_Row]:
        return [row for row in self.rows if row.stored.replaced_at is not None]


class Rotations:
    """The statements."""

    def __init__(self, tables: Tables, sessions: SessionRows) -> None:
        self._sessions = sessions
        self._s = for_statements(tables.sessions)
        self._r = for_statements(tables.refresh_tokens)

    def rotate(self, connection: Connection, rotations: Sequence[Rotate]) -> list[Rotation]:
        """Replace refresh tokens; return what came of each. See `SessionStore`."""
        families = self._read(connection, {one.successor.session_id for one in rotations})
        outcomes = [self._one(connection, families, rotation) for rotation in rotations]
        self._write(connection, tuple(families.values()))
        return outcomes

    def _read(self, connection: Connection, session_ids: Iterable[str]) -> dict[str, _Family]:
        s, wanted = self._s, sorted(session_ids)
        # A statement of its own: what is read in the same one would be as old as the wait for the lock is long. In the
        # order of their numbers, so that no two wait for one another.
        lock_rows(connection, select(s.c.number).where(s.c.id.in_(wanted)).order_by(s.c.number))
        families = {one.session.id: _Family(one) for one in self._sessions.sessions_of(connection, wanted)}
        tokens = self._sessions.tokens_of(connection, sorted(families))
        for number, token_hash, session_id, issued_at, replaced_at, successors in tokens:
            family = families[session_id]
            token = RefreshToken(token_hash, session_id, issued_at)
            family.rows.append(_Row(number, StoredRefreshToken(token, family.session, replaced_at, successors)))
        return families

    def _one(self, connection: Connection, families: Mapping[str, _Family], rotation: Rotate) -> Rotation:
        """Do one of them in memory. The rows are locked by now, which may have taken longer than its asker waits."""
        family = families.get(rotation.successor.session_id)
        if family is None or rotation.asker.has_gone:
            return Rotation.REFUSED
        found = [row for row in family.rows if row.stored.token.token_hash == rotation.token_hash]
        if not found:
            return Rotation.REFUSED
        [row] = found
        stored = replace(row.stored, session=family.session)
        outcome = rules.rotation_of(rules.state_of(stored, now=rotation.now, leeway_s=rotation.leeway_s))
        if outcome is Rotation.REUSED:
            family.session, family.is_ended_now = replace(family.session, ended=True), True
        if outcome is not Rotation.ROTATED:
            return outcome
        is_fork = stored.replaced_at is not None
        replaced_at = stored.replaced_at if is_fork else rotation.now
        _change(row, replace(stored, replaced_at=replaced_at, successors=stored.successors + 1))
        family.rows.append(_Row(None, StoredRefreshToken(rotation.successor, family.session)))
        for one in rules.forgotten(family.replaced()):
            family.rows.remove(one)
            family.gone.append(one)
        if is_fork:
            live = family.live()
            count = self._count_live(connection, family.owner, families)
            for one in rules.pushed_out(live, live=count):
                _change(one, replace(one.stored, replaced_at=0, successors=PUSHED_OUT))
        return outcome

    def _count_live(self, connection: Connection, owner: Owner, families: Mapping[str, _Family]) -> int:
        """Count all live refresh tokens of an owner: those in memory, and those of the sessions that were not read."""
        lock_owner(connection, *owner)
        here = {session_id: len(family.live()) for session_id, family in families.items() if family.owner == owner}
        return sum(here.values()) + self._sessions.live_elsewhere(connection, owner, sorted(here))

    def _write(self, connection: Connection, changed: Sequence[_Family]) -> None:
        s, r = self._s, self._r
        ended = [family.session.session.id for family in changed if family.is_ended_now]
        if ended:
            connection.execute(update(s).where(s.c.id.in_(ended)).values(ended=True))
        rows = [row for family in changed for row in family.rows]
        updates = [{"n": row.number, **_values(row)} for row in rows if row.is_changed and row.number is not None]
        if updates:
            connection.execute(update(r).where(r.c.number == bindparam("n")), updates)
        gone = [row.number for family in changed for row in family.gone if row.number is not None]
        if gone:
            connection.execute(delete(r).where(r.c.number.in_(gone)))
        new = [row for row in rows if row.number is None]
        if new:
            connection.execute(insert(r), [_named(row.stored.token) | _values(row) for row in new])


def _change(row: _Row, stored: StoredRefreshToken) -> None:
    row.stored, row.is_changed = stored, True


def _named(token: RefreshToken) -> dict[str, object]:
    return {"token_hash": token.token_hash, "session_id": token.session_id, "issued_at": token.issued_at}


def _values(row: _Row) -> dict[str, object]:
    return {"replaced_at": row.stored.replaced_at, "successors": row.stored.successors}
