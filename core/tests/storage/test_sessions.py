"""Sessions and their refresh tokens in every storage: found, replaced once, and dead for good when they are dead."""

import asyncio
from typing import Any

import pytest
from core.tests.support import Clock, login, session, token

from accredit.errors import NotLinked, SubjectBlocked
from accredit.storage import Rotation, Session, Storage, StoredRefreshToken, StoredSession
from accredit.storage.ports.sessions import MOST_REPLACED, MOST_SESSIONS, MOST_SUCCESSORS

ROTATED, REUSED, REFUSED = Rotation.ROTATED, Rotation.REUSED, Rotation.REFUSED
NOW = 1_000


async def rotate(
    storage: Storage, old: str, new: str, *, now: int = NOW, leeway_s: int = 0, session_id: str | None = None
) -> Rotation:
    """Replace a token by one of the same session, unless another one is named."""
    if session_id is None:
        stored = await storage.find(old)
        session_id = "unknown" if stored is None else stored.token.session_id
    return await storage.rotate(old, token(new, session_id, issued_at=now), now=now, leeway_s=leeway_s)


async def state(storage: Storage, token_hash: str) -> str:
    stored = await storage.find(token_hash)
    if stored is None:
        return "unknown"
    if stored.is_pushed_out:
        return "pushed out"
    return "ended" if stored.session.ended else "live" if stored.replaced_at is None else "replaced"


async def states(storage: Storage, tokens: str) -> list[str]:
    return [await state(storage, one) for one in tokens]


async def test_a_session_and_its_token_are_found_as_they_were_stored(storage: Storage) -> None:
    for begun, first in (login("a", device="Adas 📱", claims='{"name": "Ada"}'), login("b", expires_at=2**62)):
        await storage.start(begun, first)
        assert await storage.session(begun.id) == StoredSession(begun)
        assert await storage.find(first.token_hash) == StoredRefreshToken(first, StoredSession(begun))


async def test_a_session_needs_no_refresh_token(storage: Storage) -> None:
    begun = session(renewable=False)
    await storage.start(begun, None)

    assert await storage.session("session") == StoredSession(begun)


@pytest.mark.parametrize("unknown", ["", "A", "a ", "aa", "a%"])
async def test_what_was_not_stored_is_not_found(storage: Storage, unknown: str) -> None:
    await storage.start(*login("a"))

    assert await storage.find(unknown) is None
    assert await storage.session(unknown) is None
    assert await rotate(storage, unknown, "b", session_id="a") is REFUSED
    assert await storage.find("b") is None


async def test_the_claims_of_a_person_are_not_in_the_repr_of_a_session() -> None:
    assert "Ada" not in repr(session(claims='{"name": "Ada"}'))


async def test_a_token_is_replaced_by_its_successor(storage: Storage) -> None:
    begun, first = login("a")
    await storage.start(begun, first)

    assert await rotate(storage, "a", "b") is ROTATED
    stored = StoredSession(begun)
    assert await storage.find("a") == StoredRefreshToken(first, stored, replaced_at=NOW, successors=1)
    assert await storage.find("b") == StoredRefreshToken(token("b", "a", issued_at=NOW), stored)
    assert await rotate(storage, "b", "c", now=NOW + 1) is ROTATED


@pytest.mark.threat(30)
async def test_reuse_ends_the_whole_session_for_good(storage: Storage) -> None:
    await storage.start(*login("a"))
    await storage.start(*login("other"))
    await rotate(storage, "a", "b")
    await rotate(storage, "b", "c")

    assert await rotate(storage, "a", "x") is REUSED
    assert await states(storage, "abcx") == ["ended", "ended", "ended", "unknown"]
    for dead in ("a", "b", "c"):
        assert await rotate(storage, dead, "y", leeway_s=100) is REFUSED
    assert await storage.find("y") is None
    assert await rotate(storage, "other", "z") is ROTATED


@pytest.mark.threat(30)
async def test_many_uses_at_once_have_one_winner(storage: Storage) -> None:
    await storage.start(*login("a"))

    outcomes = await asyncio.gather(*(rotate(storage, "a", f"b{number}") for number in range(50)))

    assert outcomes.count(ROTATED) == 1
    assert outcomes.count(REUSED) == 1  # the second to come; for the others the session has ended already
    assert outcomes.count(REFUSED) == 48


@pytest.mark.threat(30)
@pytest.mark.parametrize(
    ("leeway_s", "later", "outcome"),
    [(10, 0, ROTATED), (10, 9, ROTATED), (10, 10, REUSED), (10, 11, REUSED), (1, 0, ROTATED), (1, 1, REUSED)],
)
async def test_a_replaced_token_works_again_within_the_leeway_only(
    storage: Storage, leeway_s: int, later: int, outcome: Rotation
) -> None:
    await storage.start(*login("a"))
    await rotate(storage, "a", "b", leeway_s=leeway_s)

    assert await rotate(storage, "a", "c", now=NOW + later, leeway_s=leeway_s) is outcome
    alive = "live" if outcome is ROTATED else "ended"
    assert await states(storage, "bc") == [alive, alive if outcome is ROTATED else "unknown"]


@pytest.mark.threat(56)
@pytest.mark.parametrize(("later", "outcome"), [(-1, ROTATED), (-2, ROTATED), (-3, REUSED), (-86_400, REUSED)])
async def test_a_clock_that_goes_back_does_not_lengthen_the_leeway(
    storage: Storage, later: int, outcome: Rotation
) -> None:
    await storage.start(*login("a"))
    await rotate(storage, "a", "b", leeway_s=10)

    assert await rotate(storage, "a", "c", now=NOW + later, leeway_s=10) is outcome


@pytest.mark.threat(30)
@pytest.mark.parametrize("later", [0, 1, -1, -3600])
async def test_without_leeway_no_clock_makes_a_replaced_token_good(storage: Storage, later: int) -> None:
    await storage.start(*login("a"))
    await rotate(storage, "a", "b")

    assert await rotate(storage, "a", "c", now=NOW + later) is REUSED


async def test_using_a_token_again_does_not_lengthen_its_leeway(storage: Storage) -> None:
    await storage.start(*login("a"))
    await rotate(storage, "a", "b", leeway_s=10)

    assert await rotate(storage, "a", "c", now=NOW + 9, leeway_s=10) is ROTATED
    assert await rotate(storage, "a", "d", now=NOW + 10, leeway_s=10) is REUSED


@pytest.mark.threat(42)
async def test_a_token_has_five_successors_at_most(storage: Storage) -> None:
    await storage.start(*login("a"))

    outcomes = [await rotate(storage, "a", f"{number}", leeway_s=30) for number in range(MOST_SUCCESSORS + 1)]

    assert outcomes == [ROTATED] * MOST_SUCCESSORS + [REUSED]
    assert await states(storage, "01234") == ["ended"] * MOST_SUCCESSORS


@pytest.mark.threat(42)
async def test_a_session_that_forks_and_forks_has_five_live_tokens_at_most(storage: Storage) -> None:
    await storage.start(*login("a"))
    made = ["a"]
    for _ in range(4):
        parent = made[-1]
        for _ in range(MOST_SUCCESSORS):
            assert await rotate(storage, parent, f"{len(made)}", leeway_s=30) is ROTATED
            made.append(f"{len(made)}")

    live = [one for one in made if await state(storage, one) == "live"]
    assert live == made[-MOST_SUCCESSORS:]


@pytest.mark.threat(42)
async def test_a_session_that_forks_pushes_out_nobody_elses(storage: Storage) -> None:
    logins = [login(f"{number:03}", issued_at=number) for number in range(MOST_SESSIONS)]
    await asyncio.gather(*(storage.start(*one) for one in logins))
    for successor in "abc":
        assert await rotate(storage, "199", successor, leeway_s=10) is ROTATED

    assert await alive(storage, logins) == [f"{number:03}" for number in range(199)]
    assert await states(storage, "abc") == ["pushed out", "pushed out", "live"]
    assert await rotate(storage, "a", "d", leeway_s=10) is REFUSED  # its holder has done nothing wrong
    assert await rotate(storage, "c", "e", leeway_s=10) is ROTATED


async def test_a_session_that_refreshes_in_a_loop_keeps_few_rows(storage: Storage) -> None:
    await storage.start(*login("0"))
    for number in range(100):
        assert await rotate(storage, f"{number}", f"{number + 1}", leeway_s=30) is ROTATED

    kept = [f"{number}" for number in range(101) if await state(storage, f"{number}") != "unknown"]
    assert kept == [f"{number}" for number in range(100 - MOST_REPLACED, 101)]


@pytest.mark.threat(30)
async def test_the_leeway_does_not_bring_an_ended_session_back(storage: Storage) -> None:
    await storage.start(*login("a"))
    await rotate(storage, "a", "b", leeway_s=100)
    await storage.end_all("acme|1")

    assert await rotate(storage, "a", "c", leeway_s=100) is REFUSED
    assert await storage.find("c") is None


@pytest.mark.parametrize(("now", "outcome"), [(4_999, ROTATED), (5_000, REFUSED), (5_001, REFUSED)])
async def test_a_token_works_until_its_session_expires(storage: Storage, now: int, outcome: Rotation) -> None:
    await storage.start(*login("a", expires_at=5_000))

    assert await rotate(storage, "a", "b", now=now) is outcome


async def test_a_successor_of_another_session_is_refused(storage: Storage) -> None:
    await storage.start(*login("a"))
    await storage.start(*login("b"))

    assert await rotate(storage, "a", "c", session_id="b") is REFUSED
    assert await rotate(storage, "a", "c", session_id="unknown") is REFUSED
    assert await storage.find("c") is None
    assert await rotate(storage, "a", "c") is ROTATED


async def test_a_session_is_ended_alone(storage: Storage) -> None:
    await storage.start(*login("a"))
    await storage.start(*login("b"))
    await storage.end("a")
    await storage.end("unknown")

    assert await states(storage, "ab") == ["ended", "live"]
    assert await rotate(storage, "a", "c") is REFUSED


async def test_a_subjects_sessions_are_ended_and_nobody_elses(storage: Storage) -> None:
    await storage.start(*login("a", client_id="x"))
    await storage.start(*login("b", client_id="y"))
    await storage.start(*login("c", subject="acme|11"))
    await storage.end_all("acme|1")

    assert await states(storage, "abc") == ["ended", "ended", "live"]
    with pytest.raises(SubjectBlocked):  # it was looked up before
        await storage.start(*login("d"))
    await storage.start(*login("e", subject_version=1))
    assert await state(storage, "e") == "live"


@pytest.mark.threat(42)
async def test_a_successor_of_a_server_whose_clock_is_behind_is_not_the_one_that_goes(storage: Storage) -> None:
    await storage.start(*login("a"))
    for number in range(MOST_SUCCESSORS - 1):
        assert await rotate(storage, "a", f"{number}", leeway_s=30) is ROTATED
    assert await rotate(storage, "0", "next", leeway_s=30) is ROTATED
    for number in range(3):
        assert await rotate(storage, "0", f"late {number}", now=NOW - 1, leeway_s=30) is ROTATED
        assert await state(storage, f"late {number}") == "live"


async def test_the_live_sessions_of_a_subject_are_listed_newest_first(storage: Storage) -> None:
    begun = [session(f"{number}", auth_time=number, client_id=f"app {number % 2}") for number in range(5)]
    for one in begun:
        await storage.start(one, None)
    await storage.start(session("of somebody else", subject="acme|2"), None)
    await storage.end("3")

    assert await storage.sessions("acme|1") == (begun[4], begun[2], begun[1], begun[0])
    assert await storage.sessions("acme|3") == ()


@pytest.mark.threat(39)
async def test_a_session_of_a_blocked_subject_is_neither_stored_nor_goes_on(storage: Storage) -> None:
    await storage.start(*login("a"))
    await storage.set_blocked("acme|1", blocked=True)
    with pytest.raises(SubjectBlocked):
        await storage.start(*login("b"))
    await storage.set_blocked("acme|1", blocked=False)

    assert await storage.find("b") is None
    assert await rotate(storage, "a", "c") is REFUSED  # to unblock brings nothing back
    with pytest.raises(SubjectBlocked):  # it was looked up before the subject was blocked
        await storage.start(*login("d"))
    await storage.start(*login("e", subject_version=1))
    assert await states(storage, "ade") == ["ended", "unknown", "live"]


@pytest.mark.threat(39)
async def test_a_login_that_an_unlinking_has_overtaken_is_not_stored(storage: Storage) -> None:
    await storage.unlink("acme", "1")
    with pytest.raises(NotLinked):
        await storage.start(*login("a"))
    await storage.link("acme", "1", "ada", now=NOW)
    for seen in (0, 1):
        with pytest.raises(NotLinked):
            await storage.start(*login("a", subject="ada", identity_version=seen))
    await storage.start(*login("b", subject="ada", identity_version=2))

    assert await states(storage, "ab") == ["unknown", "live"]


@pytest.mark.threat(39)
@pytest.mark.parametrize("subject", ["acme|1", "a host's own"])
async def test_unlinking_ends_every_session_that_the_identity_began(storage: Storage, subject: str) -> None:
    await storage.start(*login("a", subject=subject))
    await storage.start(*login("b", subject=subject, user_id="2"))
    await storage.start(*login("c", subject=subject, namespace="globex"))
    await storage.unlink("acme", "1")

    assert await states(storage, "abc") == ["ended", "live", "live"]
    assert await rotate(storage, "a", "d", leeway_s=30) is REFUSED
    assert [one.id for one in await storage.sessions(subject)] == ["c", "b"]


async def test_linking_ends_the_sessions_that_the_identity_had_for_its_old_subject(storage: Storage) -> None:
    await storage.start(*login("a"))
    linked = await storage.link("acme", "1", "ada", now=NOW)
    await storage.start(*login("b", subject="ada", identity_version=linked.identity_version))

    assert await states(storage, "ab") == ["ended", "live"]


async def test_a_login_that_must_not_be_does_not_disturb_those_it_shares_a_commit_with(storage: Storage) -> None:
    await storage.set_blocked("acme|2", blocked=True)
    await storage.unlink("acme", "3")
    logins = [login(f"{number}", subject=f"acme|{number}", user_id=f"{number}") for number in range(5)]

    outcomes = await asyncio.gather(*(storage.start(*one) for one in logins), return_exceptions=True)

    assert [type(one) for one in outcomes] == [type(None), type(None), SubjectBlocked, NotLinked, type(None)]
    assert await states(storage, "01234") == ["live", "live", "unknown", "unknown", "live"]


async def alive(storage: Storage, logins: list[tuple[Session, Any]]) -> list[str]:
    return [begun.id for begun, _ in logins if await state(storage, begun.id) == "live"]


async def test_of_more_than_200_renewable_sessions_the_one_goes_that_was_used_longest_ago(storage: Storage) -> None:
    logins = [login(f"{number:03}", issued_at=number) for number in range(MOST_SESSIONS)]
    await asyncio.gather(*(storage.start(*one) for one in logins))
    assert len(await alive(storage, logins)) == 200
    assert await rotate(storage, "000", "used") is ROTATED

    await storage.start(*login("new", issued_at=NOW))

    assert await alive(storage, logins) == [begun.id for begun, _ in logins[2:]]
    assert await storage.session("001") is None
    assert await state(storage, "001") == "unknown"
    assert [await state(storage, one) for one in ("used", "new")] == ["live", "live"]


@pytest.mark.parametrize("renewable", [True, False])
async def test_what_has_ended_goes_before_what_lives(storage: Storage, renewable: bool) -> None:
    for number in range(MOST_SESSIONS):
        begun, first = login(f"{number:03}", issued_at=number, auth_time=number, renewable=renewable)
        await storage.start(begun, first if renewable else None)
    await storage.end("150")
    begun, first = login("new", issued_at=NOW, auth_time=NOW, renewable=renewable)
    await storage.start(begun, first if renewable else None)

    assert await storage.session("150") is None
    assert await storage.session("000") is not None


@pytest.mark.parametrize("renewable", [True, False])
async def test_a_session_never_pushes_itself_out(storage: Storage, renewable: bool) -> None:
    for number in range(MOST_SESSIONS + 50):  # all in one second, and the last on a server whose clock is behind
        late = number == MOST_SESSIONS + 49
        begun, first = login(f"{number}", issued_at=NOW - late, auth_time=NOW - late, renewable=renewable)
        await storage.start(begun, first if renewable else None)
        assert await storage.session(f"{number}") is not None

    assert [await storage.session(f"{number}") for number in range(50)] == [None] * 50


async def test_an_evicted_session_is_no_refused_one(storage: Storage) -> None:
    await storage.set_blocked("acme|2", blocked=True)
    logins = [login(f"{number}") for number in range(MOST_SESSIONS + 20)]
    refused = login("refused", subject="acme|2")

    outcomes = await asyncio.gather(*(storage.start(*one) for one in [*logins, refused]), return_exceptions=True)
    assert [type(one) for one in outcomes] == [type(None)] * len(logins) + [SubjectBlocked]


async def test_of_more_than_200_other_sessions_the_oldest_goes(storage: Storage) -> None:
    await storage.start(*login("renewable", auth_time=0))
    for number in range(MOST_SESSIONS + 1):
        await storage.start(session(f"{number:03}", auth_time=number, renewable=False), None)

    assert await storage.session("000") is None
    assert await storage.session("001") is not None
    assert await state(storage, "renewable") == "live"


async def test_the_limit_is_per_client_and_subject(storage: Storage) -> None:
    logins = [login(f"{number:03}") for number in range(MOST_SESSIONS)]
    await asyncio.gather(*(storage.start(*one) for one in logins))
    await storage.start(*login("other client", client_id="other"))
    await storage.start(*login("other subject", subject="acme|2"))

    assert len(await alive(storage, logins)) == 200


async def test_what_has_expired_is_deleted_in_passing(storage: Storage, clock: Clock) -> None:
    for number in range(60):
        await storage.start(*login(f"short {number}", subject=f"acme|{number}", kept_until=2_000))
    clock.now = 2_000
    for number in range(300):
        await storage.start(*login(f"{number}", subject=f"acme|{number}", kept_until=2_001))

    assert [await state(storage, f"short {number}") for number in range(60)] == ["unknown"] * 60
    assert [await storage.session(f"short {number}") for number in range(60)] == [None] * 60
    assert [await state(storage, f"{number}") for number in range(300)] == ["live"] * 300
