"""The sink that writes rows: nobody waits for it, and what it cannot write it counts and tells."""

import asyncio
import random
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

from accredit._guard import place_of
from accredit.audit.events import AnyEvent
from accredit.audit.operations import audit_behind
from accredit.audit.table.row import row_of
from accredit.errors import ConfigurationError, StorageFailed, UnclearCommit
from accredit.storage import AuditStore, KeepsAudit, Storage
from accredit.storage.ports.audit import ID_BITS, AuditRow, first_id

INTERVAL_S = 0.5
"""For so long rows are gathered."""
LARGEST_BATCH = 50
"""Rows that share one piece of work: whoever logs in at that moment waits a fraction of a millisecond for them."""
MOST_WAITING = 10_000
"""Rows. What happens while so many wait is lost, counted and told."""
TOLD_EVERY_S = 60.0
PRUNED_EVERY_S = 60.0
_BREATH_S = 0.02
"""Between two steps of deleting."""
PATIENCE_S = 5.0
_DAY_MS = 86_400_000


class AuditTable:
    """Take events as they happen, write them to `store` in batches, and delete what is older than `retention_days`.

    `clock` returns epoch seconds, `monotonic` seconds of a clock that nobody can set; `emit` takes what is to be told.
    """

    def __init__(
        self,
        store: AuditStore,
        *,
        retention_days: int,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        emit: Callable[[AnyEvent], None],
    ) -> None:
        self._store = store
        self._retention_ms = retention_days * _DAY_MS
        self._clock = clock
        self._monotonic = monotonic
        self._emit = emit
        self._node = socket.gethostname()
        self._waiting: deque[tuple[int, AnyEvent]] = deque()
        """When it happened, in epoch milliseconds, and what."""
        self._batch: list[AuditRow] = []
        """What is being written, or could not be and is tried again."""
        self._last_id = 0
        self._ending: asyncio.Event | None = None
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._problem = self._overdue = ""
        self._told_at: float | None = None
        self._untold = 0
        self.patience_s = PATIENCE_S
        """At the end what waits is written for so long at most."""
        self.written = self.lost = 0
        """So many rows since the start."""

    def __call__(self, event: AnyEvent, /) -> None:
        """Take note of an event: a microsecond. Not of what is repeated, which the log leaves out, too."""
        if event.is_repeated:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._lose(1)
        else:
            self._waiting.append((int(self._clock() * 1000), event))

    def open(self) -> None:
        """Begin to write and to delete, in tasks of the running event loop. The store is open."""
        self._ending = asyncio.Event()
        self._tasks = (asyncio.create_task(self._keep_writing(self._ending)), asyncio.create_task(self._keep_pruning()))

    async def close(self) -> None:
        """Write what waits, for some seconds at most, and end."""
        if self._ending is None:
            return
        self._ending.set()
        writing, pruning = self._tasks
        pruning.cancel()  # each of its steps is a transaction
        await asyncio.wait((writing,), timeout=self.patience_s)
        writing.cancel()
        await asyncio.gather(writing, pruning, return_exceptions=True)
        self._lose(len(self._waiting) + len(self._batch))
        self._waiting.clear()
        self._batch, self._ending = [], None
        if self._untold:
            self._tell()

    async def flush(self) -> None:
        """Write what waits; where the store fails it goes on waiting."""
        while self._batch or self._waiting:
            if not self._batch:
                self._batch = self._next_rows()
            try:
                await self._store.write(self._batch)
            except UnclearCommit:  # they may be there: written again they would be there twice
                self._lose(len(self._batch))
            except Exception as exc:  # of a storage of somebody else's any: it must not end the writing for good
                self._problem = _told(exc)
                return
            else:
                self.written += len(self._batch)
                self._problem = ""
            self._batch = []

    async def prune(self) -> None:
        """Delete what is too old, step by step."""
        before_id = first_id(int(self._clock() * 1000) - self._retention_ms)
        try:
            is_more = True
            while is_more:
                is_more = await self._store.prune(before_id)
                await asyncio.sleep(_BREATH_S)
        except Exception as exc:  # as above; the next time tries again
            self._overdue = f"old rows cannot be deleted: {_told(exc)}"
        else:
            self._overdue = ""

    def tell(self) -> None:
        """Tell that rows are lost, cannot be written, or should be gone and are not; once a minute."""
        if (self._problem or self._overdue or self._untold) and self._is_time_to_tell():
            self._tell()

    def measured(self) -> Mapping[str, float]:
        """Return how many rows wait, were written, and are lost."""
        return {"queue": len(self._waiting) + len(self._batch), "rows": self.written, "rows_lost": self.lost}

    async def _keep_writing(self, ending: asyncio.Event) -> None:
        is_ending = False
        while not is_ending:
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL_S):
                    await ending.wait()
            is_ending = ending.is_set()
            await self.flush()
            self.tell()

    async def _keep_pruning(self) -> None:
        while True:
            await self.prune()
            await asyncio.sleep(PRUNED_EVERY_S)

    def _next_rows(self) -> list[AuditRow]:
        count = min(LARGEST_BATCH, len(self._waiting))
        taken = [self._waiting.popleft() for _ in range(count)]
        return [row_of(event, self._next_id(time_ms), time_ms, self._node) for time_ms, event in taken]

    def _next_id(self, time_ms: int) -> int:
        """Return an id of that millisecond. Where the last one is of the same, the next number; else any."""
        begin = first_id(time_ms)
        is_same = begin <= self._last_id < begin + (1 << ID_BITS)
        self._last_id = self._last_id + 1 if is_same else begin + random.getrandbits(ID_BITS - 1)
        return self._last_id

    def _lose(self, count: int) -> None:
        self.lost += count
        self._untold += count

    def _is_time_to_tell(self) -> bool:
        return self._told_at is None or self._monotonic() - self._told_at >= TOLD_EVERY_S

    def _tell(self) -> None:
        self._told_at = self._monotonic()
        lost, self._untold = self._untold, 0
        problem = self._problem or self._overdue
        self._emit(audit_behind(problem, waiting=len(self._waiting) + len(self._batch), lost=lost))


def _told(exc: Exception) -> str:
    return exc.detail or "the storage fails" if isinstance(exc, StorageFailed) else place_of(exc)


def table_of(
    storage: Storage,
    *,
    retention_days: int,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    emit: Callable[[AnyEvent], None],
) -> AuditTable:
    """Return the audit table of a storage, not yet open.

    Raises:
        ConfigurationError: that storage keeps no audit rows.
    """
    store = storage.audit if isinstance(storage, KeepsAudit) else None
    if store is None:
        raise ConfigurationError(
            f"audit.table: the storage, a {type(storage).__name__}, keeps no audit rows: set audit.table = false (a "
            "SqlStorage takes them with `tables_in(metadata, audit=True)`)"
        )
    return AuditTable(store, retention_days=retention_days, clock=clock, monotonic=monotonic, emit=emit)
