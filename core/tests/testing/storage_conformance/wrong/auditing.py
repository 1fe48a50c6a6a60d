"""Wrong: what is kept of audit rows, found and deleted."""

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.storage import AuditQuery, AuditRow, MemoryStorage, SqliteStorage
from accredit.storage.memory_audit import MemoryAudit
from accredit.storage.sqlite import audit_rows
from accredit.storage.sqlite.audit import SqliteAudit


def wrong_audit(*checks: str) -> Callable[[type[MemoryAudit]], type[MemoryAudit]]:
    """Enter a storage that keeps its audit rows so, under the same name."""

    def enter(kind: type[MemoryAudit]) -> type[MemoryAudit]:
        class Keeping(MemoryStorage):
            def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
                super().__init__(clock=clock)
                self.audit = kind()

        Keeping.__name__ = kind.__name__
        wrong(*checks)(Keeping)
        return kind

    return enter


@wrong_audit(
    "audit_rows_come_back_as_they_were_written_oldest_first",
    "pages_of_audit_rows_stay_while_rows_are_written",
)
class FindsTheOldest(MemoryAudit):
    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        return (await super().find(replace(wanted, limit=10_000)))[: wanted.limit]


@wrong_audit("audit_rows_are_found_by_each_of_their_columns")
class AsksForNoOutcome(MemoryAudit):
    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        return await super().find(replace(wanted, outcome=None))


@wrong_audit("audit_rows_are_found_by_each_of_their_columns")
class TakesNoClientForAnyClient(MemoryAudit):
    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        return await super().find(replace(wanted, client_id=wanted.client_id or None))


@wrong_audit("audit_rows_are_found_by_each_of_their_columns")
class TakesNoConnectionForAnyConnection(MemoryAudit):
    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        return await super().find(replace(wanted, connection=wanted.connection or None))


@wrong_audit("audit_rows_are_found_by_each_of_their_columns")
class TakesNoReasonForAnyReason(MemoryAudit):
    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        return await super().find(replace(wanted, reason=wanted.reason or None))


@wrong_audit("old_audit_rows_are_deleted_in_steps")
class IsDoneAfterTheFirstStep(MemoryAudit):
    async def prune(self, before_id: int) -> bool:
        step = {row.id for row in list(self._rows)[:500] if row.id < before_id}
        self._rows = deque(row for row in self._rows if row.id not in step)
        return False


@wrong_audit("audit_rows_name_a_subject_no_longer")
class ChangesTheNameOnly(MemoryAudit):
    async def pseudonymize(self, subject: str, pseudonym: str) -> int:
        named = sum(row.subject == subject for row in self._rows)
        self._rows = deque(replace(row, subject=pseudonym) if row.subject == subject else row for row in self._rows)
        return named


class _Replacing(SqliteAudit):
    async def write(self, rows: Sequence[AuditRow]) -> None:
        def replacing(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM audit_events WHERE id = ?", [(row.id,) for row in rows])
            audit_rows.write(connection, rows)

        await self._do(replacing)


@wrong("an_audit_row_whose_id_is_taken_is_not_lost")
class ReplacesTheRowOfAnother(SqliteStorage):
    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock=clock)
        self.audit = _Replacing(self._do, self._look)
