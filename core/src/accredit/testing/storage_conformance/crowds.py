"""A subject has a bounded number of sessions and refresh tokens at a client; the right ones go."""

import asyncio

import pytest

from accredit.errors import SubjectBlocked
from accredit.storage import Rotation, Storage
from accredit.storage.ports.sessions import MOST_REPLACED, MOST_SESSIONS, MOST_SUCCESSORS
from accredit.testing.storage_conformance.samples import NOW, alive, login, rotate, session, state, states
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal

ROTATED = Rotation.ROTATED


class Crowds(StorageSuite):
    """Bounds: `MOST_SESSIONS`, `MOST_SUCCESSORS`, `MOST_REPLACED`."""

    @check
    async def test_the_session_goes_that_was_used_longest_ago(self, storage: Storage) -> None:
        """Of more than 200 with refresh tokens: a refresh counts as use."""
        logins = [login(f"{number:03}", issued_at=number) for number in range(MOST_SESSIONS)]
        for one in logins:
            await storage.start(*one)
        equal(len(await alive(storage, logins)), MOST_SESSIONS)
        equal(await rotate(storage, "000", "used"), ROTATED)
        await storage.start(*login("new", issued_at=NOW))
        equal(await alive(storage, logins), [begun.id for begun, _ in logins[2:]])
        equal(await storage.session("001"), None)
        equal([await state(storage, one) for one in ("001", "used", "new")], ["unknown", "live", "live"])

    @check
    async def test_of_sessions_without_refresh_tokens_the_oldest_goes(self, storage: Storage) -> None:
        """And none that has refresh tokens."""
        await storage.start(*login("renewable", auth_time=0))
        for number in range(MOST_SESSIONS + 1):
            await storage.start(session(f"{number:03}", auth_time=number, renewable=False), None)
        equal(await storage.session("000"), None)
        equal(await storage.session("001") is None, wanted=False)
        equal(await state(storage, "renewable"), "live")

    @check
    async def test_what_has_ended_goes_before_what_lives(self, storage: Storage) -> None:
        """Whether it ended by itself or with its identity."""
        for renewable, unlinked in ((True, False), (False, False), (True, True)):
            subject, name = f"acme|{renewable}{unlinked}", f"{renewable}{unlinked}"
            for number in [*range(MOST_SESSIONS), NOW]:
                if number == NOW:
                    await (storage.unlink("acme", name) if unlinked else storage.end(f"{name}150"))
                begun, first = login(
                    f"{name}{number:03}",
                    issued_at=number,
                    auth_time=number,
                    renewable=renewable,
                    subject=subject,
                    user_id=name if number == 150 else "1",
                )
                await storage.start(begun, first if renewable else None)
            equal(await storage.session(f"{name}150"), None)
            equal(await storage.session(f"{name}000") is None, wanted=False)

    @check
    async def test_a_session_never_pushes_itself_out(self, storage: Storage) -> None:
        """Also where all begin in one second, and the last on a server whose clock is behind."""
        for renewable in (True, False):
            for number in range(MOST_SESSIONS + 10):
                late, name = number == MOST_SESSIONS + 9, f"{renewable}{number}"
                begun, first = login(name, issued_at=NOW - late, auth_time=NOW - late, renewable=renewable)
                await storage.start(begun, first if renewable else None)
                equal(await storage.session(name) is None, wanted=False)
            equal([await storage.session(f"{renewable}{number}") for number in range(10)], [None] * 10)

    @check
    async def test_a_session_that_goes_at_once_was_not_refused(self, storage: Storage) -> None:
        """Many at once: whoever is pushed out by a later one has been logged in; who is blocked has not."""
        await storage.set_blocked("acme|2", blocked=True)
        logins = [login(f"{number}") for number in range(MOST_SESSIONS + 20)]
        refused = login("refused", subject="acme|2")
        outcomes = await asyncio.gather(*(storage.start(*one) for one in [*logins, refused]), return_exceptions=True)
        equal([type(one) for one in outcomes], [type(None)] * len(logins) + [SubjectBlocked])
        equal(len(await alive(storage, logins)), MOST_SESSIONS)

    @check
    async def test_the_bound_is_for_each_client_and_subject(self, storage: Storage) -> None:
        """Nobody pushes out somebody else, and no client another's sessions."""
        logins = [login(f"{number:03}") for number in range(MOST_SESSIONS)]
        await asyncio.gather(*(storage.start(*one) for one in logins))
        await storage.start(*login("other client", client_id="other"))
        await storage.start(*login("other subject", subject="acme|2"))
        equal(len(await alive(storage, logins)), MOST_SESSIONS)

    @pytest.mark.threat(42)
    @check
    async def test_a_session_that_forks_and_forks_has_five_live_tokens_at_most(self, storage: Storage) -> None:
        """Each token replaced five times within its leeway, and their successors again: the newest five stay."""
        await storage.start(*login("a"))
        made = ["a"]
        for _generation in range(4):
            parent = made[-1]
            for _fork in range(MOST_SUCCESSORS):
                equal(await rotate(storage, parent, f"{len(made)}", leeway_s=30), ROTATED)
                made.append(f"{len(made)}")
        equal([one for one in made if await state(storage, one) == "live"], made[-MOST_SUCCESSORS:])

    @pytest.mark.threat(42)
    @check
    async def test_a_session_that_forks_pushes_out_nobody_elses(self, storage: Storage) -> None:
        """Where there are 200 already, it keeps its newest token, and who holds an older one is not blamed."""
        logins = [login(f"{number:03}", issued_at=number) for number in range(MOST_SESSIONS)]
        await asyncio.gather(*(storage.start(*one) for one in logins))
        for successor in "abc":
            equal(await rotate(storage, "199", successor, leeway_s=10), ROTATED)
        equal(await alive(storage, logins), [f"{number:03}" for number in range(MOST_SESSIONS - 1)])
        equal(await states(storage, "abc"), ["pushed out", "pushed out", "live"])
        equal(await rotate(storage, "a", "d", leeway_s=10), Rotation.REFUSED)
        equal(await rotate(storage, "c", "e", leeway_s=10), ROTATED)

    @pytest.mark.threat(42)
    @check
    async def test_a_successor_of_a_server_whose_clock_is_behind_is_not_the_one_that_goes(
        self, storage: Storage
    ) -> None:
        """The newest is the one that was stored last, whatever its time says."""
        await storage.start(*login("a"))
        for number in range(MOST_SUCCESSORS - 1):
            equal(await rotate(storage, "a", f"{number}", leeway_s=30), ROTATED)
        equal(await rotate(storage, "0", "next", leeway_s=30), ROTATED)
        for number in range(3):
            equal(await rotate(storage, "0", f"late {number}", now=NOW - number, leeway_s=30), ROTATED)
            equal(await state(storage, f"late {number}"), "live")

    @check
    async def test_a_session_that_refreshes_in_a_loop_keeps_few_rows(self, storage: Storage) -> None:
        """Of the replaced tokens the last twenty, so that their reuse is noticed, and no more."""
        await storage.start(*login("0"))
        for number in range(100):
            equal(await rotate(storage, f"{number}", f"{number + 1}", leeway_s=30), ROTATED)
        kept = [f"{number}" for number in range(101) if await state(storage, f"{number}") != "unknown"]
        equal(kept, [f"{number}" for number in range(100 - MOST_REPLACED, 101)])
