"""The port for the audit table. Not asked of every storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from accredit._quick_init import with_quick_init

ID_BITS = 20
"""An id is the time in milliseconds, with so many bits below it that tell the rows of one millisecond apart."""
LAST_ID = (1 << 63) - 1
"""The greatest that databases keep; its time is in the year 2248."""


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One thing that has happened. It holds no secret, and every text is bounded."""

    id: int
    """Grows with the time, so that pages stay as they are while rows are written: see `first_id`."""
    time_ms: int
    """Epoch milliseconds."""
    node: str
    """The machine's name."""
    event: str
    outcome: str | None = None
    reason: str = ""
    status: int | None = None
    client_id: str = ""
    connection: str = ""
    subject: str | None = None
    session_id: str | None = None
    detail: str = ""
    facts: str = "{}"
    """What else stands in the event's log line, as a JSON object: checks and calls, scopes, and so on."""
    duration_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which rows: those to which all applies that is said."""

    subjects: tuple[str, ...] = ()
    """Any of these."""
    client_id: str | None = None
    connection: str | None = None
    session_id: str | None = None
    reason: str | None = None
    outcome: str | None = None
    event: str | None = None
    from_id: int | None = None
    """Rows of this id, and later ones."""
    before_id: int | None = None
    """Earlier rows than this one."""
    limit: int = 50
    """The latest so many."""


def first_id(time_ms: int) -> int:
    """Return the least id of a millisecond."""
    return min(max(0, time_ms) << ID_BITS, LAST_ID)


class AuditStore(Protocol):
    """Keep audit rows, apart from everything that decides. Every method raises `StorageFailed` where it cannot be done.

    Nobody waits for a row that is written: it need not be on disk before others are, and shares their transaction.
    """

    async def write(self, rows: Sequence[AuditRow]) -> None:
        """Add rows, all or none. Where one's id is taken by another node's row, it gets another one."""

    async def find(self, wanted: AuditQuery) -> tuple[AuditRow, ...]:
        """Return the latest `limit` rows that are wanted, oldest first."""

    async def prune(self, before_id: int) -> bool:
        """Delete some of the rows before that id, in one short transaction; tell whether there may be more.

        Where another node is about it, nothing is done.
        """

    async def pseudonymize(self, subject: str, pseudonym: str) -> int:
        """Let no row name a subject, nor say more of it than what happened, when and where; return how many did."""


@runtime_checkable
class KeepsAudit(Protocol):
    """A storage that can keep audit rows."""

    @property
    def audit(self) -> AuditStore | None:
        """Where they are kept, None where it has no table for them."""
