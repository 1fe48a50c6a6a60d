"""An identifier is new once, by whatever clock."""

import pytest

from accredit.storage import Storage
from accredit.testing.storage_conformance.samples import Clock, login
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal

_HOUR_S, _DAY_S = 3_600, 86_400


class SingleUse(StorageSuite):
    """What may be used once: the `jti` of client assertions. Source: RFC 7523 section 3."""

    @check
    async def test_an_identifier_is_new_once(self, storage: Storage) -> None:
        """And compares exactly."""
        equal(
            [await storage.first_use(one, 2_000) for one in ("a", "a", "A", "a ", "")], [True, False, True, True, True]
        )

    @check
    async def test_an_identifier_is_remembered_until_it_has_expired(self, storage: Storage, clock: Clock) -> None:
        """Then the same may come again, once."""
        await storage.first_use("a", 2_000)
        clock.now = 1_999
        equal(await storage.first_use("a", 3_000), wanted=False)
        clock.now = 2_000
        equal([await storage.first_use("a", 3_000) for _ in range(2)], [True, False])

    @check
    async def test_it_is_remembered_while_others_are_forgotten(self, storage: Storage, clock: Clock) -> None:
        """Each has an end of its own."""
        await storage.first_use("long", 900_000)
        for number in range(50):
            await storage.first_use(f"{number}", 2_000)
        clock.now = 500_000
        await _work(storage)
        equal(await storage.first_use("long", 900_000), wanted=False)

    @pytest.mark.threat(56)
    @check
    async def test_a_clock_that_was_ahead_makes_nothing_new(self, storage: Storage, clock: Clock) -> None:
        """By an hour, a day, ten days or three years: what was used stays used, what is new is new."""
        for number, step_s in enumerate((_HOUR_S, _DAY_S, 10 * _DAY_S, 1_000 * _DAY_S)):
            now = 1_000_000 * (number + 1)
            clock.now = now
            equal(await storage.first_use(f"a{number}", now + 60), wanted=True)
            clock.now += step_s
            await _work(storage, f"{number}/")
            clock.now -= step_s
            equal(await storage.first_use(f"a{number}", now + 60), wanted=False)
            equal(await storage.first_use(f"new{number}", now + 61), wanted=True)

    @pytest.mark.threat(56)
    @check
    async def test_a_clock_that_was_a_day_ahead_keeps_nothing_out(self, storage: Storage, clock: Clock) -> None:
        """A day of mistake is forgiven: what ends before others that were used is new all the same."""
        clock.now = 1_000_000
        equal(await storage.first_use("a", 1_003_600), wanted=True)
        clock.now += _DAY_S
        await _work(storage)
        clock.now -= _DAY_S
        equal(await storage.first_use("new", 1_000_010), wanted=True)

    @pytest.mark.threat(56)
    @check
    async def test_a_clock_that_goes_back_makes_nothing_new(self, storage: Storage, clock: Clock) -> None:
        """However often it is asked, and whatever is forgotten meanwhile."""
        clock.now = 1_000_000
        equal(await storage.first_use("a", 1_000_060), wanted=True)
        clock.now += 200_000
        await _work(storage)
        clock.now = 1_000_000
        equal([await storage.first_use("a", 1_000_060) for _ in range(2)], [False, False])
        await _work(storage, "again")
        equal(await storage.first_use("a", 1_000_060), wanted=False)


async def _work(storage: Storage, name: str = "") -> None:
    """Do so much that whatever may be forgotten is."""
    for number in range(250):
        await storage.start(*login(f"{name}{number}", subject=f"acme|{number}"))
