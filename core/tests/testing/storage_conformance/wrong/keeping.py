"""Wrong: what is kept, and how it is found."""

from dataclasses import replace

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.storage import MemoryStorage, RefreshToken, Session, StoredRefreshToken, StoredSubject
from accredit.storage.ports.subjects import StoredSubject as Stored


@wrong("a_session_and_its_token_are_found_as_they_were_stored")
class KeepsNoClaims(MemoryStorage):
    async def start(self, session: Session, token: RefreshToken | None) -> None:
        await super().start(replace(session, claims="{}"), token)


@wrong("a_session_needs_no_refresh_token", "the_live_sessions_of_a_subject_are_listed_newest_first")
class KeepsOnlyRefreshTokens(MemoryStorage):
    async def start(self, session: Session, token: RefreshToken | None) -> None:
        if token is not None:
            await super().start(session, token)


@wrong("what_was_not_stored_is_not_found")
class FoldsCase(MemoryStorage):
    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        return await super().find(token_hash.lower())


@wrong("the_live_sessions_of_a_subject_are_listed_newest_first")
class ListsOldestFirst(MemoryStorage):
    async def sessions(self, subject: str) -> tuple[Session, ...]:
        return (await super().sessions(subject))[::-1]


@wrong("a_session_is_kept_until_the_last_of_its_tokens_has_ended")
class ForgetsWhenRefreshTokensExpire(MemoryStorage):
    async def start(self, session: Session, token: RefreshToken | None) -> None:
        for expired in [one.session for one in self._sessions.values() if one.session.expires_at <= self._clock()]:
            self._delete(expired.id)
        await super().start(session, token)


@wrong("what_nobody_stored_is_unknown")
class KnowsEverybody(MemoryStorage):
    async def get(self, subject: str) -> StoredSubject | None:
        return await super().get(subject) or StoredSubject(subject)


@wrong("an_identity_is_looked_up_with_the_subject_that_it_has_by_default")
class LooksUpTheOwnerOnly(MemoryStorage):
    async def look_up(self, namespace: str, user_id: str) -> tuple[StoredSubject | None, StoredSubject | None]:
        found = await self.subject_of(namespace, user_id)
        return found, None if found is None else await self.get(found.id)


@wrong("an_identity_is_created_once")
class CreatesAnew(MemoryStorage):
    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        self._identities.pop((namespace, user_id), None)
        return await super().create(namespace, user_id, subject, now=now)


@wrong("ids_compare_exactly")
class TakesIdsForNumbers(MemoryStorage):
    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        return await super().create(namespace, self._number(user_id), subject, now=now)

    async def subject_of(self, namespace: str, user_id: str) -> StoredSubject | None:
        return await super().subject_of(namespace, self._number(user_id))

    def _number(self, user_id: str) -> str:
        return f"{int(user_id)}" if user_id.isdigit() else user_id


@wrong("subjects_compare_exactly")
class FoldsSubjects(MemoryStorage):
    async def get(self, subject: str) -> StoredSubject | None:
        return next((found for name, found in self._subjects.items() if name.lower() == subject.lower()), None)


@wrong("an_identity_is_linked_once", "of_many_links_at_once_one_wins")
class LetsIdentitiesBeTaken(MemoryStorage):
    async def link(self, namespace: str, user_id: str, subject: str, *, now: int, main: object = None) -> Stored:
        return await self._enter(namespace, user_id, subject, version=1)


@wrong("an_identity_that_was_unlinked_stays_off_until_it_is_linked_again")
class ListsWhatWasUnlinked(MemoryStorage):
    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        return tuple(key for key, found in self._identities.items() if found.id == subject)


@wrong("identities_are_listed_oldest_first")
class ListsByName(MemoryStorage):
    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(await super().identities(subject)))


@wrong(
    "an_unknown_identity_can_be_unlinked_and_so_kept_out",
    "a_login_that_an_unlinking_has_overtaken_is_not_stored",
    "an_identity_that_was_unlinked_stays_off_until_it_is_linked_again",
)
class DeletesWhatIsUnlinked(MemoryStorage):
    async def unlink(self, namespace: str, user_id: str) -> None:
        await super().unlink(namespace, user_id)
        del self._identities[namespace, user_id]


@wrong("a_check_writes_and_changes_nothing")
class LeavesSomethingBehind(MemoryStorage):
    async def check(self) -> None:
        await self.set_blocked("", blocked=True)
