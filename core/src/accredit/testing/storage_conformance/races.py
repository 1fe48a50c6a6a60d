"""Many calls at once in one process: what may happen once happens once."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest

from accredit.errors import NotLinked, SubjectBlocked
from accredit.storage import Rotation, Storage
from accredit.testing.storage_conformance.samples import NOW, login, rotate, state
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, require


class Races(StorageSuite):
    """Every method that changes something is one transaction."""

    @pytest.mark.threat(28)
    @check
    async def test_many_first_logins_at_once_make_one_subject(self, storage: Storage) -> None:
        """One wins, and all get the same answer."""
        made = await asyncio.gather(*(storage.create("acme", "1", f"user {number}", now=NOW) for number in range(50)))
        equal(len(set(made)), 1)
        equal(await storage.subject_of("acme", "1"), made[0])
        losers = [await storage.get(f"user {number}") for number in range(50) if f"user {number}" != made[0].id]
        equal(losers, [None] * 49)

    @check
    async def test_of_many_links_at_once_one_wins(self, storage: Storage) -> None:
        """The others are told who."""
        told = await asyncio.gather(*(storage.link("acme", "1", f"user {number}", now=NOW) for number in range(20)))
        equal(len(set(told)), 1)
        equal(await storage.subject_of("acme", "1"), told[0])

    @pytest.mark.threat(30)
    @check
    async def test_many_uses_of_a_refresh_token_at_once_have_one_winner(self, storage: Storage) -> None:
        """The second to come ends the session, so that all others are refused."""
        await storage.start(*login("a"))
        outcomes = await asyncio.gather(*(rotate(storage, "a", f"b{number}") for number in range(50)))
        equal(Counter(outcomes), {Rotation.ROTATED: 1, Rotation.REUSED: 1, Rotation.REFUSED: 48})

    @check
    async def test_of_many_uses_of_an_identifier_at_once_one_is_first(self, storage: Storage) -> None:
        """Exactly one caller is told so."""
        first = await asyncio.gather(*(storage.first_use("a", 2_000) for _ in range(50)))
        equal(first.count(True), 1)

    @pytest.mark.threat(39)
    @check
    async def test_of_logins_at_once_with_what_ends_them_none_survives(self, storage: Storage) -> None:
        """A block, an ending of all, an unlinking among many logins: who is stored is ended, or was refused."""
        for name in ("block", "end all", "unlink"):
            subject = f"acme|{name}"
            calls = [storage.start(*login(f"{name}{n}", subject=subject, user_id=name)) for n in range(20)]
            calls.insert(10, _end(storage, name, subject))
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            require({type(one) for one in outcomes} <= {type(None), SubjectBlocked, NotLinked}, f"{outcomes!r}")
            equal(await storage.sessions(subject), ())
            for number in range(20):
                equal(await rotate(storage, f"{name}{number}", "late"), Rotation.REFUSED)

    @pytest.mark.threat(30, 39)
    @check
    async def test_a_refresh_at_once_with_a_logout_leaves_nothing_that_lives(self, storage: Storage) -> None:
        """Whichever comes first."""
        for number in range(10):
            await storage.start(*login(f"{number}"))
            await asyncio.gather(rotate(storage, f"{number}", f"{number}+"), storage.end(f"{number}"))
            require(await state(storage, f"{number}+") in {"ended", "unknown"}, "the successor lives")
            equal(await rotate(storage, f"{number}+", "late"), Rotation.REFUSED)


def _end(storage: Storage, how: str, subject: str) -> Coroutine[Any, Any, None]:
    if how == "block":
        return storage.set_blocked(subject, blocked=True)
    return storage.end_all(subject) if how == "end all" else storage.unlink("acme", how)
