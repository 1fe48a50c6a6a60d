"""The audit table, as functions of a connection."""

import random
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Float,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.expression import ColumnElement, TextClause

from accredit.storage.ports.audit import ID_BITS, AuditQuery, AuditRow
from accredit.storage.sql.types import for_statements

_COLUMNS = tuple(field.name for field in fields(AuditRow))
_values = attrgetter(*_COLUMNS)
_EQUAL = ("client_id", "connection", "session_id", "reason", "outcome", "event")
_TYPES: dict[str, Any] = {"id": BigInteger, "time_ms": BigInteger, "status": Integer, "duration_ms": Float(53)}
_ONE_AT_A_TIME: TextClause = text("SELECT pg_try_advisory_xact_lock(:name)")
_PRUNING = 0x61_75_64_69_74
"""The advisory lock of whoever deletes old rows: "audit" in ASCII."""


class AuditRows:
    """The statements, made once."""

    def __init__(self, table: Table) -> None:
        self._a = for_statements(table)
        self._insert = insert(self._a)
        # One parameter for each column: fifteen times cheaper than one for each value, of which there are thousands.
        arrays = [func.unnest(cast(bindparam(name), ARRAY(_TYPES.get(name, Text)))) for name in _COLUMNS]
        self._insert_arrays = insert(self._a).from_select(_COLUMNS, select(*arrays))

    def write(self, connection: Connection, rows: Sequence[AuditRow], *, shift: int) -> None:
        """Add rows, of which each id has `shift` added."""
        values = [(row.id + shift, *_values(row)[1:]) for row in rows]
        if connection.dialect.name == "postgresql":
            columns = zip(*values, strict=True)
            connection.execute(self._insert_arrays, dict(zip(_COLUMNS, map(list, columns), strict=True)))
        else:
            connection.execute(self._insert, [dict(zip(_COLUMNS, row, strict=True)) for row in values])

    def find(self, connection: Connection, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        """Return the latest rows that are wanted, oldest first."""
        a = self._a
        asked = select(*(a.c[name] for name in _COLUMNS)).where(*self._conditions(wanted))
        rows = connection.execute(asked.order_by(a.c.id.desc()).limit(wanted.limit)).all()
        return tuple(AuditRow(**dict(zip(_COLUMNS, row, strict=True))) for row in reversed(rows))

    def prune(self, connection: Connection, before_id: int, most: int) -> bool:
        """Delete at most `most` rows; tell whether there may be more. Of PostgreSQL's nodes one does so at a time."""
        if connection.dialect.name == "postgresql":
            is_mine: bool = connection.execute(_ONE_AT_A_TIME, {"name": _PRUNING}).scalar_one()
            if not is_mine:
                return False
        a = self._a
        old = connection.execute(select(a.c.id).where(a.c.id < before_id).order_by(a.c.id).limit(most)).scalars().all()
        if old:
            connection.execute(delete(a).where(a.c.id >= old[0], a.c.id <= old[-1]))
        return len(old) == most

    def pseudonymize(self, connection: Connection, subject: str, pseudonym: str, most: int) -> int:
        """Let at most `most` rows name a subject no longer; return how many did."""
        a = self._a
        named = connection.execute(select(a.c.id).where(a.c.subject == subject).limit(most)).scalars().all()
        if named:
            nothing: dict[str, Any] = {"session_id": None, "detail": "", "facts": "{}"}
            connection.execute(update(a).where(a.c.id.in_(named)).values(subject=pseudonym, **nothing))
        return len(named)

    def _conditions(self, wanted: AuditQuery) -> list[ColumnElement[bool]]:
        a = self._a
        found = [a.c[name] == value for name in _EQUAL if (value := getattr(wanted, name)) is not None]
        if wanted.subjects:
            found.append(a.c.subject.in_(wanted.subjects))
        if wanted.from_id is not None:
            found.append(a.c.id >= wanted.from_id)
        if wanted.before_id is not None:
            found.append(a.c.id < wanted.before_id)
        # What the indexes leave out is said, too, or a statement that is prepared once could not use them.
        if wanted.reason not in {None, "ok"}:
            found.append(a.c.reason != "ok")
        if wanted.client_id:
            found.append(a.c.client_id != "")
        return found


def another_shift() -> int:
    """Return what to add to the ids of rows where one was taken."""
    return random.randrange(1, 1 << ID_BITS)  # noqa: S311 - no secret
