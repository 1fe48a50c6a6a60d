"""Real processes on one storage: what may happen once happens once, and what was acknowledged is there."""

import asyncio
from collections import Counter

import pytest

from accredit.storage import Rotation, Storage, StoredSubject
from accredit.storage.ports.sessions import MOST_SESSIONS
from accredit.testing.storage_conformance.samples import NOW, login, rotate
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, require, required
from accredit.testing.storage_conformance.together import PROCESSES, killed_after, run_together
from accredit.testing.storage_conformance.worker import LOGINS, ROUNDS


class Processes(StorageSuite):
    """Needs `elsewhere`."""

    @pytest.mark.threat(30)
    @check
    async def test_one_of_many_processes_rotates_and_reuse_ends_the_session_for_all(self, storage: Storage) -> None:
        """Thirty uses of one token at once, in three processes."""
        where = required(self.elsewhere(), "elsewhere")
        for number in range(ROUNDS):
            await storage.start(*login(f"{number}"))
        printed = await asyncio.to_thread(run_together, where, "rotate")
        for outcomes in zip(*printed, strict=True):
            equal(Counter(one for lines in outcomes for one in lines), {"ROTATED": 1, "REUSED": 1, "REFUSED": 28})
        for number in range(ROUNDS):
            stored = await storage.find(f"{number}")
            require(stored is not None and stored.session.ended, "the session lives")
            equal(await rotate(storage, f"{number}", "late", leeway_s=60), Rotation.REFUSED)

    @pytest.mark.threat(28)
    @check
    async def test_first_logins_in_many_processes_make_one_subject(self, storage: Storage) -> None:
        """And all get the same answer."""
        printed = await asyncio.to_thread(run_together, required(self.elsewhere(), "elsewhere"), "create")
        for person, answers in enumerate(zip(*printed, strict=True)):
            made = {one for ids in answers for one in ids}
            equal(len(made), 1)
            equal(await storage.subject_of("acme", f"{person}"), StoredSubject(*made))
            equal(await storage.identities(*made), (("acme", f"{person}"),))

    @check
    async def test_an_identifier_is_new_in_one_of_many_processes(self, storage: Storage) -> None:
        """Once, wherever."""
        printed = await asyncio.to_thread(run_together, required(self.elsewhere(), "elsewhere"), "use")
        equal([sum(counts) for counts in zip(*printed, strict=True)], [1] * ROUNDS)

    @check
    async def test_the_bound_on_sessions_holds_over_processes(self, storage: Storage) -> None:
        """However they come in."""
        await asyncio.to_thread(run_together, required(self.elsewhere(), "elsewhere"), "start")
        names = [f"{process}-{number}" for process in range(PROCESSES) for number in range(LOGINS)]
        equal(sum([await storage.find(name) is not None for name in names]), MOST_SESSIONS)

    @check
    async def test_what_another_process_blocks_is_blocked_here_at_once(self, storage: Storage) -> None:
        """Nothing that was read before stands in its way."""
        where = required(self.elsewhere(), "elsewhere")
        equal(await storage.get("ada"), None)
        await asyncio.to_thread(run_together, where, "block", processes=1)
        equal(await storage.get("ada"), StoredSubject("ada", blocked=True, version=1, outdated_at=NOW))

    @pytest.mark.threat(39)
    @check
    async def test_of_logins_in_many_processes_none_survives_an_unlinking(self, storage: Storage) -> None:
        """The first process unlinks once the others have begun; who looks before it is not stored after it."""
        printed = await asyncio.to_thread(run_together, required(self.elsewhere(), "elsewhere"), "unlink")
        equal(printed, [[], [[]], [[]]])
        equal(await storage.sessions("acme|1"), ())
        for process in (1, 2):
            for number in range(LOGINS):
                equal(await rotate(storage, f"{process}-{number}", "late", leeway_s=30), Rotation.REFUSED)

    @check
    async def test_what_was_acknowledged_survives_a_process_that_is_killed(self, storage: Storage) -> None:
        """And each change is there as a whole, acknowledged or not."""
        told = await asyncio.to_thread(killed_after, required(self.elsewhere(), "elsewhere"), "go on", 200)
        for what, name in told:
            old, new = await storage.find(name), await storage.find(f"{name}+")
            require(old is not None, f"{name} was acknowledged, and is gone")
            require(what != "rotated" or new is not None, f"the successor of {name} was acknowledged, and is gone")
            equal(old is not None and old.replaced_at is not None, new is not None)
