"""The line in front of the writer: bounded, and taken a batch at a time.

A commit costs the same for one row as for a hundred. So where many come at once it is worth a few milliseconds to let
them gather; and where few do, nobody is kept waiting.
"""

import asyncio
import queue
import threading
import time
from typing import Any, Generic, TypeVar

from accredit.errors import StorageFailed

T = TypeVar("T")

LARGEST_BATCH = 512
MOST_WAITING = 8_192
"""Pieces of work that are not begun: about a second of what SQLite can write. More is refused at once."""
COMPANY = 4
"""After a batch of so many the next one is let gather."""
GATHERING_S = 0.005
"""For so long at most."""
_QUIET_S = GATHERING_S / 2
"""When nobody has come for so long, everybody who is on the way is here."""
_TRUSTED = 4
"""For so many batches; then it is looked again whether more come."""


class Line(Generic[T]):
    """Who waits for the writer. `put` and `end` are for the event loop, `take` is for the writer's thread.

    Under load whoever is answered comes back soon: where a batch has been gathered long after its last piece came, the
    next ones are complete when they have as many.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[T, asyncio.Future[Any]] | asyncio.Future[Any]] = queue.SimpleQueue()
        self._last_size = 0
        self._complete_size = 0
        self._batches_to_trust_it = 0
        self._last_put = 0.0
        self._missing = 0
        """When so many wait, the batch is complete; 0 while nobody is waited for."""
        self._is_complete = threading.Event()

    @property
    def size(self) -> int:
        """So many wait."""
        return self._queue.qsize()

    def put(self, work: T, done: "asyncio.Future[Any]") -> None:
        """Let some work wait its turn.

        Raises:
            StorageFailed: too much waits already.
        """
        waiting = self._queue.qsize()
        if waiting >= MOST_WAITING:
            raise StorageFailed("more waits to be written than the database keeps up with")
        self._queue.put((work, done))
        if self._missing:
            self._last_put = time.monotonic()
            if waiting + 1 >= self._missing:
                self._is_complete.set()

    def end(self, ended: "asyncio.Future[Any]") -> None:
        """Let nobody wait any more: `take` hands out who does, and `ended` after them."""
        self._queue.put(ended)
        self._is_complete.set()

    def take(
        self, *, patience_s: float | None = None
    ) -> "tuple[list[tuple[T, asyncio.Future[Any]]], asyncio.Future[Any] | None]":
        """Wait for the next batch; return it, and the end where it has come.

        The batch is empty where nobody has come for `patience_s`.
        """
        try:
            item = self._queue.get(timeout=patience_s)
        except queue.Empty:
            return [], None
        was_quiet = self._last_size >= COMPANY and isinstance(item, tuple) and self._gather()
        batch: list[tuple[T, asyncio.Future[Any]]] = []
        while isinstance(item, tuple):
            # What nobody waits for any more before it was begun is not done: it would land though it was refused.
            if not item[1].cancelled():
                batch.append(item)
            if len(batch) == LARGEST_BATCH or self._queue.empty():
                break
            item = self._queue.get()
        self._last_size = len(batch)
        if was_quiet:
            self._complete_size, self._batches_to_trust_it = len(batch), _TRUSTED
        return batch, None if isinstance(item, tuple) else item

    def _gather(self) -> bool:
        """Wait until the batch is complete; tell whether nobody has come for a while."""
        trusted = self._batches_to_trust_it > 0
        self._batches_to_trust_it -= trusted
        self._is_complete.clear()
        missing = (self._complete_size if trusted else LARGEST_BATCH) - 1  # one is here
        began = self._last_put = time.monotonic()
        self._missing = missing
        is_complete = self._queue.qsize() >= missing or self._is_complete.wait(GATHERING_S)
        self._missing = 0
        return not is_complete and time.monotonic() - max(began, self._last_put) >= _QUIET_S
