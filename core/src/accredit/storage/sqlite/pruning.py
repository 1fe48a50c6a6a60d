"""Expired rows leave in small steps, each a transaction of its own, while nobody waits for the writer."""

import sqlite3
from collections.abc import Callable

from accredit.storage.sqlite.transaction import transaction

Prune = Callable[[sqlite3.Connection, int], bool]
"""Delete at most so many expired rows of each kind; tell whether there may be more."""

MOST_AT_ONCE = 200
"""Rows of each kind in one step."""
_EVERY = MOST_AT_ONCE // 2
"""Pieces of work to a step: twice what comes in may leave, so that it keeps up."""
_OVERDUE = 10 * _EVERY
"""After so many without a pause a step comes between two batches."""
_PAUSE_S = 0.02
"""When nobody has come for so long, nobody waits for a step."""


class Pruning:
    """How much is to be pruned, by what was written. For the writer's thread only."""

    def __init__(self, prune: Prune) -> None:
        self._prune = prune
        self._unpruned = 0

    @property
    def pause_s(self) -> float | None:
        """So long the writer waits for work before it prunes; None: as long as it takes."""
        return _PAUSE_S if self._unpruned >= _EVERY else None

    def after(self, connection: sqlite3.Connection, written: int) -> None:
        """Prune where it is due after a batch of so many; of none, which is a pause, or where it is overdue."""
        self._unpruned += written
        due = _OVERDUE if written else _EVERY
        while self._unpruned >= due:
            self._step(connection)
            if not written:  # somebody may have come meanwhile
                return

    def _step(self, connection: sqlite3.Connection) -> None:
        self._unpruned -= _EVERY
        try:
            with transaction(connection):
                is_more = self._prune(connection, MOST_AT_ONCE)
        except sqlite3.Error:  # full or locked, say: nobody asked for it, and the next hundred logins try again
            is_more = False
        if not is_more:
            self._unpruned = 0
