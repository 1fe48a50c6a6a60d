"""Identities and subjects in every storage."""

import asyncio
from dataclasses import replace

import pytest
from core.tests.support import Clock, login, token

from accredit.errors import InvalidMainToken, SubjectBlocked
from accredit.models import MainToken
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
    linked = StoredSubject("ada", identity_version=1)
    assert await storage.link("acme", "1", "ada", now=NOW) == linked
    assert await storage.link("globex", "7", "ada", now=NOW) == linked
    assert await storage.link("acme", "1", "ada", now=NOW) == linked
    assert await storage.link("acme", "1", "grace", now=NOW) == linked

    assert await storage.subject_of("acme", "1") == linked
    assert await storage.identities("ada") == (("acme", "1"), ("globex", "7"))
    assert await storage.identities("grace") == ()
    assert await storage.get("grace") is None


async def test_of_many_links_at_once_one_wins(storage: Storage) -> None:
    told = await asyncio.gather(*(storage.link("acme", "1", f"user {number}", now=NOW) for number in range(20)))

    assert len({stored.id for stored in told}) == 1
    assert await storage.subject_of("acme", "1") == told[0]


async def test_an_identity_that_was_unlinked_stays_off_until_it_is_linked_again(storage: Storage) -> None:
    await storage.create("acme", "1", "ada", now=NOW)
    await storage.link("globex", "7", "ada", now=NOW)
    await storage.unlink("acme", "1")

    unlinked = StoredSubject("ada", unlinked=True, identity_version=1, outdated_at=NOW)
    assert await storage.subject_of("acme", "1") == unlinked
    assert await storage.identities("ada") == (("globex", "7"),)
    assert await storage.create("acme", "1", "ada", now=NOW) == unlinked
    assert await storage.link("acme", "1", "grace", now=NOW + 1) == StoredSubject("grace", identity_version=2)
    assert await storage.subject_of("acme", "1") == StoredSubject("grace", identity_version=2)
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

    unlinked = StoredSubject("acme|1", unlinked=True, identity_version=2, outdated_at=NOW)
    assert await storage.subject_of("acme", "1") == unlinked


@pytest.mark.threat(29)
async def test_blocking_is_seen_from_every_identity_and_ends_sessions(storage: Storage) -> None:
    await storage.create("acme", "1", "ada", now=NOW)
    await storage.link("globex", "7", "ada", now=NOW)
    await storage.start(*login("a", subject="ada"))
    await storage.set_blocked("ada", blocked=True)
    await storage.set_blocked("ada", blocked=True)

    blocked = StoredSubject("ada", blocked=True, version=2, outdated_at=NOW)
    assert await storage.subject_of("acme", "1") == blocked
    assert await storage.subject_of("globex", "7") == replace(blocked, identity_version=1)
    assert await storage.get("ada") == blocked
    assert await storage.create("acme", "1", "ada", now=NOW) == blocked
    assert await storage.rotate("a", token("b", "a"), now=NOW, leeway_s=0) is Rotation.REFUSED

    await storage.set_blocked("ada", blocked=False)
    assert await storage.get("ada") == StoredSubject("ada", version=2, outdated_at=NOW)
    assert await storage.rotate("a", token("b", "a"), now=NOW, leeway_s=0) is Rotation.REFUSED


async def test_to_unblock_a_stranger_changes_nothing(storage: Storage) -> None:
    await storage.set_blocked("ada", blocked=False)

    assert await storage.get("ada") is None


async def test_linking_tells_the_old_subject_that_an_identity_has_gone(storage: Storage, clock: Clock) -> None:
    await storage.link("acme", "1", "ada", now=NOW)

    assert await storage.get("acme|1") == StoredSubject("acme|1", outdated_at=NOW)
    clock.now = NOW - 500
    await storage.unlink("acme", "1")
    assert await storage.get("acme|1") == StoredSubject("acme|1", outdated_at=NOW)  # the later one stays
    assert await storage.get("ada") == StoredSubject("ada", outdated_at=NOW - 500)


async def test_an_identity_that_is_linked_to_the_subject_it_is_named_after_goes_on(storage: Storage) -> None:
    await storage.start(*login("a"))

    assert await storage.link("acme", "1", "acme|1", now=NOW) == StoredSubject("acme|1")
    assert await storage.rotate("a", token("b", "a"), now=NOW, leeway_s=0) is Rotation.ROTATED


@pytest.mark.threat(39)
async def test_a_change_is_as_new_as_its_transaction(storage: Storage, clock: Clock) -> None:
    await storage.link("acme", "1", "ada", now=NOW - 300)  # asked for long ago, and only now done
    assert await storage.get("acme|1") == StoredSubject("acme|1", outdated_at=NOW)


def main(*, session_id: str | None = "a", issued_at: int = NOW, subject_version: int = 0) -> MainToken:
    return MainToken("ada", session_id, issued_at, subject_version)


async def test_a_user_links_an_identity_by_a_session_that_lives(storage: Storage) -> None:
    await storage.start(*login("a", subject="ada"))

    linked = await storage.link("globex", "7", "ada", now=NOW, main=main())
    assert linked == StoredSubject("ada", identity_version=1)
    without_session = await storage.link("globex", "8", "ada", now=NOW, main=main(session_id=None))
    assert without_session == linked


@pytest.mark.threat(38, 39)
@pytest.mark.parametrize(
    "what",
    ["ended", "unknown", "unlinked", "older", "no session, older", "blocked", "unblocked", "blocked by itself"],
)
async def test_a_link_that_was_overtaken_is_refused(storage: Storage, what: str) -> None:
    await storage.start(*login("a", subject="ada"))
    asked = main(session_id={"unknown": "b", "no session, older": None}.get(what, "a"))
    refusal: type[Exception] = InvalidMainToken
    match what:
        case "ended":
            await storage.end("a")
        case "unlinked":
            await storage.unlink("acme", "1")
        case "older" | "no session, older":
            await storage.link("globex", "9", "ada", now=NOW)
            await storage.unlink("globex", "9")
        case "blocked" | "unblocked":
            refusal = SubjectBlocked
            await storage.set_blocked("ada", blocked=True)
            if what == "unblocked":
                await storage.set_blocked("ada", blocked=False)
        case "blocked by itself":
            refusal = SubjectBlocked
            await storage.set_blocked("globex|7", blocked=True)
    with pytest.raises(refusal):
        await storage.link("globex", "7", "ada", now=NOW, main=asked)

    assert await storage.subject_of("globex", "7") is None


async def test_a_subject_can_be_blocked_before_it_has_ever_logged_in(storage: Storage) -> None:
    await storage.set_blocked("acme|1", blocked=True)

    blocked = StoredSubject("acme|1", blocked=True, version=1, outdated_at=NOW)
    assert await storage.get("acme|1") == blocked
    assert await storage.create("acme", "1", "acme|1", now=NOW) == blocked
