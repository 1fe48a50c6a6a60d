"""A refresh token is replaced once, and within its leeway once more; who uses a spent one ends the session."""

import pytest

from accredit.storage import Rotation, Storage, StoredRefreshToken, StoredSession
from accredit.storage.ports.sessions import MOST_SUCCESSORS
from accredit.testing.storage_conformance.samples import NOW, login, rotate, states, token
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal

ROTATED, REUSED, REFUSED = Rotation.ROTATED, Rotation.REUSED, Rotation.REFUSED


class Rotations(StorageSuite):
    """Rotation: RFC 9700 section 4.14."""

    @check
    async def test_a_token_is_replaced_by_its_successor(self, storage: Storage) -> None:
        """Both are found, the old one with the time at which it was replaced."""
        begun, first = login("a")
        await storage.start(begun, first)
        equal(await rotate(storage, "a", "b"), ROTATED)
        stored = StoredSession(begun)
        equal(await storage.find("a"), StoredRefreshToken(first, stored, replaced_at=NOW, successors=1))
        equal(await storage.find("b"), StoredRefreshToken(token("b", "a", issued_at=NOW), stored))
        equal(await rotate(storage, "b", "c", now=NOW + 1), ROTATED)

    @pytest.mark.threat(30)
    @check
    async def test_reuse_ends_the_whole_session_for_good(self, storage: Storage) -> None:
        """Every token of it, the newest too; and no other session's."""
        await storage.start(*login("a"))
        await storage.start(*login("other"))
        await rotate(storage, "a", "b")
        await rotate(storage, "b", "c")
        equal(await rotate(storage, "a", "x"), REUSED)
        equal(await states(storage, "abcx"), ["ended", "ended", "ended", "unknown"])
        for dead in ("a", "b", "c"):
            equal(await rotate(storage, dead, "y", leeway_s=100), REFUSED)
        equal(await storage.find("y"), None)
        equal(await rotate(storage, "other", "z"), ROTATED)

    @pytest.mark.threat(30)
    @check
    async def test_a_replaced_token_works_again_within_the_leeway_only(self, storage: Storage) -> None:
        """From both sides of its end."""
        cases = [
            (10, 0, ROTATED),
            (10, 9, ROTATED),
            (10, 10, REUSED),
            (10, 11, REUSED),
            (1, 0, ROTATED),
            (1, 1, REUSED),
        ]
        for number, (leeway_s, later, outcome) in enumerate(cases):
            old, first, second = (f"{number}{letter}" for letter in "abc")
            await storage.start(*login(old))
            await rotate(storage, old, first, leeway_s=leeway_s)
            equal(await rotate(storage, old, second, now=NOW + later, leeway_s=leeway_s), outcome)
            stored = await storage.find(first)
            equal(stored is not None and stored.session.ended, outcome is REUSED)
            equal(await storage.find(second) is None, outcome is REUSED)

    @check
    async def test_using_a_token_again_does_not_lengthen_its_leeway(self, storage: Storage) -> None:
        """It counts from the first time."""
        await storage.start(*login("a"))
        await rotate(storage, "a", "b", leeway_s=10)
        equal(await rotate(storage, "a", "c", now=NOW + 9, leeway_s=10), ROTATED)
        equal(await rotate(storage, "a", "d", now=NOW + 10, leeway_s=10), REUSED)

    @pytest.mark.threat(56)
    @check
    async def test_a_clock_that_goes_back_does_not_lengthen_the_leeway(self, storage: Storage) -> None:
        """By two seconds at most, which is as far as the clocks of two servers may differ."""
        for later, outcome in ((-1, ROTATED), (-2, ROTATED), (-3, REFUSED), (-86_400, REFUSED)):
            await storage.start(*login(f"a{later}"))
            await rotate(storage, f"a{later}", f"b{later}", leeway_s=10)
            equal(await rotate(storage, f"a{later}", f"c{later}", now=NOW + later, leeway_s=10), outcome)

    @pytest.mark.threat(30)
    @check
    async def test_without_leeway_no_clock_makes_a_replaced_token_good(self, storage: Storage) -> None:
        """Not in the same second, and not before it."""
        for later, outcome in ((0, REUSED), (1, REUSED), (-2, REUSED), (-3, REFUSED), (-3600, REFUSED)):
            await storage.start(*login(f"a{later}"))
            await rotate(storage, f"a{later}", f"b{later}")
            equal(await rotate(storage, f"a{later}", f"c{later}", now=NOW + later), outcome)

    @check
    async def test_a_rotation_that_was_held_up_ends_no_session(self, storage: Storage) -> None:
        """Asked for before its token was replaced elsewhere, it comes late: it changes nothing, and blames nobody."""
        for leeway_s, times in ((0, 1), (30, 1), (30, MOST_SUCCESSORS)):
            name = f"a{leeway_s}-{times}"
            await storage.start(*login(name))
            for number in range(times):
                equal(await rotate(storage, name, f"{name}-{number}", leeway_s=leeway_s), ROTATED)
            equal(await rotate(storage, name, "late", now=NOW - 3, leeway_s=leeway_s), REFUSED)
            equal(await storage.find("late"), None)
            equal(await rotate(storage, f"{name}-0", f"{name}-next"), ROTATED)

    @pytest.mark.threat(42)
    @check
    async def test_a_token_has_five_successors_at_most(self, storage: Storage) -> None:
        """Whoever asks for a sixth ends the session."""
        await storage.start(*login("a"))
        outcomes = [await rotate(storage, "a", f"{number}", leeway_s=30) for number in range(MOST_SUCCESSORS + 1)]
        equal(outcomes, [ROTATED] * MOST_SUCCESSORS + [REUSED])
        equal(await states(storage, "01234"), ["ended"] * MOST_SUCCESSORS)

    @check
    async def test_a_token_works_until_its_session_expires(self, storage: Storage) -> None:
        """By the time that it is asked at, and then nobody is blamed."""
        for now, outcome in ((4_999, ROTATED), (5_000, REFUSED), (5_001, REFUSED)):
            await storage.start(*login(f"a{now}", expires_at=5_000))
            equal(await rotate(storage, f"a{now}", f"b{now}", now=now), outcome)
            equal(await storage.find(f"b{now}") is None, outcome is REFUSED)
            stored = await storage.session(f"a{now}")
            equal(stored is not None and stored.ended, wanted=False)

    @check
    async def test_a_successor_of_another_session_is_refused(self, storage: Storage) -> None:
        """And nothing has changed."""
        await storage.start(*login("a"))
        await storage.start(*login("b"))
        equal(await rotate(storage, "a", "c", session_id="b"), REFUSED)
        equal(await rotate(storage, "a", "c", session_id="unknown"), REFUSED)
        equal(await storage.find("c"), None)
        equal(await rotate(storage, "a", "c"), ROTATED)
