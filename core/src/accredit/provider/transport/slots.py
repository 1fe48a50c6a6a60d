"""How many may do something at once; the others wait in line."""

import asyncio
from collections import deque


class Slots:
    """So many slots. As `asyncio.Semaphore`, but that who finds one free waits for nobody and asks nobody."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take(self) -> bool:
        """Take a slot, or tell by False that there is none: `wait` then has the next one."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def wait(self) -> None:
        """Wait for a slot, in line, and take it."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # both at once: it goes to the next
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back: to whoever has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # who has left is still in line
                turn.set_result(None)
                return
        self._free += 1
