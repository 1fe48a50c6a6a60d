"""Refresh tokens in every storage: found, replaced once, and dead for good when they are dead."""

import asyncio
from typing import Any

import pytest
from core.tests.parts.support import Clock, grant

from accredit.errors import SubjectBlocked
from accredit.storage import Grant, Rotation, Storage, StoredGrant
from accredit.storage.grants import MOST_LIVE_GRANTS

ROTATED, REUSED, REFUSED = Rotation.ROTATED, Rotation.REUSED, Rotation.REFUSED
NOW = 1_000


async def rotate(
    storage: Storage, old: str, new: str, *, now: int = NOW, leeway_s: int = 0, **changes: Any
) -> Rotation:
    return await storage.rotate(old, grant(new, **{"issued_at": now, **changes}), now=now, leeway_s=leeway_s)


async def state(storage: Storage, token_hash: str) -> str:
    stored = await storage.find(token_hash)
    if stored is None:
        return "unknown"
    return "revoked" if stored.revoked else "live" if stored.replaced_at is None else "replaced"


async def test_a_grant_is_found_as_it_was_stored(storage: Storage) -> None:
    for one in (grant("a", device="Adas 📱", claims='{"name": "Ada"}'), grant("b", expires_at=2**62)):
        await storage.add(one)
        assert await storage.find(one.token_hash) == StoredGrant(one, replaced_at=None, revoked=False)


@pytest.mark.parametrize("unknown", ["", "A", "a ", "aa", "a%"])
async def test_what_was_not_stored_is_not_found(storage: Storage, unknown: str) -> None:
    await storage.add(grant("a"))

    assert await storage.find(unknown) is None
    assert await rotate(storage, unknown, "b") is REFUSED
    assert await storage.find("b") is None


async def test_the_claims_of_a_person_are_not_in_the_repr_of_a_grant() -> None:
    assert "Ada" not in repr(grant(claims='{"name": "Ada"}'))


async def test_a_grant_is_replaced_by_its_successor(storage: Storage) -> None:
    await storage.add(grant("a"))

    assert await rotate(storage, "a", "b", scope="openid") is ROTATED
    assert await storage.find("a") == StoredGrant(grant("a"), replaced_at=NOW, revoked=False)
    assert await storage.find("b") == StoredGrant(grant("b", issued_at=NOW, scope="openid"))
    assert await rotate(storage, "b", "c", now=NOW + 1) is ROTATED


@pytest.mark.threat(30)
async def test_reuse_revokes_the_whole_family_for_good(storage: Storage) -> None:
    await storage.add(grant("a"))
    await storage.add(grant("other", family="other"))
    await rotate(storage, "a", "b")
    await rotate(storage, "b", "c")

    assert await rotate(storage, "a", "x") is REUSED
    assert [await state(storage, one) for one in ("a", "b", "c", "x")] == ["revoked", "revoked", "revoked", "unknown"]
    for dead in ("a", "b", "c"):
        assert await rotate(storage, dead, "y", leeway_s=100) is REFUSED
    assert await storage.find("y") is None
    assert await rotate(storage, "other", "z", family="other") is ROTATED


@pytest.mark.threat(30)
async def test_many_uses_at_once_have_one_winner(storage: Storage) -> None:
    await storage.add(grant("a"))

    outcomes = await asyncio.gather(*(rotate(storage, "a", f"b{number}") for number in range(50)))

    assert outcomes.count(ROTATED) == 1
    assert outcomes.count(REUSED) == 1  # the second to come; for the others the family is dead already
    assert outcomes.count(REFUSED) == 48


@pytest.mark.threat(30)
@pytest.mark.parametrize(
    ("leeway_s", "later", "outcome"),
    [(10, 0, ROTATED), (10, 9, ROTATED), (10, 10, REUSED), (10, 11, REUSED), (1, 0, ROTATED), (1, 1, REUSED)],
)
async def test_a_replaced_token_works_again_within_the_leeway_only(
    storage: Storage, leeway_s: int, later: int, outcome: Rotation
) -> None:
    await storage.add(grant("a"))
    await rotate(storage, "a", "b", leeway_s=leeway_s)

    assert await rotate(storage, "a", "c", now=NOW + later, leeway_s=leeway_s) is outcome
    alive = "live" if outcome is ROTATED else "revoked"
    assert await state(storage, "b") == alive
    assert await state(storage, "c") == (alive if outcome is ROTATED else "unknown")


@pytest.mark.threat(30)
@pytest.mark.parametrize("later", [0, 1, -1, -3600])
async def test_without_leeway_no_clock_makes_a_replaced_token_good(storage: Storage, later: int) -> None:
    await storage.add(grant("a"))
    await rotate(storage, "a", "b")

    assert await rotate(storage, "a", "c", now=NOW + later) is REUSED


async def test_using_a_token_again_does_not_lengthen_its_leeway(storage: Storage) -> None:
    await storage.add(grant("a"))
    await rotate(storage, "a", "b", leeway_s=10)

    assert await rotate(storage, "a", "c", now=NOW + 9, leeway_s=10) is ROTATED
    assert await rotate(storage, "a", "d", now=NOW + 10, leeway_s=10) is REUSED


@pytest.mark.threat(30)
async def test_the_leeway_does_not_bring_a_dead_family_back(storage: Storage) -> None:
    await storage.add(grant("a"))
    await rotate(storage, "a", "b", leeway_s=100)
    await storage.revoke_subject("acme|1")

    assert await rotate(storage, "a", "c", leeway_s=100) is REFUSED
    assert await storage.find("c") is None


@pytest.mark.parametrize(("now", "outcome"), [(4_999, ROTATED), (5_000, REFUSED), (5_001, REFUSED)])
async def test_a_token_works_until_it_expires(storage: Storage, now: int, outcome: Rotation) -> None:
    await storage.add(grant("a", expires_at=5_000))

    assert await rotate(storage, "a", "b", now=now) is outcome


@pytest.mark.parametrize("changes", [{"client_id": "APP"}, {"subject": "acme|2"}, {"family": "famil"}])
async def test_a_successor_of_another_client_subject_or_family_is_refused(
    storage: Storage, changes: dict[str, Any]
) -> None:
    await storage.add(grant("a"))

    assert await rotate(storage, "a", "b", **changes) is REFUSED
    assert await storage.find("b") is None
    assert await rotate(storage, "a", "c") is ROTATED


async def test_another_client_cannot_revoke_by_reuse(storage: Storage) -> None:
    await storage.add(grant("a"))
    await rotate(storage, "a", "b")

    assert await rotate(storage, "a", "c", client_id="other") is REFUSED
    assert await state(storage, "b") == "live"


async def test_a_family_is_revoked_alone(storage: Storage) -> None:
    await storage.add(grant("a", family="one"))
    await storage.add(grant("b", family="two"))
    await storage.revoke_family("one")
    await storage.revoke_family("unknown")

    assert [await state(storage, one) for one in "ab"] == ["revoked", "live"]
    assert await rotate(storage, "a", "c", family="one") is REFUSED


async def test_a_subjects_grants_are_revoked_and_nobody_elses(storage: Storage) -> None:
    await storage.add(grant("a", family="one", client_id="x"))
    await storage.add(grant("b", family="two", client_id="y"))
    await storage.add(grant("c", family="three", subject="acme|11"))
    await storage.revoke_subject("acme|1")

    assert [await state(storage, one) for one in "abc"] == ["revoked", "revoked", "live"]


async def test_a_grant_of_a_blocked_subject_is_neither_stored_nor_replaced(storage: Storage) -> None:
    await storage.add(grant("a"))
    await storage.set_blocked("acme|1", blocked=True)
    with pytest.raises(SubjectBlocked):
        await storage.add(grant("b"))
    await storage.set_blocked("acme|1", blocked=False)

    assert await storage.find("b") is None
    assert await rotate(storage, "a", "c") is REFUSED  # to unblock brings nothing back
    await storage.add(grant("d"))
    assert await state(storage, "d") == "live"


async def test_a_login_of_a_blocked_subject_does_not_disturb_those_it_shares_a_commit_with(storage: Storage) -> None:
    await storage.set_blocked("acme|2", blocked=True)
    grants = [grant(f"{number}", family=f"{number}", subject=f"acme|{number}") for number in range(5)]

    outcomes = await asyncio.gather(*map(storage.add, grants), return_exceptions=True)

    assert [type(one) for one in outcomes] == [type(None), type(None), SubjectBlocked, type(None), type(None)]
    assert [await state(storage, f"{number}") for number in range(5)] == ["live", "live", "unknown", "live", "live"]


async def alive(storage: Storage, grants: list[Grant]) -> list[str]:
    return [one.token_hash for one in grants if await state(storage, one.token_hash) == "live"]


async def test_of_more_than_200_live_grants_the_oldest_goes(storage: Storage) -> None:
    grants = [grant(f"{number:03}", family=f"{number}", issued_at=number) for number in range(MOST_LIVE_GRANTS)]
    await asyncio.gather(*map(storage.add, reversed(grants)))
    assert len(await alive(storage, grants)) == 200

    await storage.add(grant("new", family="new", issued_at=NOW))

    assert await alive(storage, grants) == [one.token_hash for one in grants[1:]]
    assert await state(storage, "000") == "unknown"
    assert await state(storage, "new") == "live"


async def test_the_limit_is_per_client_and_subject(storage: Storage) -> None:
    grants = [grant(f"{number:03}", family=f"{number}") for number in range(MOST_LIVE_GRANTS)]
    await asyncio.gather(*map(storage.add, grants))
    await storage.add(grant("other client", family="x", client_id="other"))
    await storage.add(grant("other subject", family="y", subject="acme|2"))

    assert len(await alive(storage, grants)) == 200


async def test_what_is_replaced_or_revoked_does_not_count(storage: Storage) -> None:
    grants = [grant(f"{number:03}", family=f"{number}", issued_at=number) for number in range(MOST_LIVE_GRANTS)]
    await asyncio.gather(*map(storage.add, grants))
    assert await rotate(storage, "100", "b", family="100") is ROTATED
    await storage.revoke_family("150")
    await storage.add(grant("c", family="c", issued_at=NOW))

    assert len(await alive(storage, [*grants, grant("b"), grant("c")])) == 200
    assert await state(storage, "000") == "live"


async def test_a_rotation_counts_too(storage: Storage) -> None:
    grants = [grant(f"{number:03}", family=f"{number}", issued_at=number) for number in range(MOST_LIVE_GRANTS)]
    await asyncio.gather(*map(storage.add, grants))
    for successor in "abc":
        assert await rotate(storage, "199", successor, family="199", leeway_s=10) is ROTATED

    assert len(await alive(storage, [*grants, *map(grant, "abc")])) == 200
    assert await alive(storage, grants[:3]) == ["002"]


async def test_a_family_whose_live_grant_went_is_dead(storage: Storage) -> None:
    await storage.add(grant("old", family="old", issued_at=0))
    await rotate(storage, "old", "old 2", family="old", now=1, leeway_s=3600)
    grants = [grant(f"{number:03}", family=f"{number}", issued_at=10 + number) for number in range(MOST_LIVE_GRANTS)]
    await asyncio.gather(*map(storage.add, grants))

    assert await state(storage, "old 2") == "unknown"
    assert await rotate(storage, "old", "back", family="old", leeway_s=3600) is REFUSED


async def test_what_has_expired_is_deleted_in_passing(storage: Storage, clock: Clock) -> None:
    for number in range(60):
        await storage.add(grant(f"short {number}", family=f"{number}", subject=f"acme|{number}", expires_at=2_000))
    clock.now = 2_000
    for number in range(300):
        await storage.add(grant(f"{number}", family=f"f{number}", subject=f"acme|{number}", expires_at=2_001))

    assert [await state(storage, f"short {number}") for number in range(60)] == ["unknown"] * 60
    assert [await state(storage, f"{number}") for number in range(300)] == ["live"] * 300
