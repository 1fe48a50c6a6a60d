"""What runs in threads: whoever closes waits for it, also where nobody waits for its result any more."""

import asyncio
import threading
from types import TracebackType


class WorkUnderWay:
    """Counts: `with` it, in any thread, stands a piece of work; `has_ended` waits until none does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def __enter__(self) -> None:
        with self._lock:
            self._count += 1

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._count -= 1
            told, self._waiting = ([], self._waiting) if self._count else (self._waiting, [])
        for loop, event in told:
            loop.call_soon_threadsafe(event.set)

    async def has_ended(self) -> None:
        """Wait, without a thread: where the interpreter is about to exit, no new one starts."""
        event = asyncio.Event()
        with self._lock:
            if not self._count:
                return
            self._waiting.append((asyncio.get_running_loop(), event))
        await event.wait()
