"""What is stored about a person is shown, and erased: optional, `accredit.storage.PersonStore`."""

import asyncio
from contextlib import suppress

import pytest

from accredit.errors import SubjectBlocked
from accredit.storage import Erasure, PersonStore, Rotation, Storage, StoredPerson, StoredSubject
from accredit.testing.storage_conformance.samples import NOW, Clock, login, rotate, session, states
from accredit.testing.storage_conformance.suite import (
    StorageSuite,
    check,
    equal,
    not_applicable,
    opened,
    raises,
    require,
    required,
)


class Persons(StorageSuite):
    """Nothing of a person is left out, and nothing comes back."""

    @check
    async def test_a_person_is_shown_with_identities_sessions_and_times_of_tokens(self, storage: Storage) -> None:
        """Those of others are not, and no hash is."""
        persons = _persons_of(storage)
        await storage.create("acme", "1", "ada", now=5)
        await storage.link("globex", "7", "ada", now=6)
        await storage.unlink("globex", "7")
        await storage.create("acme", "2", "grace", now=5)
        await storage.start(*login("a", subject="ada", auth_time=1))
        await rotate(storage, "a", "b", now=NOW + 3)
        await storage.start(session("c", subject="ada", auth_time=2, renewable=False), None)
        await storage.start(*login("d", subject="grace", user_id="2"))
        found = await persons.person("ada")
        equal(
            [(one.session.session.id, one.refresh_tokens) for one in found.logins],
            [("a", ((2, NOW + 3), (NOW + 3, None))), ("c", ())],
        )
        equal(
            [(one.namespace, one.user_id, one.unlinked) for one in found.identities],
            [("acme", "1", False), ("globex", "7", True)],
        )
        require({one.linked_at for one in found.identities} <= {5, 6, None}, "an identity has another time of its link")
        equal((found.subject or StoredSubject("")).id, "ada")
        equal(await persons.person("nobody"), StoredPerson(None, (), ()))

    @check
    async def test_an_erased_subject_has_nothing_left_but_its_row(self, storage: Storage) -> None:
        """And nobody else loses anything."""
        persons = _persons_of(storage)
        await storage.create("acme", "1", "ada", now=5)
        await storage.create("acme", "2", "grace", now=5)
        await storage.start(*login("a", subject="ada"))
        await storage.start(*login("b", subject="ada", client_id="other"))
        await storage.start(*login("c", subject="grace", user_id="2"))
        equal(await persons.erase("ada"), Erasure(identities=1, sessions=2, blocked=False))
        outdated = StoredSubject("ada", version=1, outdated_at=NOW)
        equal(await persons.person("ada"), StoredPerson(outdated, (), ()))
        equal(await states(storage, "abc"), ["unknown", "unknown", "live"])
        equal(await storage.session("a"), None)
        equal(await storage.identities("grace"), (("acme", "2"),))

    @check
    async def test_erasing_somebody_who_is_not_stored_keeps_out_what_is_under_way(self, storage: Storage) -> None:
        """As of a user of a plugin, or of the policy that stores nothing."""
        equal(await _persons_of(storage).erase("acme|1"), Erasure(identities=0, sessions=0, blocked=False))
        await raises(SubjectBlocked, storage.start(*login("a")))

    @pytest.mark.threat(39)
    @check
    async def test_a_login_that_has_looked_before_an_erasure_is_not_stored_after_it(self, storage: Storage) -> None:
        """And none of its parts is."""
        persons = _persons_of(storage)
        seen = await storage.create("acme", "1", "ada", now=5)
        begun = login("a", subject="ada", identity_version=seen.identity_version, subject_version=seen.version)
        await persons.erase("ada")
        await raises(SubjectBlocked, storage.start(*begun))
        equal((await persons.person("ada")).logins, ())

    @check
    async def test_an_identity_begins_anew_after_an_erasure(self, storage: Storage) -> None:
        """As one that was never stored; also one that was taken off its subject."""
        persons = _persons_of(storage)
        await storage.create("acme", "1", "ada", now=5)
        await storage.unlink("acme", "1")
        await persons.erase("ada")
        equal(await storage.subject_of("acme", "1"), None)
        stored = await storage.create("acme", "1", "ada", now=6)
        equal((stored.unlinked, stored.version), (False, 1))
        await storage.start(*login("a", subject="ada", subject_version=1))
        equal(await states(storage, "a"), ["live"])

    @pytest.mark.threat(29)
    @check
    async def test_erasing_lets_nobody_in_who_is_blocked(self, storage: Storage) -> None:
        """Nor does erasing twice."""
        persons = _persons_of(storage)
        await storage.create("acme", "1", "ada", now=5)
        await storage.set_blocked("ada", blocked=True)
        equal(await persons.erase("ada"), Erasure(identities=1, sessions=0, blocked=True))
        await persons.erase("ada")
        equal(
            await storage.create("acme", "1", "ada", now=6),
            StoredSubject("ada", blocked=True, version=3, outdated_at=NOW),
        )

    @pytest.mark.threat(39)
    @check
    async def test_an_erasure_brings_back_no_session_that_a_link_has_ended(self, storage: Storage) -> None:
        """It ended by the version of its identity, whose row goes: so it goes, too, whosever it was."""
        persons = _persons_of(storage)
        await storage.start(*login("a"))
        await storage.link("acme", "1", "ada", now=5)
        await storage.start(*login("b", subject="ada", identity_version=1))
        await storage.unlink("acme", "1")
        await storage.link("acme", "1", "grace", now=6)
        equal(await states(storage, "ab"), ["ended", "ended"])
        equal(len((await persons.person("grace")).logins), 2)
        equal(await persons.erase("grace"), Erasure(identities=1, sessions=2, blocked=False))
        equal(await states(storage, "ab"), ["unknown", "unknown"])
        equal(await rotate(storage, "a", "c", session_id="a"), Rotation.REFUSED)

    @check
    async def test_what_has_ended_is_forgotten_and_what_lives_is_not(self, storage: Storage) -> None:
        """Of one subject: after an erasure that takes what was committed meanwhile."""
        persons = _persons_of(storage)
        await storage.start(*login("a"))
        await storage.start(*login("b", subject="acme|2", user_id="2"))
        for ended in "ab":
            await storage.end(ended)
        await storage.start(*login("c"))
        equal(await persons.forget_ended("acme|1"), 1)
        equal(await states(storage, "abc"), ["unknown", "ended", "live"])

    @pytest.mark.threat(39)
    @check
    async def test_logins_that_race_with_an_erasure_are_stored_whole_or_not_at_all(
        self, storage: Storage, clock: Clock
    ) -> None:
        """Through two handles. What is left after `forget_ended` lives, and has its identity."""
        persons = _persons_of(storage)
        async with opened(required(self.another(clock), "another")) as other:

            async def log_in(handle: Storage, name: str) -> None:
                seen = await handle.create("acme", "1", "ada", now=5)
                versions = {"identity_version": seen.identity_version, "subject_version": seen.version}
                with suppress(SubjectBlocked):
                    await handle.start(*login(name, subject="ada", **versions))

            for turn in range(5):
                logins = [
                    log_in(one, f"{turn}/{number}/{one is other}") for number in range(8) for one in (storage, other)
                ]
                await asyncio.gather(*logins[:8], persons.erase("ada"), *logins[8:])
                await persons.forget_ended("ada")
                found = await persons.person("ada")
                equal([one.session.ended for one in found.logins if one.session.ended], [])
                version = 0 if found.subject is None else found.subject.version
                seen = {one.session.session.subject_version for one in found.logins}
                require(seen <= {version}, "a session is left that began before the erasure")
                require(found.identities or not found.logins, "a session is left whose identity was erased")


def _persons_of(storage: Storage) -> PersonStore:
    if not isinstance(storage, PersonStore):
        not_applicable("it is no accredit.storage.PersonStore")
    return storage
