"""How many may do something at once; the others wait in line."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Slots(Generic[T]):
    """So many slots, and what is kept in each for whoever has it next: `slots.free.pop() if slots.free else …wait()`.

    As `asyncio.Semaphore`, but that who finds one free waits for nobody and asks nobody.
    """

    def __init__(self, number: int) -> None:
        self.free: list[T | None] = [None] * number
        """The empty ones first, and last what was used last."""
        self._waiting: deque[asyncio.Future[T | None]] = deque()

    async def wait(self) -> T | None:
        """Wait for a slot, in line, and take it with what is kept in it."""
        turn: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # both at once: it goes to the next
                self.release(turn.result())
            raise

    def release(self, kept: T | None) -> None:
        """Give a slot back: to whoever has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # who has left is still in line
                turn.set_result(kept)
                return
        if kept is None:
            self.free.insert(0, None)
        else:
            self.free.append(kept)
