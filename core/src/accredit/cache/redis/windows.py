"""Counters in windows that begin with the first, for all nodes together.

Our own commands rather than the storage for Redis of the library `limits`: that one asks for each counter by itself,
six times for a login, over connections of its own. All counters are in one place of a cluster, so that one command can
look at several: a server counts some hundred thousand a second.
"""

from collections.abc import Sequence
from typing import Any

from accredit.cache.redis.line import Line, Spoilt
from accredit.cache.redis.seals import Seals

# A window ends in its time at the latest, even if somebody else has written its counter.
_BOUND = """local function bound(key, window)
  local left = redis.call('PTTL', key)
  if left < 0 or left > tonumber(window) then redis.call('PEXPIRE', key, window) end
end
"""
_REACHED = f"""{_BOUND}local looks = tonumber(ARGV[1])
for i, key in ipairs(KEYS) do
  local amount = tonumber(ARGV[2 * i])
  if i <= looks then
    local count = tonumber(redis.call('GET', key) or '0')
    if not count then return redis.error_reply('WRONGTYPE this is no number') end
    if count >= amount then
      bound(key, ARGV[2 * i + 1])
      return i
    end
  else
    local count = redis.call('INCR', key)
    bound(key, ARGV[2 * i + 1])
    if count > amount then return i end
  end
end
return 0"""
_ADD = f"""{_BOUND}local count = 0
for i, key in ipairs(KEYS) do
  count = redis.call('INCR', key)
  bound(key, ARGV[i])
end
return count"""

Counter = tuple[str, int, int]
"""What is counted, how many there may be, and for how many seconds."""


class RedisWindows:
    """Count on all nodes together; names are hashes, because they are made of addresses and of users."""

    def __init__(self, line: Line, seals: Seals) -> None:
        self._line = line
        self._seals = seals

    async def reached(self, looks: Sequence[Counter], counted: Sequence[Counter]) -> int | None:
        """Look at some counters, and count others, one after the other, until one has too many; return its number.

        Raises:
            Away: nobody knows.
        """
        counters = (*looks, *counted)
        if not counters:
            return None
        bounds: list[Any] = [part for _, amount, window_s in counters for part in (amount, window_s * 1000)]
        keys = [self._name(what) for what, _, _ in counters]
        number = _number(await self._line.ask("EVAL", _REACHED, len(keys), *keys, len(looks), *bounds))
        if not 0 <= number <= len(counters):
            raise Spoilt
        return number - 1 if number else None

    async def add(self, counters: Sequence[tuple[str, int]]) -> int:
        """Count one more of each, for so many seconds; return how many the last one has.

        Raises:
            Away: nobody knows.
        """
        keys = [self._name(what) for what, _ in counters]
        windows = [window_s * 1000 for _, window_s in counters]
        return _number(await self._line.ask("EVAL", _ADD, len(keys), *keys, *windows))

    async def left_s(self, what: str) -> float:
        """Return the seconds until a window ends, 0 where there is none.

        Raises:
            Away: nobody knows.
        """
        return max(0, _number(await self._line.ask("PTTL", self._name(what)))) / 1000

    def _name(self, what: str) -> str:
        return f"accredit:{{limits}}:{self._seals.name(f'limit {what}'.encode())}"


def _number(answer: object) -> int:
    """Return an answer that is a number, as all of these are, unless somebody else answers in the server's place."""
    if not isinstance(answer, int):
        raise Spoilt
    return answer
