"""All or nothing: a call that is cut off, or cannot be done, has changed everything that it should or nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from accredit.errors import StorageFailed
from accredit.storage import Rotation, Storage, StoredSubject
from accredit.testing.storage_conformance.samples import NOW, login, rotate, state, token
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, require

_CUTS = 12
"""After so many steps of the event loop at most a call is cut off."""
_LOOKS = 200


class Atomicity(StorageSuite):
    """What is half done is as bad as what is lost."""

    @check
    async def test_a_rotation_that_is_cut_off_is_done_or_not(self, storage: Storage) -> None:
        """A token that was replaced without a successor would log its user out; both live would be two."""
        for steps in range(_CUTS):
            await storage.start(*login(f"{steps}"))
            await _cut(storage.rotate(f"{steps}", token(f"{steps}+", f"{steps}"), now=NOW, leeway_s=0), steps)

            async def is_whole(name: str = f"{steps}") -> bool:
                old, new = await storage.find(name), await storage.find(f"{name}+")
                return old is not None and (old.replaced_at is None) is (new is None)

            require(await _settles(is_whole), "the old token is replaced and has no successor, or the other way round")

    @check
    async def test_a_login_that_is_cut_off_is_stored_or_not(self, storage: Storage) -> None:
        """A session with refresh tokens has its first one."""
        for steps in range(_CUTS):
            await _cut(storage.start(*login(f"{steps}")), steps)

            async def is_whole(name: str = f"{steps}") -> bool:
                return (await storage.session(name) is None) is (await storage.find(name) is None)

            require(await _settles(is_whole), "the session is there without its token, or the other way round")

    @check
    async def test_a_link_that_is_cut_off_is_done_or_not(self, storage: Storage) -> None:
        """Whoever had the identity by default is outdated by the same transaction; so is an unlinking whole."""
        for steps in range(_CUTS):
            for call in (storage.link("acme", f"{steps}", "ada", now=NOW), storage.unlink("globex", f"{steps}")):
                await _cut(call, steps)
            for namespace in ("acme", "globex"):

                async def is_whole(namespace: str = namespace, user_id: str = f"{steps}") -> bool:
                    found = await storage.subject_of(namespace, user_id)
                    return (found is None) is (await storage.get(f"{namespace}|{user_id}") is None)

                require(await _settles(is_whole), "the identity has moved and its old subject was not told, or so")

    @check
    async def test_what_cannot_be_stored_changes_nothing(self, storage: Storage) -> None:
        """Half a surrogate pair, which JSON lets a client send: stored and found, or `StorageFailed`, and no more."""
        half = "half \ud800"
        await storage.start(*login("a"))
        outcome = await _attempt(storage.rotate("a", token(half, "a"), now=NOW, leeway_s=0))
        equal(await state(storage, "a"), "live" if outcome is None else "replaced")
        if outcome is None:
            equal(await rotate(storage, "a", "b"), Rotation.ROTATED)
        await _attempt(storage.start(*login("c", device=half)))
        stored = await storage.session("c")
        require(stored is None or stored.session.device == half, "the device has changed")
        equal(await storage.find("c") is None, stored is None)
        made = await _attempt(storage.create("acme", half, "ada", now=NOW))
        equal(await storage.get("ada"), None if made is None else StoredSubject("ada"))

    @check
    async def test_what_cannot_be_stored_fails_alone(self, storage: Storage) -> None:
        """It may share a transaction with others, who have done nothing wrong."""
        half = "half \ud800"
        await storage.start(*login("a"))
        outcomes = await asyncio.gather(
            storage.start(*login("b")),
            _attempt(storage.start(*login("bad", device=half))),
            storage.rotate("a", token("a2", "a"), now=NOW, leeway_s=0),
            _attempt(storage.create("acme", half, "ada", now=NOW)),
            storage.create("acme", "1", "grace", now=NOW),
            storage.first_use("jti", 2_000),
            storage.start(*login("c")),
        )
        equal(outcomes[2], Rotation.ROTATED)
        equal(outcomes[4:6], [StoredSubject("grace"), True])
        equal([await state(storage, one) for one in ("a", "a2", "b", "c")], ["replaced", "live", "live", "live"])

    @check
    async def test_a_check_writes_and_changes_nothing(self, storage: Storage) -> None:
        """It is asked once a second by whoever looks whether we are ready."""
        await storage.start(*login("a"))
        await storage.set_blocked("ada", blocked=True)
        for _again in range(3):
            await storage.check()
        equal(await state(storage, "a"), "live")
        equal(await storage.get("ada"), StoredSubject("ada", blocked=True, version=1, outdated_at=NOW))
        equal([await storage.get(""), await storage.session(""), await storage.sessions("")], [None, None, ()])


async def _cut(call: Coroutine[Any, Any, object], steps: int) -> None:
    """Begin a call, and cancel it after some steps of the event loop, unless it has ended."""
    task = asyncio.create_task(call)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _settles(is_whole: Callable[[], Awaitable[bool]]) -> bool:
    """Look until all is whole: what was begun may go on for a while, and end between two looks."""
    for _ in range(_LOOKS):
        if await is_whole():
            return True
        await asyncio.sleep(0.01)
    return False


async def _attempt(call: Awaitable[object]) -> object:
    """Return what a call returns, or None where the storage says that it failed. `start` returns True."""
    try:
        result = await call
    except StorageFailed:
        return None
    return True if result is None else result
