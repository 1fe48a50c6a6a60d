"""Can this process do its work? Asked of the storage once a second at most, however many ask us."""

import asyncio
import time
from collections.abc import Callable

from accredit._guard import place_of
from accredit.audit.operations import readiness_changed
from accredit.audit.reporter import Reporter
from accredit.errors import LifecycleError, StorageFailed
from accredit.keys import SigningKeys
from accredit.storage import Storage

_TIMEOUT_S = 2.0
_FRESH_S = 1.0


class Readiness:
    """Try the keys and the storage, and tell operators when the answer changes.

    The storage is written, which costs a commit: anybody may ask, so there is one attempt at a time, and what came of
    it counts for a second. One that hangs counts as a failure after two, and is still the only one. `require_open` and
    `keys` raise where the exchange is not open. A node that signs nothing stores nothing: its storage is only read.
    """

    def __init__(
        self,
        *,
        require_open: Callable[[], None],
        keys: Callable[[], SigningKeys],
        storage: Storage,
        reporter: Reporter,
        signs: bool = True,
    ) -> None:
        self.signs = signs
        """Whether this node issues tokens."""
        self._require_open = require_open
        self._keys = keys
        self._storage = storage
        self._reporter = reporter
        self._attempt: asyncio.Task[str] | None = None
        self._begun_at = 0.0
        self._was_ready = True

    async def __call__(self) -> bool:
        """Return whether it can."""
        try:
            self._require_open()
        except LifecycleError as mistake:  # at once: an earlier answer, or another loop's attempt, says nothing of now
            self._tell(str(mistake))
            return False
        if self._attempt is None or (self._attempt.done() and time.monotonic() >= self._begun_at + _FRESH_S):
            self._attempt, self._begun_at = asyncio.create_task(self._try()), time.monotonic()
        attempt = self._attempt
        if not attempt.done():
            await asyncio.wait([attempt], timeout=max(0.0, self._begun_at + _TIMEOUT_S - time.monotonic()))
        problem = attempt.result() if attempt.done() else "the storage does not answer"
        self._tell(problem)
        return not problem

    async def _try(self) -> str:
        """Return what is wrong, empty where nothing is."""
        try:
            self._keys().jwks()  # raises where none are loaded
            if self.signs:
                await self._storage.check()
            await self._storage.get("")
        except StorageFailed as error:
            return error.detail
        except Exception as exc:  # whatever is wrong, it must not pass for an answer; its message may quote anything
            return place_of(exc)
        return ""

    def _tell(self, problem: str) -> None:
        ready, before = not problem, self._was_ready
        self._was_ready = ready
        if ready != before:
            self._reporter.emit(readiness_changed(problem))
