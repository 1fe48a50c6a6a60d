"""Wrong tokens: each costs its sender a second, and many of them nobody a flood in the log.

256 random bits are not guessed, however often somebody tries, so the right token is never kept waiting: else whoever
sends wrong ones could lock operators out.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from accredit.settings.operator import OperatorTokenHash

MOST_WRONG = 10
"""In a minute; those beyond are refused at once, with 429."""
PERIOD_S = 60
WAIT_S = 1.0


class Attempts:
    """Look at tokens. `clock` returns seconds of a monotonic clock; `wait` is `asyncio.sleep`."""

    def __init__(
        self,
        known: OperatorTokenHash,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._known = known
        self._clock = clock
        self._wait = wait
        self._wrong: deque[float] = deque()

    def is_right(self, token: str) -> bool:
        """Tell whether it is the token, in constant time."""
        return self._known.matches(token)

    async def was_wrong(self) -> int:
        """Count a wrong one, keep its sender waiting, and return how many there were in a minute.

        More than `MOST_WRONG` are neither counted nor kept waiting.
        """
        now = self._clock()
        while self._wrong and now - self._wrong[0] >= PERIOD_S:
            self._wrong.popleft()
        if len(self._wrong) == MOST_WRONG:
            return MOST_WRONG + 1
        self._wrong.append(now)
        count = len(self._wrong)
        await self._wait(WAIT_S)
        return count
