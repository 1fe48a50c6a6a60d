"""The audit table, as functions of a connection."""

import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

from accredit.storage.ports.audit import AuditQuery, AuditRow

_COLUMNS = tuple(field.name for field in fields(AuditRow))
_NAMES = ", ".join(_COLUMNS)
_values = attrgetter(*_COLUMNS[1:])
_INSERT = f"INSERT OR IGNORE INTO audit_events ({_NAMES}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - field names
_PRUNE = "DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE id < ? ORDER BY id LIMIT ?)"
_PSEUDONYMIZE = (
    "UPDATE audit_events SET subject = ?, session_id = NULL, detail = '', facts = '{}'"
    " WHERE id IN (SELECT id FROM audit_events WHERE subject = ? LIMIT ?)"
)
_EQUAL = ("client_id", "connection", "session_id", "reason", "outcome", "event")


def write(connection: sqlite3.Connection, rows: Sequence[AuditRow]) -> None:
    """Add rows. An id that another process has taken in the same millisecond is counted up until one is free."""
    for row in rows:
        row_id, rest = row.id, _values(row)
        while not connection.execute(_INSERT, (row_id, *rest)).rowcount:
            row_id += 1


def find(connection: sqlite3.Connection, wanted: AuditQuery) -> tuple[AuditRow, ...]:
    """Return the latest rows that are wanted, oldest first."""
    conditions, values = ["1"], list[object]()
    if wanted.subjects:
        conditions.append(f"subject IN ({', '.join('?' * len(wanted.subjects))})")
        values += wanted.subjects
    for name in _EQUAL:
        if (value := getattr(wanted, name)) is not None:
            conditions.append(f"{name} = ?")
            values.append(value)
    for condition, bound in (("id >= ?", wanted.from_id), ("id < ?", wanted.before_id)):
        if bound is not None:
            conditions.append(condition)
            values.append(bound)
    if wanted.reason not in {None, "ok"}:
        conditions.append("reason <> 'ok'")  # so that SQLite sees that the index has them
    asked = f"SELECT {_NAMES} FROM audit_events WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?"  # noqa: S608 - field names
    rows = connection.execute(asked, (*values, wanted.limit)).fetchall()
    return tuple(AuditRow(**dict(zip(_COLUMNS, row, strict=True))) for row in reversed(rows))


def prune(connection: sqlite3.Connection, before_id: int, most: int) -> bool:
    """Delete at most `most` rows; tell whether there may be more."""
    return connection.execute(_PRUNE, (before_id, most)).rowcount == most


def pseudonymize(connection: sqlite3.Connection, subject: str, pseudonym: str, most: int) -> int:
    """Let at most `most` rows name a subject no longer; return how many did."""
    return connection.execute(_PSEUDONYMIZE, (pseudonym, subject, most)).rowcount
