"""What is done to identifiers that may be used once, as functions of a connection."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from accredit.storage import rules
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.types import for_statements

_FORGOTTEN = "forgotten"
"""The row that says until when identifiers ended that are not kept any more."""


@dataclass(frozen=True, slots=True)
class Use:
    """What `ReplayStore.first_use` was called with."""

    jti: str
    expires_at: int


class UsedRows:
    """The statements."""

    def __init__(self, tables: Tables) -> None:
        self._used = for_statements(tables.used_ids)

    def first_uses(self, connection: Connection, uses: Sequence[Use], *, now: float) -> list[bool]:
        """Remember identifiers; tell of each use whether it is the first, here as well as among these."""
        found = self._ends(connection, [*(use.jti for use in uses), _FORGOTTEN])
        new: dict[str, Use] = {}
        for use in uses:
            is_new = rules.is_first_use(
                known_until=found.get(use.jti),
                expires_at=use.expires_at,
                forgotten_until=found.get(_FORGOTTEN, 0),
                now=now,
            )
            if is_new:
                new.setdefault(use.jti, use)
        ours = self._enter(connection, [use for use in new.values() if use.jti not in found])
        ours |= {use.jti for use in new.values() if use.jti in found and self._renew(connection, use, found[use.jti])}
        return [use.jti in ours and new.get(use.jti) is use for use in uses]

    def _ends(self, connection: Connection, names: Sequence[str]) -> dict[str, int]:
        """Return when those of these identifiers end that are kept."""
        c = self._used.c
        return dict(connection.execute(select(c.jti, c.expires_at).where(c.jti.in_(names))).all())

    def _enter(self, connection: Connection, uses: Sequence[Use]) -> set[str]:
        """Enter identifiers that are not kept; return those of which nobody else was quicker to do so."""
        if uses:
            # Where somebody else is doing the same, the second one fails, and looks again.
            rows = [{"jti": use.jti, "expires_at": use.expires_at} for use in uses]
            connection.execute(insert(self._used), rows)
        return {use.jti for use in uses}

    def _renew(self, connection: Connection, use: Use, ended_at: int) -> bool:
        """Keep one that has ended for longer, unless somebody else was quicker."""
        c = self._used.c
        again = update(self._used).where(c.jti == use.jti, c.expires_at == ended_at)
        return connection.execute(again.values(expires_at=use.expires_at)).rowcount == 1

    def note_forgotten(self, connection: Connection, most: int, *, now: float) -> None:
        """Note until when at most `most` identifiers ended that are to be forgotten.

        In a transaction before the one that deletes them: whoever sees that they are gone sees this, too.
        """
        c = self._used.c
        old = select(c.expires_at).where(c.expires_at <= int(rules.kept_since(now)), c.jti != _FORGOTTEN)
        ends = connection.execute(old.order_by(c.expires_at).limit(most)).scalars().all()
        if not ends:
            return
        until = ends[-1]
        noted = select(c.expires_at).where(c.jti == _FORGOTTEN)
        before = connection.execute(noted).scalar_one_or_none()
        if before is None:
            connection.execute(insert(self._used).values(jti=_FORGOTTEN, expires_at=until))
        else:
            later = update(self._used).where(c.jti == _FORGOTTEN, c.expires_at < until)
            connection.execute(later.values(expires_at=until))

    def prune(self, connection: Connection, most: int) -> int:
        """Delete at most `most` identifiers that ended before what was noted; return how many."""
        c = self._used.c
        until = connection.execute(select(c.expires_at).where(c.jti == _FORGOTTEN)).scalar_one_or_none()
        if until is None:
            return 0
        old = select(c.jti).where(c.expires_at <= until, c.jti != _FORGOTTEN).order_by(c.expires_at).limit(most)
        gone = connection.execute(old).scalars().all()
        if gone:
            connection.execute(delete(self._used).where(c.jti.in_(gone), c.expires_at <= until))
        return len(gone)

    def write_and_delete(self, connection: Connection, jti: str) -> None:
        """Write a row and delete it: a commit as durable as any, after which nothing has changed."""
        connection.execute(insert(self._used).values(jti=jti, expires_at=0))
        connection.execute(delete(self._used).where(self._used.c.jti == jti))
