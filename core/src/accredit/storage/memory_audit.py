"""Audit rows in memory, for tests and demonstrations."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from accredit.storage.ports.audit import AuditQuery, AuditRow

_MOST_ROWS = 10_000
"""Kept; the oldest goes."""
_EQUAL = ("client_id", "connection", "session_id", "reason", "outcome", "event")


class MemoryAudit:
    """Keep the latest rows."""

    def __init__(self) -> None:
        self._rows: deque[AuditRow] = deque(maxlen=_MOST_ROWS)

    async def write(self, rows: Sequence[AuditRow]) -> None:
        """Add rows."""
        taken = {row.id for row in self._rows}
        for row in rows:
            row_id = row.id
            while row_id in taken:
                row_id += 1
            taken.add(row_id)
            self._rows.append(replace(row, id=row_id))

    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        """Return the latest rows that are wanted, oldest first."""
        found = sorted((row for row in self._rows if _is_wanted(row, wanted)), key=lambda row: row.id)
        return tuple(found[-wanted.limit :])

    async def prune(self, before_id: int) -> bool:
        """Delete rows."""
        self._rows = deque((row for row in self._rows if row.id >= before_id), maxlen=_MOST_ROWS)
        return False

    async def pseudonymize(self, subject: str, pseudonym: str) -> int:
        """Let no row name a subject."""
        changed = {"subject": pseudonym, "session_id": None, "detail": "", "facts": "{}"}
        named = sum(row.subject == subject for row in self._rows)
        rows = [replace(row, **changed) if row.subject == subject else row for row in self._rows]  # type: ignore[arg-type]  # the fields' types
        self._rows = deque(rows, maxlen=_MOST_ROWS)
        return named


def _is_wanted(row: AuditRow, wanted: AuditQuery) -> bool:
    equal = all(getattr(wanted, name) in {None, getattr(row, name)} for name in _EQUAL)
    by_subject = not wanted.subjects or row.subject in wanted.subjects
    begun = wanted.from_id is None or row.id >= wanted.from_id
    return equal and by_subject and begun and (wanted.before_id is None or row.id < wanted.before_id)
