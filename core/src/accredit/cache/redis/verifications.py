"""What providers have said, kept where all nodes see it, and asked for by one node for all."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from typing import Any

from accredit.cache.memory import MemoryCache
from accredit.cache.redis.encoding import NoJson, WrittenOtherwise, decode, encode
from accredit.cache.redis.line import Away, Line, Spoilt
from accredit.cache.redis.seals import NotOurs, Seals
from accredit.models import Verification

LEASE_S = 2.0
"""For so long one node asks for all; if it dies meanwhile, the next one may after that."""
PATIENCE_S = 1.0
"""For so long others wait for what it finds; then each asks for itself."""
_SHARE_OF_TIME = 0.25
"""Of what is left to a login, they wait no more than this: it must be able to ask for itself afterwards."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.1
"""Between two looks whether it has found something."""
_FORGOTTEN_S = 60.0
"""For so long nothing is kept of what was to be forgotten: another node may have asked already, and get an old answer.
"""
_LARGEST = 65_536
"""Bytes of one value; what is larger is not shared, and no more than that is read of what somebody else has written."""

# One key or several of one place, also in a cluster: the braces say what decides it.
_LOOK = f"""local value = redis.call('GETRANGE', KEYS[1], 0, {_LARGEST})
if value ~= '' or redis.call('EXISTS', KEYS[1]) == 1 then return value end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0"""
_RELEASE = """if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1"""
_PUT = """if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1"""
_FORGET = """redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
return 1"""


class RedisCache:
    """Keep verifications in what nodes share; while that is gone, in this process, about `max_bytes` of them.

    `clock` returns epoch seconds, `monotonic` seconds of a clock that nobody can set. `rejected` is told of a value
    that somebody else has written.
    """

    def __init__(
        self,
        line: Line,
        seals: Seals,
        *,
        max_bytes: int,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        rejected: Callable[[], None],
    ) -> None:
        self._line = line
        self._seals = seals
        self._max_bytes = max_bytes
        self._clock = clock
        self._monotonic = monotonic
        self._rejected = rejected
        self._token = secrets.token_hex(8)
        self._leases: set[bytes] = set()
        self._releasing: set[asyncio.Task[None]] = set()
        self._local_of = line.failures
        self._kept = self._empty()

    @property
    def hmac_key(self) -> bytes:
        """The same everywhere, and no secret: what it makes stays in the process. Names are made by `Seals`."""
        return b"accredit: kept under other names"

    @property
    def _local(self) -> MemoryCache:
        """What is kept in this process, of this outage alone: after it nobody has told us what to forget."""
        if self._local_of != self._line.failures:
            self._local_of = self._line.failures
            self._kept = self._empty()
        return self._kept

    def _empty(self) -> MemoryCache:
        return MemoryCache(max_bytes=self._max_bytes, clock=self._monotonic)

    async def get(self, key: bytes) -> Verification | None:
        """Return what is kept, unless its time has passed."""
        try:
            answers = [await self._read(name) for name in self._seals.names(key)]
            return self._opened(key, answers)
        except Away as away:
            return await self._alone(key, away)

    async def find(self, key: bytes, *, wait_s: float) -> Verification | None:
        """Return what is kept, or what another node that asks for it finds soon, within a part of `wait_s` seconds.

        Where that is None, the caller asks; `put` tells the others, or `release` lets one of them ask.
        """
        loop = asyncio.get_running_loop()
        end, pause_s = loop.time() + min(PATIENCE_S, wait_s * _SHARE_OF_TIME), _FIRST_PAUSE_S
        try:
            while True:
                found, is_coming = await self._look(key)
                if not is_coming or loop.time() + pause_s > end:
                    return found
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        except Away as away:
            return await self._alone(key, away)

    async def put(self, key: bytes, verification: Verification, *, ttl_s: float, size_bytes: int) -> None:
        """Keep it for `ttl_s` seconds."""
        try:
            value = self._seals.seal(key, encode(verification, ends_at=self._clock() + ttl_s))
        except NoJson:
            value = b""
        if not value or len(value) > _LARGEST or ttl_s < 0.001:
            return
        name = self._seals.name(key)
        keys = (_value(name), _lease(name), _forgotten(name))
        try:
            await self._line.ask("EVAL", _PUT, len(keys), *keys, self._token, value, int(ttl_s * 1000))
            self._leases.discard(key)
        except Spoilt:
            self._rejected()
        except Away:
            await self._local.put(key, verification, ttl_s=ttl_s, size_bytes=size_bytes)

    async def forget(self, key: bytes) -> None:
        """Let go of it, on all nodes.

        Raises:
            Away: others may still keep it.
        """
        await self._local.forget(key)
        for name in self._seals.names(key):
            await self._line.ask("EVAL", _FORGET, 2, _value(name), _forgotten(name), int(_FORGOTTEN_S * 1000))

    def release(self, key: bytes) -> None:
        """Let another node ask, unless `put` has told what was found. Waits for nothing."""
        if key in self._leases:
            self._leases.discard(key)
            task = asyncio.create_task(self._release(_lease(self._seals.name(key))))
            self._releasing.add(task)
            task.add_done_callback(self._releasing.discard)

    async def close(self) -> None:
        """Wait until what was released is."""
        await asyncio.gather(*self._releasing)

    async def _release(self, lease: str) -> None:
        with contextlib.suppress(Away):  # it ends by itself
            await self._line.ask("EVAL", _RELEASE, 1, lease, self._token)

    async def _alone(self, key: bytes, away: Away) -> Verification | None:
        """Return what is kept here, but only where nobody can be asked: others may have been told to forget it."""
        if isinstance(away, Spoilt):
            self._rejected()
            return None
        return await self._local.get(key)

    async def _read(self, name: str) -> bytes | None:
        return await self._line.ask("GETRANGE", _value(name), 0, _LARGEST) or None

    async def _look(self, key: bytes) -> tuple[Verification | None, bool]:
        """Return what is kept; and whether another node is asking for it, where nothing is."""
        first, *older = self._seals.names(key)
        asked = [self._line.ask("EVAL", _LOOK, 2, _value(first), _lease(first), self._token, int(LEASE_S * 1000))]
        asked += [self._read(name) for name in older]
        answers = await asyncio.gather(*asked) if older else [await asked[0]]
        if answers[0] == 1:
            self._leases.add(key)
        found = self._opened(key, answers)
        return found, found is None and answers[0] == 0

    def _opened(self, key: bytes, answers: list[Any]) -> Verification | None:
        """Return the first that is one, and is ours; each was found under the name of the key of its number."""
        for number, answer in enumerate(answers):
            if not isinstance(answer, bytes):
                continue
            try:
                verification, ends_at = decode(self._seals.unseal(key, answer, number))
            except NotOurs:
                self._rejected()
                continue
            except WrittenOtherwise:
                continue
            if self._clock() < ends_at:
                return verification
        return None


def _value(name: str) -> str:
    return f"accredit:v:{{{name}}}"


def _lease(name: str) -> str:
    return f"accredit:v:{{{name}}}:asked"


def _forgotten(name: str) -> str:
    return f"accredit:v:{{{name}}}:forgotten"
