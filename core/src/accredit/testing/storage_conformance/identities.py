"""Whose an identity is: entered once, compared exactly, taken off and given anew."""

import pytest

from accredit.storage import Storage, StoredSubject
from accredit.testing.storage_conformance.samples import NOW
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal


class Identities(StorageSuite):
    """An identity, (namespace, provider user id), has at most one subject."""

    @check
    async def test_what_nobody_stored_is_unknown(self, storage: Storage) -> None:
        """And so blocks nobody."""
        equal(await storage.subject_of("acme", "1"), None)
        equal(await storage.get("acme|1"), None)
        equal(await storage.identities("acme|1"), ())

    @check
    async def test_an_identity_is_looked_up_with_the_subject_that_it_has_by_default(self, storage: Storage) -> None:
        """Both as each look alone finds them: stored or not, blocked, linked elsewhere, taken off."""

        async def looked_up() -> tuple[StoredSubject | None, StoredSubject | None]:
            found = await storage.look_up("acme", "1")
            equal(found, (await storage.subject_of("acme", "1"), await storage.get("acme|1")))
            return found

        equal(await looked_up(), (None, None))
        await storage.set_blocked("acme|1", blocked=True)
        blocked = StoredSubject("acme|1", blocked=True, version=1, outdated_at=NOW)
        equal(await looked_up(), (None, blocked))
        await storage.link("acme", "1", "ada", now=NOW)
        equal(await looked_up(), (StoredSubject("ada", identity_version=1), blocked))
        await storage.set_blocked("ada", blocked=True)
        await storage.set_blocked("acme|1", blocked=False)
        await storage.unlink("acme", "1")
        await looked_up()
        await storage.link("acme", "2", "acme|2", now=NOW)
        equal(await storage.look_up("acme", "2"), (StoredSubject("acme|2"), StoredSubject("acme|2")))

    @check
    async def test_an_identity_is_created_once(self, storage: Storage) -> None:
        """It keeps its subject, and the second one is not made."""
        equal(await storage.create("acme", "1", "ada", now=NOW), StoredSubject("ada"))
        equal(await storage.create("acme", "1", "grace", now=NOW + 1), StoredSubject("ada"))
        equal(await storage.subject_of("acme", "1"), StoredSubject("ada"))
        equal(await storage.get("ada"), StoredSubject("ada"))
        equal(await storage.get("grace"), None)
        equal(await storage.identities("ada"), (("acme", "1"),))

    @pytest.mark.threat(27)
    @check
    async def test_ids_compare_exactly(self, storage: Storage) -> None:
        """Case, leading zeros, blanks, numbers beyond 2^53, and letters that look alike."""
        await storage.create("acme", "01", "ada", now=NOW)
        for other in (("acme", "1"), ("acme", "001"), ("ACME", "01"), ("acme", "01 "), ("acme", "1.0"), ("acm", "e01")):
            equal(await storage.subject_of(*other), None)
        for user_id in ("9007199254740992", "9007199254740993", "é", "e\u0301", "a", "A"):
            await storage.create("acme", user_id, f"acme|{user_id}", now=NOW)
        for user_id in ("9007199254740992", "9007199254740993", "é", "e\u0301", "a", "A"):
            equal(await storage.subject_of("acme", user_id), StoredSubject(f"acme|{user_id}"))
            equal(await storage.identities(f"acme|{user_id}"), (("acme", user_id),))

    @pytest.mark.threat(27)
    @check
    async def test_subjects_compare_exactly(self, storage: Storage) -> None:
        """A block of one is nobody else's."""
        await storage.set_blocked("Ada", blocked=True)
        equal([await storage.get(one) for one in ("ada", "Ada ", "ADA", "Ad", "Ad%")], [None] * 5)

    @check
    async def test_an_identity_is_linked_once(self, storage: Storage) -> None:
        """Whoever asks for it afterwards is told whose it is, and nothing changes."""
        linked = StoredSubject("ada", identity_version=1)
        equal(await storage.link("acme", "1", "ada", now=NOW), linked)
        equal(await storage.link("globex", "7", "ada", now=NOW), linked)
        equal(await storage.link("acme", "1", "ada", now=NOW), linked)
        equal(await storage.link("acme", "1", "grace", now=NOW), linked)
        equal(await storage.subject_of("acme", "1"), linked)
        equal(await storage.identities("ada"), (("acme", "1"), ("globex", "7")))
        equal(await storage.identities("grace"), ())
        equal(await storage.get("grace"), None)

    @check
    async def test_an_identity_that_was_unlinked_stays_off_until_it_is_linked_again(self, storage: Storage) -> None:
        """A login finds that it was; whoever links it next has it, with a version of its own."""
        await storage.create("acme", "1", "ada", now=NOW)
        await storage.link("globex", "7", "ada", now=NOW)
        await storage.unlink("acme", "1")
        unlinked = StoredSubject("ada", unlinked=True, identity_version=1, outdated_at=NOW)
        equal(await storage.subject_of("acme", "1"), unlinked)
        equal(await storage.identities("ada"), (("globex", "7"),))
        equal(await storage.create("acme", "1", "ada", now=NOW), unlinked)
        equal(await storage.link("acme", "1", "grace", now=NOW + 1), StoredSubject("grace", identity_version=2))
        equal(await storage.subject_of("acme", "1"), StoredSubject("grace", identity_version=2))
        equal(await storage.identities("ada"), (("globex", "7"),))

    @check
    async def test_identities_are_listed_oldest_first(self, storage: Storage) -> None:
        """One that is linked again is the newest."""
        for number, namespace in enumerate(("initech", "acme", "globex")):
            await storage.link(namespace, "1", "ada", now=NOW + number)
        equal(await storage.identities("ada"), (("initech", "1"), ("acme", "1"), ("globex", "1")))
        await storage.unlink("acme", "1")
        await storage.link("acme", "1", "ada", now=NOW + 3)
        equal(await storage.identities("ada"), (("initech", "1"), ("globex", "1"), ("acme", "1")))

    @check
    async def test_an_unknown_identity_can_be_unlinked_and_so_kept_out(self, storage: Storage) -> None:
        """It would have its default subject at the next login else."""
        await storage.unlink("acme", "1")
        await storage.unlink("acme", "1")
        unlinked = StoredSubject("acme|1", unlinked=True, identity_version=2, outdated_at=NOW)
        equal(await storage.subject_of("acme", "1"), unlinked)
        equal(await storage.identities("acme|1"), ())
