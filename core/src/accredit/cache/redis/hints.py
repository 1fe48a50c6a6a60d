"""What one node knows of a provider that is down, told to the others: no more than a reason to be careful."""

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping
from typing import Protocol

from accredit.cache.redis.line import Away, Line
from accredit.cache.redis.seals import NotOurs, Seals

EVERY_S = 2.0
"""Between two rounds of telling and hearing."""
HINT_S = 5.0
"""So long a hint counts: longer than a round, and so short that it hardly outlives what it tells of."""


class Listener(Protocol):
    """What is told of, and what hears of it: a breaker."""

    @property
    def is_open(self) -> bool:
        """Tell whether its provider counts as down here."""

    def warn(self, for_s: float) -> None:
        """Hear that it counts as down on another node."""


class Hints:
    """Tell of each of `listeners` that is open, under its name, and warn those that another node tells of.

    Sealed, so that nobody else can tell anything. `clock` returns epoch seconds; `rejected` is told of a hint that
    somebody else has written.
    """

    def __init__(
        self,
        line: Line,
        seals: Seals,
        listeners: Mapping[str, Listener],
        *,
        clock: Callable[[], float],
        rejected: Callable[[], None],
    ) -> None:
        self._line = line
        self._seals = seals
        self._listeners = [(f"hint {name}".encode(), one) for name, one in listeners.items()]
        self._keys = [f"accredit:{{hints}}:{seals.name(what)}" for what, _ in self._listeners]
        self._clock = clock
        self._rejected = rejected
        self._token = secrets.token_hex(8)

    @property
    def _who(self) -> str:
        """This process, also among those that were forked from one which has made this."""
        return f"{self._token}-{os.getpid()}"

    async def go_on(self) -> None:
        """Tell and hear, again and again, until it is cancelled."""
        while self._keys:
            await asyncio.sleep(EVERY_S)
            try:
                await self.exchange()
            except Away:  # each knows only what it has found out by itself
                continue

    async def exchange(self) -> None:
        """Tell and hear once, all at once.

        Raises:
            Away: there is nobody to tell.
        """
        ends_at = self._clock() + HINT_S
        told = [
            self._line.ask("SET", key, self._seals.seal(what, f"{self._who} {ends_at}".encode()), "PX", _MS)
            for key, (what, listener) in zip(self._keys, self._listeners, strict=True)
            if listener.is_open
        ]
        *_, heard = await asyncio.gather(*told, self._line.ask("EVAL", _HEAR, len(self._keys), *self._keys))
        if not isinstance(heard, list):  # somebody else answers in the server's place
            return
        for (what, listener), hint in zip(self._listeners, heard, strict=False):
            if hint and isinstance(hint, bytes):
                self._hear(what, listener, hint)

    def _hear(self, what: bytes, listener: Listener, hint: bytes) -> None:
        try:
            who, ends_at = self._seals.unseal(what, hint).decode().split(" ")
            left_s = min(float(ends_at) - self._clock(), HINT_S)
        except NotOurs:
            self._rejected()
            return
        except ValueError:  # of a node with another version
            return
        if who != self._who and left_s > 0:
            listener.warn(left_s)


_MS = int(HINT_S * 1000)
# No more of each than a hint is long, whatever somebody else has written there.
_HEAR = """local heard = {}
for i, key in ipairs(KEYS) do
  local hint = redis.pcall('GETRANGE', key, 0, 255)
  heard[i] = type(hint) == 'string' and hint or ''
end
return heard"""
