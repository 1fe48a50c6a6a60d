"""Two handles on one storage, as two processes have them: each sees at once what the other has done."""

import asyncio
from collections import Counter

import pytest

from accredit.errors import NotLinked, SubjectBlocked
from accredit.storage import Rotation, Storage, StoredSession, StoredSubject
from accredit.storage.ports.sessions import MOST_SESSIONS
from accredit.testing.storage_conformance.samples import NOW, Clock, alive, login, rotate, session, states, token
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, opened, raises, require, required


class Handles(StorageSuite):
    """Needs `another`."""

    @check
    async def test_what_one_handle_has_stored_the_other_sees_at_once(self, storage: Storage, clock: Clock) -> None:
        """Sessions, rotations, endings, identities, blocks, identifiers."""
        async with opened(required(self.another(clock), "another")) as other:
            await storage.start(*login("a"))
            await storage.start(*login("b"))
            for one in (storage, other):  # what one has looked at before, it looks at again
                equal(await states(one, "abc"), ["live", "live", "unknown"])
                equal([await one.get("ada"), await one.identities("ada")], [None, ()])
            equal(await rotate(other, "a", "c"), Rotation.ROTATED)
            equal(await states(storage, "ac"), ["replaced", "live"])
            await storage.end("b")
            equal(await rotate(other, "b", "d"), Rotation.REFUSED)
            await other.create("acme", "7", "ada", now=NOW)
            equal(await storage.identities("ada"), (("acme", "7"),))
            await other.set_blocked("ada", blocked=True)
            equal(await storage.get("ada"), StoredSubject("ada", blocked=True, version=1, outdated_at=NOW))
            equal([await one.first_use("jti", 2_000) for one in (storage, other, storage)], [True, False, False])

    @pytest.mark.threat(39)
    @check
    async def test_a_login_that_another_handle_has_overtaken_is_not_stored(
        self, storage: Storage, clock: Clock
    ) -> None:
        """By a block, or by an unlinking: nothing that decides is remembered beside the store."""
        async with opened(required(self.another(clock), "another")) as other:
            equal(await storage.get("acme|1"), None)
            equal(await storage.subject_of("acme", "2"), None)
            await other.set_blocked("acme|1", blocked=True)
            await other.unlink("acme", "2")
            await raises(SubjectBlocked, storage.start(*login("a")))
            await raises(NotLinked, storage.start(*login("b", subject="acme|2", user_id="2")))

    @pytest.mark.threat(28, 30)
    @check
    async def test_handles_that_race_have_one_winner(self, storage: Storage, clock: Clock) -> None:
        """For a refresh token, a new identity, a link and an identifier."""
        async with opened(required(self.another(clock), "another")) as other:
            both = [storage, other] * 10
            for number in range(5):
                await storage.start(*login(f"{number}"))
                rotations = [
                    one.rotate(f"{number}", token(f"{number}/{turn}", f"{number}"), now=NOW, leeway_s=0)
                    for turn, one in enumerate(both)
                ]
                outcomes = Counter(await asyncio.gather(*rotations))
                equal(outcomes, {Rotation.ROTATED: 1, Rotation.REUSED: 1, Rotation.REFUSED: 18})
                creations = [
                    one.create("acme", f"{number}", f"{number}/{turn}", now=NOW) for turn, one in enumerate(both)
                ]
                equal(len(set(await asyncio.gather(*creations))), 1)
                links = [one.link("globex", f"{number}", f"{number}/{turn}", now=NOW) for turn, one in enumerate(both)]
                equal(len(set(await asyncio.gather(*links))), 1)
                uses = [one.first_use(f"{number}", 2_000) for one in both]
                equal((await asyncio.gather(*uses)).count(True), 1)

    @check
    async def test_the_bound_on_sessions_holds_over_handles(self, storage: Storage, clock: Clock) -> None:
        """However they come in."""
        async with opened(required(self.another(clock), "another")) as other:
            logins = [login(f"{number}") for number in range(MOST_SESSIONS + 50)]
            starts = [(storage, other)[turn % 2].start(*one) for turn, one in enumerate(logins)]
            await asyncio.gather(*starts)
            equal(len(await alive(storage, logins)), MOST_SESSIONS)

    @check
    async def test_a_handle_that_is_closed_leaves_the_other_open(self, storage: Storage, clock: Clock) -> None:
        """And one that is opened finds what was there."""
        await storage.start(session("a"), None)
        async with opened(required(self.another(clock), "another")) as other:
            equal(await other.session("a"), StoredSession(session("a")))
        await storage.start(session("b"), None)
        require(await storage.session("b") is not None, "it answers no more")
