"""Wrong: who goes where there are too many."""

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.errors import SubjectBlocked
from accredit.storage import MemoryStorage, RefreshToken, Session, StoredRefreshToken, StoredSession, rules
from accredit.storage.ports.sessions import MOST_SESSIONS


@wrong("the_session_goes_that_was_used_longest_ago")
class CountsFromTheLogin(MemoryStorage):
    def _worth(self, stored: StoredSession) -> tuple[bool, int]:
        return not self._has_ended(stored), stored.session.auth_time


@wrong("what_has_ended_goes_before_what_lives")
class KeepsTheDead(MemoryStorage):
    def _worth(self, stored: StoredSession) -> tuple[bool, int]:
        return True, super()._worth(stored)[1]


@wrong("what_has_ended_goes_before_what_lives")
class KeepsWhatWasUnlinked(MemoryStorage):
    def _worth(self, stored: StoredSession) -> tuple[bool, int]:
        return not stored.ended, super()._worth(stored)[1]


@wrong("a_session_never_pushes_itself_out")
class LetsTheNewcomerGo(MemoryStorage):
    def _evict(self, session: Session) -> None:
        owned = [self._sessions[one] for one in self._owned[session.subject, session.client_id]]
        if rules.is_crowded(len(owned)):
            self._delete(min(reversed(owned), key=self._worth).session.id)


@wrong("a_session_that_goes_at_once_was_not_refused")
class RefusesACrowd(MemoryStorage):
    async def start(self, session: Session, token: RefreshToken | None) -> None:
        await super().start(session, token)
        if len(self._owned[session.subject, session.client_id]) >= MOST_SESSIONS:
            raise SubjectBlocked


@wrong("of_sessions_without_refresh_tokens_the_oldest_goes", "the_session_goes_that_was_used_longest_ago")
class KnowsNoBound(MemoryStorage):
    def _evict(self, session: Session) -> None:
        pass


@wrong("the_bound_is_for_each_client_and_subject")
class HasOneBoundForAll(MemoryStorage):
    def _evict(self, session: Session) -> None:
        if rules.is_crowded(len(self._sessions)):
            self._delete(next(iter(self._sessions)))


@wrong("a_session_that_forks_and_forks_has_five_live_tokens_at_most")
class ForksWithoutEnd(MemoryStorage):
    def _live_of(self, session_id: str) -> list[StoredRefreshToken]:
        return super()._live_of(session_id)[-1:]


@wrong("a_session_that_forks_pushes_out_nobody_elses")
class ForksBeyondTheBound(MemoryStorage):
    def _count_live(self, session: Session) -> int:
        return min(super()._count_live(session), MOST_SESSIONS)


@wrong("a_successor_of_a_server_whose_clock_is_behind_is_not_the_one_that_goes")
class GoesByTime(MemoryStorage):
    def _live_of(self, session_id: str) -> list[StoredRefreshToken]:
        return sorted(super()._live_of(session_id), key=lambda one: one.token.issued_at)
