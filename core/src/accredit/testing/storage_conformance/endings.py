"""What ends sessions: logout, a block, an unlinking, a link; also for logins that are under way."""

import asyncio

import pytest

from accredit.errors import NotLinked, SubjectBlocked
from accredit.storage import Rotation, Storage, StoredSubject
from accredit.testing.storage_conformance.samples import NOW, login, rotate, session, state, states
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, raises

REFUSED = Rotation.REFUSED


class Endings(StorageSuite):
    """What has ended has ended for good, and what looked before it is not stored after it."""

    @check
    async def test_a_session_is_ended_alone(self, storage: Storage) -> None:
        """And one that nobody knows is no mistake."""
        await storage.start(*login("a"))
        await storage.start(*login("b"))
        await storage.end("a")
        await storage.end("unknown")
        equal(await states(storage, "ab"), ["ended", "live"])
        equal(await rotate(storage, "a", "c"), REFUSED)
        equal(await storage.session("unknown"), None)

    @pytest.mark.threat(30)
    @check
    async def test_the_leeway_does_not_bring_an_ended_session_back(self, storage: Storage) -> None:
        """A replaced token, within its leeway, of a session that was ended."""
        await storage.start(*login("a"))
        await rotate(storage, "a", "b", leeway_s=100)
        await storage.end("a")
        equal(await rotate(storage, "a", "c", leeway_s=100), REFUSED)
        equal(await storage.find("c"), None)

    @pytest.mark.threat(39)
    @check
    async def test_a_subjects_sessions_are_ended_and_nobody_elses(self, storage: Storage) -> None:
        """At every client; a login that has looked before is not stored, a later one is."""
        await storage.start(*login("a", client_id="x"))
        await storage.start(*login("b", client_id="y"))
        await storage.start(*login("c", subject="acme|11"))
        await storage.end_all("acme|1")
        equal(await states(storage, "abc"), ["ended", "ended", "live"])
        equal(await storage.get("acme|1"), StoredSubject("acme|1", version=1, outdated_at=NOW))
        await raises(SubjectBlocked, storage.start(*login("d")))
        await storage.start(*login("e", subject_version=1))
        equal(await states(storage, "de"), ["unknown", "live"])

    @pytest.mark.threat(39)
    @check
    async def test_a_session_of_a_blocked_subject_is_neither_stored_nor_goes_on(self, storage: Storage) -> None:
        """To let the subject in again brings nothing back."""
        await storage.start(*login("a"))
        await storage.set_blocked("acme|1", blocked=True)
        await raises(SubjectBlocked, storage.start(*login("b")))
        await raises(SubjectBlocked, storage.start(*login("b", subject_version=1)))
        await storage.set_blocked("acme|1", blocked=False)
        equal(await storage.find("b"), None)
        equal(await rotate(storage, "a", "c"), REFUSED)
        await raises(SubjectBlocked, storage.start(*login("d")))
        await storage.start(*login("e", subject_version=1))
        equal(await states(storage, "ade"), ["ended", "unknown", "live"])

    @pytest.mark.threat(29)
    @check
    async def test_a_block_is_seen_from_every_identity(self, storage: Storage) -> None:
        """By each look, and counted once for each time."""
        await storage.create("acme", "1", "ada", now=NOW)
        await storage.link("globex", "7", "ada", now=NOW)
        await storage.set_blocked("ada", blocked=True)
        await storage.set_blocked("ada", blocked=True)
        blocked = StoredSubject("ada", blocked=True, version=2, outdated_at=NOW)
        equal(await storage.subject_of("acme", "1"), blocked)
        equal(
            await storage.subject_of("globex", "7"),
            StoredSubject("ada", blocked=True, version=2, outdated_at=NOW, identity_version=1),
        )
        equal(await storage.get("ada"), blocked)
        equal(await storage.create("acme", "1", "ada", now=NOW), blocked)
        await storage.set_blocked("ada", blocked=False)
        equal(await storage.get("ada"), StoredSubject("ada", version=2, outdated_at=NOW))

    @check
    async def test_a_subject_can_be_blocked_before_it_has_ever_logged_in(self, storage: Storage) -> None:
        """Its first login finds the block; and to let a stranger in stores nothing."""
        await storage.set_blocked("acme|1", blocked=True)
        blocked = StoredSubject("acme|1", blocked=True, version=1, outdated_at=NOW)
        equal(await storage.get("acme|1"), blocked)
        equal(await storage.create("acme", "1", "acme|1", now=NOW), blocked)
        await storage.set_blocked("stranger", blocked=False)
        equal(await storage.get("stranger"), None)

    @pytest.mark.threat(39)
    @check
    async def test_a_login_that_an_unlinking_has_overtaken_is_not_stored(self, storage: Storage) -> None:
        """Nor one that a link has overtaken: the identity's version tells."""
        await storage.unlink("acme", "1")
        await raises(NotLinked, storage.start(*login("a")))
        await storage.link("acme", "1", "ada", now=NOW)
        for seen in (0, 1):
            await raises(NotLinked, storage.start(*login("a", subject="ada", identity_version=seen)))
        await storage.start(*login("b", subject="ada", identity_version=2))
        equal(await states(storage, "ab"), ["unknown", "live"])

    @pytest.mark.threat(39)
    @check
    async def test_unlinking_ends_every_session_that_the_identity_began(self, storage: Storage) -> None:
        """Of its default subject or a host's own; and none that another identity began."""
        for number, subject in enumerate(("acme|1", "a host's own")):
            await storage.start(*login("a" * (number + 1), subject=subject, user_id=f"{number}"))
            await storage.start(*login("b" * (number + 1), subject=subject, user_id="other"))
            await storage.start(*login("c" * (number + 1), subject=subject, namespace="globex", user_id=f"{number}"))
            await storage.unlink("acme", f"{number}")
            equal([await state(storage, one * (number + 1)) for one in "abc"], ["ended", "live", "live"])
            equal(await rotate(storage, "a" * (number + 1), "d", leeway_s=30), REFUSED)
            equal([one.id[0] for one in await storage.sessions(subject)], ["c", "b"])

    @check
    async def test_linking_ends_the_sessions_that_the_identity_had_for_its_old_subject(self, storage: Storage) -> None:
        """But to link it to the subject that it has by default ends nothing."""
        await storage.start(*login("a"))
        linked = await storage.link("acme", "1", "ada", now=NOW)
        await storage.start(*login("b", subject="ada", identity_version=linked.identity_version))
        equal(await states(storage, "ab"), ["ended", "live"])
        await storage.start(*login("c", subject="acme|2", user_id="2"))
        equal(await storage.link("acme", "2", "acme|2", now=NOW), StoredSubject("acme|2"))
        equal(await rotate(storage, "c", "d"), Rotation.ROTATED)

    @check
    async def test_a_login_that_must_not_be_does_not_disturb_those_beside_it(self, storage: Storage) -> None:
        """Many at once, which may share a transaction: each has an outcome of its own."""
        await storage.set_blocked("acme|2", blocked=True)
        await storage.unlink("acme", "3")
        logins = [login(f"{number}", subject=f"acme|{number}", user_id=f"{number}") for number in range(5)]
        outcomes = await asyncio.gather(*(storage.start(*one) for one in logins), return_exceptions=True)
        equal([type(one) for one in outcomes], [type(None), type(None), SubjectBlocked, NotLinked, type(None)])
        equal(await states(storage, "01234"), ["live", "live", "unknown", "unknown", "live"])

    @check
    async def test_a_session_without_refresh_tokens_ends_like_any_other(self, storage: Storage) -> None:
        """Its access token is asked for by the session."""
        await storage.start(session("a", renewable=False), None)
        await storage.start(session("b", renewable=False, user_id="2"), None)
        await storage.start(session("c", renewable=False, user_id="2", namespace="globex"), None)
        await storage.end("a")
        await storage.unlink("acme", "2")
        ended = [found is not None and found.ended for found in [await storage.session(one) for one in "abc"]]
        equal(ended, [True, True, False])
