"""Identities and subjects in every storage."""

import asyncio

import pytest
from core.tests.parts.support import grant

from accredit.storage import Rotation, Storage, StoredSubject

NOW = 1_000


async def test_what_nobody_stored_is_unknown(storage: Storage) -> None:
    assert await storage.subject_of("acme", "1") is None
    assert await storage.get("acme|1") is None
    assert await storage.identities("acme|1") == ()


async def test_an_identity_is_created_once(storage: Storage) -> None:
    assert await storage.create("acme", "1", "ada", now=NOW) == StoredSubject("ada")
    assert await storage.create("acme", "1", "grace", now=NOW + 1) == StoredSubject("ada")

    assert await storage.subject_of("acme", "1") == StoredSubject("ada")
    assert await storage.get("ada") == StoredSubject("ada")
    assert await storage.get("grace") is None
    assert await storage.identities("ada") == (("acme", "1"),)


@pytest.mark.threat(28)
async def test_many_first_logins_at_once_make_one_subject(storage: Storage) -> None:
    made = await asyncio.gather(*(storage.create("acme", "1", f"user {number}", now=NOW) for number in range(50)))

    assert len(set(made)) == 1
    assert await storage.subject_of("acme", "1") == made[0]


@pytest.mark.threat(27)
@pytest.mark.parametrize("other", [("acme", "1"), ("acme", "001"), ("ACME", "01"), ("acme", "01 "), ("acme", "1.0")])
async def test_ids_compare_exactly(storage: Storage, other: tuple[str, str]) -> None:
    await storage.create("acme", "01", "ada", now=NOW)

    assert await storage.subject_of(*other) is None


@pytest.mark.threat(27)
async def test_ids_larger_than_a_float_stay_apart(storage: Storage) -> None:
    for user_id in ("9007199254740992", "9007199254740993"):
        await storage.create("acme", user_id, f"acme|{user_id}", now=NOW)

    assert await storage.subject_of("acme", "9007199254740993") == StoredSubject("acme|9007199254740993")
    assert await storage.identities("acme|9007199254740992") == (("acme", "9007199254740992"),)


async def test_subjects_compare_exactly(storage: Storage) -> None:
    await storage.set_blocked("Ada", blocked=True)

    assert [await storage.get(one) for one in ("ada", "Ada ", "ADA")] == [None, None, None]


async def test_an_identity_is_linked_once(storage: Storage) -> None:
    assert await storage.link("acme", "1", "ada", now=NOW) is True
    assert await storage.link("globex", "7", "ada", now=NOW) is True
    assert await storage.link("acme", "1", "ada", now=NOW) is True
    assert await storage.link("acme", "1", "grace", now=NOW) is False

    assert await storage.subject_of("acme", "1") == StoredSubject("ada")
    assert await storage.identities("ada") == (("acme", "1"), ("globex", "7"))
    assert await storage.identities("grace") == ()
    assert await storage.get("grace") is None


async def test_of_many_links_at_once_one_wins(storage: Storage) -> None:
    won = await asyncio.gather(*(storage.link("acme", "1", f"user {number}", now=NOW) for number in range(20)))

    assert won.count(True) == 1
    assert await storage.subject_of("acme", "1") == StoredSubject(f"user {won.index(True)}")


async def test_an_identity_that_was_unlinked_stays_off_until_it_is_linked_again(storage: Storage) -> None:
    await storage.create("acme", "1", "ada", now=NOW)
    await storage.link("globex", "7", "ada", now=NOW)
    await storage.unlink("acme", "1")

    assert await storage.subject_of("acme", "1") == StoredSubject("ada", unlinked=True)
    assert await storage.identities("ada") == (("globex", "7"),)
    assert await storage.create("acme", "1", "ada", now=NOW) == StoredSubject("ada", unlinked=True)
    assert await storage.link("acme", "1", "grace", now=NOW + 1) is True
    assert await storage.subject_of("acme", "1") == StoredSubject("grace")
    assert await storage.identities("ada") == (("globex", "7"),)


async def test_an_identity_that_is_linked_again_is_the_newest(storage: Storage) -> None:
    for number, strategy in enumerate(("acme", "globex", "initech")):
        await storage.link(strategy, "1", "ada", now=NOW + number)
    await storage.unlink("acme", "1")
    await storage.link("acme", "1", "ada", now=NOW + 3)

    assert await storage.identities("ada") == (("globex", "1"), ("initech", "1"), ("acme", "1"))


async def test_an_unknown_identity_can_be_unlinked_and_so_kept_out(storage: Storage) -> None:
    await storage.unlink("acme", "1")
    await storage.unlink("acme", "1")

    assert await storage.subject_of("acme", "1") == StoredSubject("acme|1", unlinked=True)


async def is_revoked(storage: Storage, token_hash: str) -> bool:
    stored = await storage.find(token_hash)
    assert stored is not None
    return stored.revoked


@pytest.mark.threat(29)
async def test_unlinking_revokes_what_that_identity_was_given(storage: Storage) -> None:
    await storage.create("acme", "1", "ada", now=NOW)
    await storage.add(grant("before", family="a", subject="acme|1"))
    await storage.add(grant("linked", family="b", subject="ada"))
    await storage.add(grant("another", family="c", subject="ada", strategy="globex", user_id="7"))
    await storage.add(grant("namesake", family="d", subject="ada", strategy="globex", user_id="1"))
    await storage.unlink("acme", "1")

    revoked = [await is_revoked(storage, one) for one in ("before", "linked", "another", "namesake")]
    assert revoked == [True, True, False, False]


@pytest.mark.threat(29)
async def test_blocking_is_seen_from_every_identity_and_revokes_grants(storage: Storage) -> None:
    await storage.create("acme", "1", "ada", now=NOW)
    await storage.link("globex", "7", "ada", now=NOW)
    await storage.add(grant("a", subject="ada"))
    await storage.set_blocked("ada", blocked=True)
    await storage.set_blocked("ada", blocked=True)

    for identity in (("acme", "1"), ("globex", "7")):
        assert await storage.subject_of(*identity) == StoredSubject("ada", blocked=True)
    assert await storage.get("ada") == StoredSubject("ada", blocked=True)
    assert await storage.create("acme", "1", "ada", now=NOW) == StoredSubject("ada", blocked=True)
    assert await is_revoked(storage, "a")

    await storage.set_blocked("ada", blocked=False)
    assert await storage.get("ada") == StoredSubject("ada")
    assert await storage.rotate("a", grant("b", subject="ada"), now=NOW, leeway_s=0) is Rotation.REFUSED


async def test_a_subject_can_be_blocked_before_it_has_ever_logged_in(storage: Storage) -> None:
    await storage.set_blocked("acme|1", blocked=True)

    assert await storage.get("acme|1") == StoredSubject("acme|1", blocked=True)
    assert await storage.create("acme", "1", "acme|1", now=NOW) == StoredSubject("acme|1", blocked=True)
