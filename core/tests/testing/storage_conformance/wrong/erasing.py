"""Wrong: what is shown of a person, and what is erased."""

import asyncio
from dataclasses import replace

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.storage import Erasure, MemoryStorage, SqliteStorage, StoredPerson


@wrong(
    "an_erased_subject_has_nothing_left_but_its_row",
    "erasing_somebody_who_is_not_stored_keeps_out_what_is_under_way",
    "a_login_that_has_looked_before_an_erasure_is_not_stored_after_it",
    "erasing_lets_nobody_in_who_is_blocked",
)
class ErasesTheRowToo(MemoryStorage):
    async def erase(self, subject: str) -> Erasure:
        erasure = await super().erase(subject)
        del self._subjects[subject]
        return erasure


@wrong(
    "a_person_is_shown_with_identities_sessions_and_times_of_tokens",
    "an_identity_begins_anew_after_an_erasure",
)
class LeavesOutWhatWasUnlinked(MemoryStorage):
    async def person(self, subject: str) -> StoredPerson:
        found = await super().person(subject)
        return replace(found, identities=tuple(one for one in found.identities if not one.unlinked))

    async def erase(self, subject: str) -> Erasure:
        unlinked = {key: found for key, found in self._identities.items() if found.unlinked}
        erasure = await super().erase(subject)
        self._identities |= unlinked
        return erasure


@wrong("an_erasure_brings_back_no_session_that_a_link_has_ended")
class LooksForItsOwnSessionsOnly(MemoryStorage):
    def _sessions_about(self, subject: str) -> list[str]:
        return [one for one in super()._sessions_about(subject) if self._sessions[one].session.subject == subject]


@wrong("what_has_ended_is_forgotten_and_what_lives_is_not")
class ForgetsByErasingOnceMore(MemoryStorage):
    async def forget_ended(self, subject: str) -> int:
        return (await self.erase(subject)).sessions


@wrong("logins_that_race_with_an_erasure_are_stored_whole_or_not_at_all")
class ErasesInTwoSteps(SqliteStorage):
    """Takes the identity of whoever logs in between them."""

    async def erase(self, subject: str) -> Erasure:
        await self.end_all(subject)
        await asyncio.sleep(0.05)
        sessions = await self.forget_ended(subject)
        delete = "DELETE FROM identities WHERE subject = ?"
        identities = await self._do(lambda connection: connection.execute(delete, (subject,)).rowcount)
        return Erasure(identities, sessions, blocked=False)
