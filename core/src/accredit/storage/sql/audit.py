"""The audit table of a SQL database: rows share the transaction of whoever logs in at that moment."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from accredit.storage.ports.audit import AuditQuery, AuditRow
from accredit.storage.sql.audit_rows import AuditRows, another_shift

T = TypeVar("T")
_MOST_AT_ONCE = 500
"""Of what one transaction deletes or changes."""


class Read(Protocol):
    """Runs a look-up."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]:
        """Return its result."""


class SqlAudit:
    """Writes with `do`, and with `do_apart` what may be left to another node; reads with `read`."""

    def __init__(
        self,
        rows: AuditRows,
        *,
        do: Callable[[Callable[[Connection], Any]], Awaitable[Any]],
        do_apart: Callable[[Callable[[Connection], Any]], Awaitable[Any]],
        read: Read,
    ) -> None:
        self._rows = rows
        self._do = do
        self._do_apart = do_apart
        self._read = read

    async def write(self, rows: Sequence[AuditRow]) -> None:
        """Add rows. A transaction that fails for an id that is taken is tried again: then all get other ones."""
        shifts: list[int] = []

        def work(connection: Connection) -> None:
            shifts.append(another_shift() if shifts else 0)
            self._rows.write(connection, rows, shift=shifts[-1])

        await self._do(work)

    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        """Return the latest rows that are wanted, oldest first."""
        return await self._read(lambda connection: self._rows.find(connection, wanted))

    async def prune(self, before_id: int) -> bool:
        """Delete some rows."""
        return bool(await self._do_apart(lambda connection: self._rows.prune(connection, before_id, _MOST_AT_ONCE)))

    async def pseudonymize(self, subject: str, pseudonym: str) -> int:
        """Let no row name a subject."""
        total, changed = 0, _MOST_AT_ONCE
        while changed == _MOST_AT_ONCE:
            changed = await self._do(
                lambda connection: self._rows.pseudonymize(connection, subject, pseudonym, _MOST_AT_ONCE)
            )
            total += changed
        return total
