"""Wrong: what ends, and who is let in."""

from dataclasses import replace
from typing import Any

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.errors import ExchangeError, InvalidMainToken, StorageFailed
from accredit.models import MainToken
from accredit.storage import MemoryStorage, RefreshToken, Session, StoredSession, StoredSubject


@wrong("a_session_is_ended_alone")
class EndsAllAtOnce(MemoryStorage):
    async def end(self, session_id: str) -> None:
        if session_id in self._sessions:
            await self.end_all(self._sessions[session_id].session.subject)


@wrong("a_subjects_sessions_are_ended_and_nobody_elses")
class EndsOnlyWhatIsThere(MemoryStorage):
    async def end_all(self, subject: str) -> None:
        for session in await self.sessions(subject):
            await self.end(session.id)


@wrong("a_session_of_a_blocked_subject_is_neither_stored_nor_goes_on")
class BringsBackWhoIsUnblocked(MemoryStorage):
    async def set_blocked(self, subject: str, blocked: bool) -> None:
        found = self._subjects.get(subject, StoredSubject(subject))
        self._subjects[subject] = replace(found, blocked=blocked)


@wrong("a_block_is_seen_from_every_identity")
class CountsBlocksOnce(MemoryStorage):
    async def set_blocked(self, subject: str, blocked: bool) -> None:
        await super().set_blocked(subject, blocked)
        self._subjects[subject] = replace(self._subjects[subject], version=1)


@wrong("a_subject_can_be_blocked_before_it_has_ever_logged_in")
class BlocksWhoIsThere(MemoryStorage):
    async def set_blocked(self, subject: str, blocked: bool) -> None:
        if subject in self._subjects:
            await super().set_blocked(subject, blocked)


@wrong("unlinking_ends_every_session_that_the_identity_began")
class UnlinksTheWholeSubject(MemoryStorage):
    async def unlink(self, namespace: str, user_id: str) -> None:
        for subject in {one.session.subject for one in self._sessions.values() if one.session.user_id == user_id}:
            await self.end_all(subject)
        await super().unlink(namespace, user_id)


@wrong("linking_ends_the_sessions_that_the_identity_had_for_its_old_subject", "an_identity_is_linked_once")
class LinksWithoutAVersion(MemoryStorage):
    async def _enter(self, namespace: str, user_id: str, subject: str, *, version: int) -> StoredSubject:
        return await super()._enter(namespace, user_id, subject, version=0)


@wrong("a_login_that_must_not_be_does_not_disturb_those_beside_it")
class TakesItOutOnTheNext(MemoryStorage):
    angry = False

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        if self.angry:
            self.angry = False
            raise StorageFailed("the one before")
        try:
            await super().start(session, token)
        except ExchangeError:
            self.angry = True
            raise


@wrong("a_session_without_refresh_tokens_ends_like_any_other")
class EndsRefreshTokensOnly(MemoryStorage):
    def _has_ended(self, stored: StoredSession) -> bool:
        return stored.session.renewable and super()._has_ended(stored)


@wrong("a_user_links_an_identity_by_a_token_that_holds")
class LetsNobodyLink(MemoryStorage):
    async def link(self, *given: Any, main: MainToken | None = None, **others: Any) -> StoredSubject:
        if main is not None:
            raise InvalidMainToken("never")
        return await super().link(*given, **others)


@wrong(
    "a_link_whose_session_has_ended_is_refused",
    "a_link_by_a_token_from_before_an_unlinking_is_refused",
    "a_link_of_a_blocked_user_is_refused",
)
class BelievesWhoeverAsks(MemoryStorage):
    async def link(self, *given: Any, main: MainToken | None = None, **others: Any) -> StoredSubject:
        return await super().link(*given, **others)


@wrong("a_link_by_a_token_from_before_an_unlinking_is_refused")
class ForgetsWhenItWas(MemoryStorage):
    def _outdate(self, subject: str, now: int) -> None:
        super()._outdate(subject, now - 1)


@wrong("a_change_is_as_new_as_its_transaction")
class GoesByWhenItWasAsked(MemoryStorage):
    async def link(self, *given: Any, now: int, **others: Any) -> StoredSubject:
        clock, self._clock = self._clock, lambda: now
        try:
            return await super().link(*given, now=now, **others)
        finally:
            self._clock = clock


@wrong("a_clock_that_goes_back_makes_no_older_token_good")
class BelievesTheLastClock(MemoryStorage):
    def _outdate(self, subject: str, now: int) -> None:
        found = self._subjects.get(subject, StoredSubject(subject))
        self._subjects[subject] = replace(found, outdated_at=now)
