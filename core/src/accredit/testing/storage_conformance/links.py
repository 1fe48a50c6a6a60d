"""A link is asked for by somebody, whose session may have ended meanwhile; and older tokens learn of it."""

import pytest

from accredit.errors import InvalidMainToken, SubjectBlocked
from accredit.storage import Storage, StoredSubject
from accredit.testing.storage_conformance.samples import NOW, Clock, login, main_token
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, raises


class Links(StorageSuite):
    """What was decided before the transaction is looked at again within it."""

    @check
    async def test_a_user_links_an_identity_by_a_token_that_holds(self, storage: Storage) -> None:
        """Of a session that lives, or of none."""
        await storage.start(*login("a", subject="ada"))
        linked = StoredSubject("ada", identity_version=1)
        equal(await storage.link("globex", "7", "ada", now=NOW, main=main_token()), linked)
        equal(await storage.link("globex", "8", "ada", now=NOW, main=main_token(session_id=None)), linked)

    @pytest.mark.threat(38, 39)
    @check
    async def test_a_link_whose_session_has_ended_is_refused(self, storage: Storage) -> None:
        """By logout, by an unlinking; or nobody has ever known it. Nothing is stored."""
        await storage.start(*login("a", subject="ada"))
        await storage.start(*login("b", subject="ada", user_id="2"))
        await storage.end("a")
        await storage.unlink("acme", "2")
        for session_id in ("a", "b", "unknown"):
            asked = main_token(session_id=session_id, issued_at=NOW + 10)
            await raises(InvalidMainToken, storage.link("globex", "7", "ada", now=NOW, main=asked))
        equal(await storage.subject_of("globex", "7"), None)

    @pytest.mark.threat(38, 39)
    @check
    async def test_a_link_by_a_token_from_before_an_unlinking_is_refused(self, storage: Storage) -> None:
        """Up to its second; without a session also for two seconds after it."""
        await storage.start(*login("a", subject="ada"))
        await storage.link("globex", "9", "ada", now=NOW)
        await storage.unlink("globex", "9")
        for session_id, last in (("a", NOW), (None, NOW + 2)):
            before = main_token(session_id=session_id, issued_at=last)
            await raises(InvalidMainToken, storage.link("globex", "7", "ada", now=NOW, main=before))
            equal(await storage.subject_of("globex", "7"), None)
        after = main_token(issued_at=NOW + 1)
        equal((await storage.link("globex", "7", "ada", now=NOW, main=after)).id, "ada")

    @pytest.mark.threat(38, 39)
    @check
    async def test_a_link_of_a_blocked_user_is_refused(self, storage: Storage) -> None:
        """Also of one who is in again, and of an identity whose own subject is blocked: it would lift the block."""
        await storage.start(*login("a", subject="ada"))
        await storage.set_blocked("globex|8", blocked=True)
        await raises(SubjectBlocked, storage.link("globex", "8", "ada", now=NOW, main=main_token()))
        await storage.set_blocked("ada", blocked=True)
        later = main_token(session_id=None, issued_at=NOW + 10, subject_version=1)
        for asked in (main_token(), later):
            await raises(SubjectBlocked, storage.link("globex", "7", "ada", now=NOW, main=asked))
        await storage.set_blocked("ada", blocked=False)
        await raises(SubjectBlocked, storage.link("globex", "7", "ada", now=NOW, main=main_token()))
        equal([await storage.subject_of("globex", one) for one in "78"], [None, None])
        equal((await storage.link("globex", "7", "ada", now=NOW, main=later)).id, "ada")

    @pytest.mark.threat(39)
    @check
    async def test_a_change_is_as_new_as_its_transaction(self, storage: Storage, clock: Clock) -> None:
        """By the storage's own clock, not by when it was asked for, which may be long ago."""
        await storage.link("acme", "1", "ada", now=NOW - 300)
        equal(await storage.get("acme|1"), StoredSubject("acme|1", outdated_at=NOW))
        clock.now = NOW + 50
        await storage.unlink("acme", "2")
        equal(await storage.get("acme|2"), StoredSubject("acme|2", outdated_at=NOW + 50))
        await storage.set_blocked("grace", blocked=True)
        equal(await storage.get("grace"), StoredSubject("grace", blocked=True, version=1, outdated_at=NOW + 50))

    @pytest.mark.threat(56)
    @check
    async def test_a_clock_that_goes_back_makes_no_older_token_good(self, storage: Storage, clock: Clock) -> None:
        """The latest change stays the latest: of unlinkings, links and blocks."""
        await storage.link("acme", "1", "ada", now=NOW)
        clock.now = NOW - 500
        await storage.unlink("acme", "1")
        equal(await storage.get("acme|1"), StoredSubject("acme|1", outdated_at=NOW))
        equal(await storage.get("ada"), StoredSubject("ada", outdated_at=NOW - 500))
        await storage.set_blocked("acme|1", blocked=True)
        equal(await storage.get("acme|1"), StoredSubject("acme|1", blocked=True, version=1, outdated_at=NOW))
