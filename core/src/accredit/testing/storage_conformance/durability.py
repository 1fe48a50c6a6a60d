"""What was acknowledged is there after the end: an orderly one, and a crash."""

from accredit.storage import Rotation, Storage, StoredSubject
from accredit.testing.storage_conformance.samples import NOW, Clock, login, rotate, states
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, opened, required


class Durability(StorageSuite):
    """Needs `another` or `crashed`. Durable when it returns: the answer that goes out next cannot be called back."""

    @check
    async def test_what_was_stored_is_there_when_it_is_opened_again(self, storage: Storage, clock: Clock) -> None:
        """After `close`, by a handle that is new."""
        other = required(self.another(clock), "another")
        await _fill(storage)
        await storage.close()
        async with opened(other) as again:
            await _look(again)
        await storage.open()  # closed and opened again, it goes on, too
        equal(await states(storage, "c"), ["ended"])  # by the other handle's look

    @check
    async def test_what_was_acknowledged_survives_a_crash(self, storage: Storage, clock: Clock) -> None:
        """Each change, looked at right after the call that has made it: nothing is written later."""
        await _fill(storage)
        async with opened(required(self.crashed(clock), "crashed")) as left:
            await _look(left)

    @check
    async def test_a_refresh_whose_answer_was_given_is_not_forgotten_by_a_crash(
        self, storage: Storage, clock: Clock
    ) -> None:
        """Else the old token works again, and the new one, which somebody holds, does not."""
        await storage.start(*login("a"))
        await rotate(storage, "a", "b")
        async with opened(required(self.crashed(clock), "crashed")) as left:
            equal(await states(left, "ab"), ["replaced", "live"])

    @check
    async def test_a_logout_that_was_acknowledged_is_not_forgotten_by_a_crash(
        self, storage: Storage, clock: Clock
    ) -> None:
        """Nor is a block, an unlinking or an identifier's use: the last thing before it."""
        await storage.start(*login("a"))
        await storage.end("a")
        async with opened(required(self.crashed(clock), "crashed")) as left:
            equal(await states(left, "a"), ["ended"])
        await storage.first_use("jti", 2_000)
        async with opened(required(self.crashed(clock), "crashed")) as left:
            equal(await left.first_use("jti", 2_000), wanted=False)


async def _fill(storage: Storage) -> None:
    for name in ("a", "b", "d"):
        await storage.start(*login(name, subject=f"acme|{name}", user_id=name))
    await rotate(storage, "a", "c")
    await storage.end("b")
    await storage.create("acme", "7", "ada", now=NOW)
    await storage.link("globex", "7", "ada", now=NOW)
    await storage.unlink("acme", "7")
    await storage.set_blocked("acme|d", blocked=True)
    await storage.first_use("jti", 2_000)


async def _look(storage: Storage) -> None:
    equal(await states(storage, "abcd"), ["replaced", "ended", "live", "ended"])
    equal(await storage.identities("ada"), (("globex", "7"),))
    unlinked = StoredSubject("ada", unlinked=True, identity_version=1, outdated_at=NOW)
    equal(await storage.subject_of("acme", "7"), unlinked)
    equal(await storage.get("acme|d"), StoredSubject("acme|d", blocked=True, version=1, outdated_at=NOW))
    equal(await storage.first_use("jti", 2_000), wanted=False)
    equal(await rotate(storage, "a", "late"), Rotation.REUSED)
