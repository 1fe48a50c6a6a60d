"""What is counted may stand in any storage of the library; one that fails refuses nobody, and is told."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from core.tests.bench import NOW, Bench, bench
from core.tests.limits.callers import TOO_MANY_ATTEMPTS, At, assert_limited
from limits.aio.storage import MemoryStorage, Storage

from accredit.audit.events import AnyEvent
from accredit.limits.counters import Counters
from accredit.limits.limit import Limit
from accredit.limits.limits import Limits
from accredit.limits.memory import BoundedMemory
from accredit.settings import LimitSettings


class Broken(BoundedMemory):
    """A storage beyond a network that is down; `works` may be switched."""

    works = False

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        self._try()
        return await super().incr(key, expiry, amount)

    async def get(self, key: str) -> int:
        self._try()
        return await super().get(key)

    async def get_expiry(self, key: str) -> float:
        self._try()
        return await super().get_expiry(key)

    def _try(self) -> None:
        if not self.works:
            raise ConnectionError("redis://:secret@10.0.0.9 does not answer")


def use(wire: Bench, storage: Storage, **rates: str) -> None:
    engine = wire.exchange.engine
    counters = Counters(storage, emit=engine.reporter.emit, clock=wire.clock, monotonic=wire.clock.monotonic)
    engine.limits = Limits.of(LimitSettings(**rates), counters)


async def test_any_storage_of_the_library_will_do() -> None:
    async with bench() as wire:
        use(wire, MemoryStorage(), client="1/minute")
        assert (await At(wire).log_in()).status_code == 200
        assert (await At(wire).log_in()).status_code == 429


async def test_where_the_storage_fails_nobody_is_refused_and_operators_hear_of_it_once_an_hour() -> None:
    async with bench() as wire:
        use(wire, Broken(), client="1/minute", failed_attempts="1/minute")
        for _ in range(3):
            assert (await At(wire).log_in()).status_code == 200
            assert (await At(wire).log_in(access_token="wrong")).status_code == 401

        [told] = _alerts(wire.heard)
        assert (told.name, told.level) == ("limits.storage_failed", "critical")
        assert told.detail.startswith("ConnectionError in ")
        assert "secret" not in told.detail
        wire.clock.advance(3601)
        await At(wire).log_in()
        assert len(_alerts(wire.heard)) == 2


async def test_a_storage_that_works_again_counts_again() -> None:
    storage = Broken()
    async with bench() as wire:
        use(wire, storage, client="1/minute")
        await At(wire).log_in()
        storage.works = True
        assert (await At(wire).log_in()).status_code == 200
        assert (await At(wire).log_in()).status_code == 429


async def test_a_storage_that_fails_in_the_middle_of_a_refusal_lets_it_say_the_longest_time() -> None:
    class Half(Broken):
        async def get(self, key: str) -> int:
            return 1

    async with bench() as wire:
        use(wire, Half(), failed_attempts="1/minute")
        assert_limited(await At(wire).log_in(), TOO_MANY_ATTEMPTS, amount=1)


@pytest.mark.parametrize(("ends_at", "told"), [(0, "1"), (NOW + 0.5, "1"), (NOW + 10**9, "60")])
async def test_nobody_is_told_to_wait_for_no_time_or_longer_than_a_window(ends_at: float, told: str) -> None:
    class Elsewhere(BoundedMemory):  # on a machine whose clock is another one
        async def get_expiry(self, key: str) -> float:
            return ends_at

    async with bench() as wire:
        use(wire, Elsewhere(), client="1/minute")
        await At(wire).log_in()
        assert (await At(wire).log_in()).headers["retry-after"] == told


async def test_a_caller_who_leaves_while_a_storage_is_asked_has_left() -> None:
    class Slow(BoundedMemory):
        async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
            await asyncio.sleep(60)
            raise AssertionError

    heard: list[AnyEvent] = []
    counters = Counters(Slow(), emit=heard.append, clock=lambda: NOW, monotonic=lambda: 0.0)
    task = asyncio.create_task(counters.add([(Limit("kind", 1, 60), "a")]))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == []


def test_who_counts_nothing_does_not_import_the_library() -> None:
    program = """
import sys
from accredit.limits.make import make_limits
from accredit.settings import LimitSettings
make_limits(LimitSettings(enabled=False), emit=print, clock=float, monotonic=float)
print("limits" in sys.modules)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program, above
    assert done.stdout.strip() == "False"


def _alerts(heard: list[AnyEvent]) -> list[Any]:
    return [event for event in heard if event.alert]
