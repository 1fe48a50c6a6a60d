"""Wrong: what other handles see, and what is left after the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import ClassVar

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.storage import (
    MemoryStorage,
    RefreshToken,
    Rotation,
    Session,
    SqliteStorage,
    StoredRefreshToken,
    StoredSubject,
)


class _Buffering(SqliteStorage):
    """Writes what it is given at its end."""

    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock=clock)
        self.later: list[Callable[[], Awaitable[object]]] = []

    async def close(self) -> None:
        for one in self.later:
            await one()
        self.later.clear()
        await super().close()


@wrong("what_was_acknowledged_survives_a_crash", "what_was_acknowledged_survives_a_process_that_is_killed")
class StoresLoginsAtTheEnd(_Buffering):
    async def start(self, session: Session, token: RefreshToken | None) -> None:
        self.later.append(lambda: SqliteStorage.start(self, session, token))


@wrong("a_refresh_whose_answer_was_given_is_not_forgotten_by_a_crash")
class StoresRefreshesAtTheEnd(_Buffering):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        self.later.append(
            lambda: SqliteStorage.rotate(self, token_hash, successor, now=now, leeway_s=leeway_s),
        )
        return Rotation.ROTATED


@wrong("a_logout_that_was_acknowledged_is_not_forgotten_by_a_crash")
class EndsSessionsAtTheEnd(_Buffering):
    async def end(self, session_id: str) -> None:
        self.later.append(lambda: SqliteStorage.end(self, session_id))


@wrong("what_was_stored_is_there_when_it_is_opened_again")
class LosesBlocksAtTheEnd(SqliteStorage):
    async def close(self) -> None:
        for subject in ("ada", "acme|d"):
            await self.set_blocked(subject, blocked=False)
        await super().close()


@wrong("what_one_handle_has_stored_the_other_sees_at_once", "what_another_process_blocks_is_blocked_here_at_once")
class RemembersSubjects(SqliteStorage):
    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock=clock)
        self.seen: dict[str, StoredSubject | None] = {}

    async def get(self, subject: str) -> StoredSubject | None:
        if subject not in self.seen:
            self.seen[subject] = await super().get(subject)
        return self.seen[subject]


@wrong("what_one_handle_has_stored_the_other_sees_at_once")
class RemembersTokens(SqliteStorage):
    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock=clock)
        self.seen: dict[str, StoredRefreshToken] = {}

    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        if token_hash not in self.seen and (found := await super().find(token_hash)) is not None:
            self.seen[token_hash] = found
        return self.seen.get(token_hash)


@wrong(
    "a_login_that_another_handle_has_overtaken_is_not_stored",
    "of_logins_in_many_processes_none_survives_an_unlinking",
)
class LooksOnceMoreByItself(SqliteStorage):
    """Makes of every login one that was never overtaken."""

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        identity = await self.subject_of(session.namespace, session.user_id)
        version = 0 if identity is None else identity.identity_version
        await super().start(replace(session, identity_version=version), token)


@wrong("handles_that_race_have_one_winner", "an_identifier_is_new_in_one_of_many_processes")
class KeepsIdentifiersToItself(SqliteStorage):
    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock=clock)
        self.memory = MemoryStorage(clock=clock)

    async def first_use(self, jti: str, expires_at: int) -> bool:
        return await self.memory.first_use(jti, expires_at)


@wrong("first_logins_in_many_processes_make_one_subject")
class LooksAndThenLinksWhatIsNew(SqliteStorage):
    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        found = await self.subject_of(namespace, user_id)
        await asyncio.sleep(0.05)
        if found is None:
            await self.unlink(namespace, user_id)
            found = await self.link(namespace, user_id, subject, now=now)
        return found


@wrong("one_of_many_processes_rotates_and_reuse_ends_the_session_for_all")
class ForgivesReuse(SqliteStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        return await super().rotate(token_hash, successor, now=now, leeway_s=max(leeway_s, 1))


@wrong("the_bound_on_sessions_holds_over_handles", "the_bound_on_sessions_holds_over_processes")
class CountsForItself(SqliteStorage):
    async def start(self, session: Session, token: RefreshToken | None) -> None:
        await super().start(replace(session, client_id=f"{session.client_id} of {id(self)}"), token)


@wrong("a_handle_that_is_closed_leaves_the_other_open")
class ClosesForAll(SqliteStorage):
    opened: ClassVar[list[SqliteStorage]] = []

    async def open(self) -> None:
        await super().open()
        self.opened.append(self)

    async def close(self) -> None:
        while self.opened:
            await SqliteStorage.close(self.opened.pop())
