"""Wrong: several steps where there should be one."""

import asyncio
from typing import Any

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.errors import StorageFailed
from accredit.storage import MemoryStorage, RefreshToken, Rotation, Session, StoredSubject, rules


@wrong("many_first_logins_at_once_make_one_subject")
class LooksAndThenCreates(MemoryStorage):
    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        found = await self.subject_of(namespace, user_id)
        await asyncio.sleep(0)
        return found or await self._enter(namespace, user_id, subject, version=0)


@wrong("of_many_links_at_once_one_wins")
class LooksAndThenLinks(MemoryStorage):
    async def link(self, namespace: str, user_id: str, subject: str, **others: Any) -> StoredSubject:
        found = await self.subject_of(namespace, user_id)
        await asyncio.sleep(0)
        return found or await self._enter(namespace, user_id, subject, version=1)


@wrong(
    "many_uses_of_a_refresh_token_at_once_have_one_winner",
    "a_refresh_at_once_with_a_logout_leaves_nothing_that_lives",
)
class LooksAndThenRotates(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        stored = await self.find(token_hash)
        await asyncio.sleep(0)
        if stored is None or rules.state_of(stored, now=now, leeway_s=leeway_s) is not rules.RefreshTokenState.LIVE:
            return Rotation.REFUSED
        self._sessions.setdefault(successor.session_id, stored.session)
        self._sessions[successor.session_id] = stored.session  # as it was when it was looked at
        self._keep(successor)
        return Rotation.ROTATED


@wrong("of_many_uses_of_an_identifier_at_once_one_is_first")
class LooksAndThenUses(MemoryStorage):
    async def first_use(self, jti: str, expires_at: int) -> bool:
        is_new = jti not in self._used
        await asyncio.sleep(0)
        self._used[jti] = expires_at
        return is_new


@wrong("of_logins_at_once_with_what_ends_them_none_survives")
class LooksAndThenStores(MemoryStorage):
    async def start(self, session: Session, token: RefreshToken | None) -> None:
        if (overtaken := self._overtaken(session)) is not None:
            raise overtaken
        await asyncio.sleep(0)
        subject, identity = self._subjects.pop(session.subject, None), dict(self._identities)
        self._identities.clear()
        await super().start(session, token)
        self._identities |= identity
        if subject is not None and not subject.blocked:
            self._subjects[session.subject] = StoredSubject(subject.id)


@wrong("a_rotation_that_is_cut_off_is_done_or_not")
class RotatesInTwoSteps(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        if outcome is Rotation.ROTATED:
            stored = self._tokens[successor.session_id].pop(successor.token_hash)
            del self._session_of[successor.token_hash]
            await asyncio.sleep(0)
            self._tokens[successor.session_id][successor.token_hash] = stored
            self._session_of[successor.token_hash] = successor.session_id
        return outcome


@wrong("a_login_that_is_cut_off_is_stored_or_not")
class StartsInTwoSteps(MemoryStorage):
    async def start(self, session: Session, token: RefreshToken | None) -> None:
        await super().start(session, None)
        await asyncio.sleep(0)
        if token is not None:
            self._keep(token)


@wrong("a_link_that_is_cut_off_is_done_or_not")
class UnlinksInTwoSteps(MemoryStorage):
    async def unlink(self, namespace: str, user_id: str) -> None:
        default = rules.default_subject(namespace, user_id)
        await super().unlink(namespace, user_id)
        outdated = self._subjects.pop(default)
        await asyncio.sleep(0)
        self._subjects[default] = outdated


@wrong("what_cannot_be_stored_changes_nothing")
class FailsHalfWay(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        try:
            successor.token_hash.encode()
        except UnicodeEncodeError as exc:
            raise StorageFailed("a token that cannot be encoded") from exc
        return outcome


@wrong("what_cannot_be_stored_fails_alone")
class FailsTogether(MemoryStorage):
    spoilt = False

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        self.spoilt = self.spoilt or "\ud800" in (session.device or "")
        if not self.spoilt:
            await super().start(session, token)
