"""Who is kept waiting by somebody else's lock: each waits by itself, a few at a time, and the others go on.

Who asks for the same thing meanwhile waits here, too, instead of holding up everybody once more.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from accredit.storage.sql.batches import Piece
from accredit.storage.sql.rotations import Rotate
from accredit.storage.sql.storage import Waiting, tell


class LineAlone:
    """Runs pieces of work one by one, `most` at a time. `run` returns what its caller is to be told."""

    def __init__(self, most: int, run: Callable[[Piece], Awaitable[object]]) -> None:
        self._room = asyncio.Semaphore(most)
        self._run = run
        self._names: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def size(self) -> int:
        """So many wait, or are at work."""
        return len(self._tasks)

    def takes(self, waiting: Waiting) -> bool:
        """Take a piece of work where one waits here that is about the same; tell whether it was taken."""
        if not self._names or not any(name in self._names for name in _names(waiting[0])):
            return False
        self.put(waiting)
        return True

    def put(self, waiting: Waiting) -> None:
        """Let a piece of work wait here."""
        names = _names(waiting[0])
        self._names.update(names)
        task = asyncio.create_task(self._wait(waiting))
        self._tasks.add(task)

        def has_ended(ended: asyncio.Task[None]) -> None:
            self._tasks.discard(ended)
            self._names -= Counter(names)

        task.add_done_callback(has_ended)

    async def close(self) -> None:
        """Wait for all."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _wait(self, waiting: Waiting) -> None:
        piece, done = waiting
        try:
            async with self._room:
                if not done.done():  # else nobody waits for it any more
                    tell(waiting, await self._run(piece))
        except asyncio.CancelledError:  # the loop ends
            done.cancel()
            raise


def _names(piece: Piece) -> tuple[str, ...]:
    if isinstance(piece.work, Rotate):
        return (f"session\0{piece.work.successor.session_id}",)
    return piece.keys
