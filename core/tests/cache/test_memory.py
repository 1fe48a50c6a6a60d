"""The cache of one process: bounded, and short of memory it forgets who was kept first."""

import pytest

from accredit import AppBound, Verification
from accredit.cache import MemoryCache
from accredit.cache.kept import ENTRY_BYTES, OBJECT_BYTES


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def one(user_id: str) -> Verification:
    return Verification(user_id=user_id, audience=AppBound("app"), claims={})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> MemoryCache:
    return MemoryCache(max_bytes=10 * (ENTRY_BYTES + OBJECT_BYTES * 100), clock=clock)


async def test_it_is_kept_for_its_time(cache: MemoryCache, clock: Clock) -> None:
    await cache.put(b"a", one("1"), ttl_s=30, size_bytes=100)
    clock.now = 29.9
    assert await cache.get(b"a") == one("1")
    clock.now = 30
    assert await cache.get(b"a") is None
    assert len(cache) == 0


async def test_the_oldest_go_where_there_is_no_room(cache: MemoryCache) -> None:
    for number in range(1000):
        await cache.put(b"%d" % number, one(str(number + 1)), ttl_s=30, size_bytes=100)
    assert len(cache) == 10
    assert await cache.get(b"989") is None
    assert await cache.get(b"990") == one("991")


async def test_what_is_put_again_takes_its_room_once(cache: MemoryCache) -> None:
    for _ in range(100):
        await cache.put(b"a", one("1"), ttl_s=30, size_bytes=100)
    for number in range(9):
        await cache.put(b"%d" % number, one("2"), ttl_s=30, size_bytes=100)
    assert len(cache) == 10


async def test_what_takes_a_quarter_of_the_room_is_not_kept(cache: MemoryCache) -> None:
    await cache.put(b"a", one("1"), ttl_s=30, size_bytes=100)
    await cache.put(b"a", one("2"), ttl_s=30, size_bytes=10 * ENTRY_BYTES)
    assert await cache.get(b"a") is None


async def test_what_has_ended_makes_room(cache: MemoryCache, clock: Clock) -> None:
    for number in range(9):
        await cache.put(b"%d" % number, one("1"), ttl_s=1, size_bytes=100)
    clock.now = 1
    await cache.put(b"new", one("2"), ttl_s=30, size_bytes=100)
    assert len(cache) == 1


async def test_what_has_ended_already_is_not_kept(cache: MemoryCache) -> None:
    await cache.put(b"a", one("1"), ttl_s=0, size_bytes=100)
    assert len(cache) == 0


async def test_each_has_a_secret_of_its_own_for_its_keys(cache: MemoryCache) -> None:
    other = MemoryCache(max_bytes=1)
    assert len(cache.hmac_key) == len(other.hmac_key) == 32
    assert cache.hmac_key != other.hmac_key


async def test_it_can_be_forgotten(cache: MemoryCache) -> None:
    await cache.put(b"a", one("1"), ttl_s=30, size_bytes=100)
    await cache.forget(b"a")
    await cache.forget(b"b")
    assert await cache.get(b"a") is None
    assert len(cache) == 0
