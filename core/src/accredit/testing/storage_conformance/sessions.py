"""Sessions and refresh tokens are found as they were stored, and no others."""

from accredit.storage import Rotation, Storage, StoredRefreshToken, StoredSession
from accredit.testing.storage_conformance.samples import Clock, login, rotate, session, state
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal


class Sessions(StorageSuite):
    """What is stored comes back: every letter, every number, nothing of somebody else's."""

    @check
    async def test_a_session_and_its_token_are_found_as_they_were_stored(self, storage: Storage) -> None:
        """All fields come back, with text of any language and large numbers."""
        for begun, first in (
            login("a", device="Adas 📱", claims='{"name": "Ada"}'),
            login("b", expires_at=2**62, kept_until=2**62, scope="", device=""),
            login("c", subject="Ünïcödé|'; --", user_id="%_\\", identity_version=0),
        ):
            await storage.start(begun, first)
            equal(await storage.session(begun.id), StoredSession(begun))
            equal(await storage.find(first.token_hash), StoredRefreshToken(first, StoredSession(begun)))

    @check
    async def test_a_session_needs_no_refresh_token(self, storage: Storage) -> None:
        """A login without `offline_access` leaves a session, too."""
        begun = session(renewable=False)
        await storage.start(begun, None)
        equal(await storage.session("session"), StoredSession(begun))

    @check
    async def test_what_was_not_stored_is_not_found(self, storage: Storage) -> None:
        """Hashes and ids compare exactly, and nothing is made by a look."""
        await storage.start(*login("a"))
        for unknown in ("", "A", "a ", "aa", "a%", "a\u0301"):
            equal(await storage.find(unknown), None)
            equal(await storage.session(unknown), None)
            equal(await rotate(storage, unknown, "b", session_id="a"), Rotation.REFUSED)
            equal(await storage.find("b"), None)

    @check
    async def test_the_live_sessions_of_a_subject_are_listed_newest_first(self, storage: Storage) -> None:
        """By `auth_time`, over all clients; what has ended and what is somebody else's is left out."""
        begun = [session(f"{number}", auth_time=number, client_id=f"app {number % 2}") for number in range(5)]
        for number in (2, 0, 4, 3, 1):
            await storage.start(begun[number], None)
        await storage.start(session("of somebody else", subject="acme|11"), None)
        await storage.end("3")
        equal(await storage.sessions("acme|1"), (begun[4], begun[2], begun[1], begun[0]))
        equal(await storage.sessions("acme|3"), ())

    @check
    async def test_a_session_is_kept_until_the_last_of_its_tokens_has_ended(
        self, storage: Storage, clock: Clock
    ) -> None:
        """Whatever else is forgotten meanwhile, and whether its refresh tokens have expired."""
        await storage.start(*login("a", expires_at=1_500, kept_until=2_001))
        await storage.start(*login("b", subject="acme|2", kept_until=1_999))
        clock.now = 2_000
        for number in range(300):
            await storage.start(*login(f"{number}", subject=f"acme|{number + 10}"))
        equal(await state(storage, "a"), "live")
