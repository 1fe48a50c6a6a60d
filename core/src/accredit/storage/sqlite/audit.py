"""The audit table of a SQLite database: rows share the commit of whoever logs in at that moment."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from accredit.storage.ports.audit import AuditQuery, AuditRow
from accredit.storage.sqlite import audit_rows
from accredit.storage.sqlite.pruning import MOST_AT_ONCE

T = TypeVar("T")


class Do(Protocol):
    """Runs a piece of work on a connection, and returns what that returns."""

    async def __call__(self, work: Callable[[sqlite3.Connection], T], /) -> T:
        """Return its result."""


class SqliteAudit:
    """Writes with `do`, as the writer does it; `look` reads in a thread, on a connection of its own."""

    def __init__(self, do: Do, look: Do) -> None:
        self._do = do
        self._look = look

    async def write(self, rows: Sequence[AuditRow]) -> None:
        """Add rows."""
        await self._do(partial(audit_rows.write, rows=rows))

    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        """Return the latest rows that are wanted, oldest first."""
        return await self._look(partial(audit_rows.find, wanted=wanted))

    async def prune(self, before_id: int) -> bool:
        """Delete some rows."""
        return await self._do(partial(audit_rows.prune, before_id=before_id, most=MOST_AT_ONCE))

    async def pseudonymize(self, subject: str, pseudonym: str) -> int:
        """Let no row name a subject."""
        work = partial(audit_rows.pseudonymize, subject=subject, pseudonym=pseudonym, most=MOST_AT_ONCE)
        changed = total = await self._do(work)
        while changed == MOST_AT_ONCE:
            changed = await self._do(work)
            total += changed
        return total
