"""What is looked up at each login, refresh and call of an API: questions that share statements (`lookups`)."""

from collections.abc import Sequence

from accredit.storage import rules
from accredit.storage.ports.sessions import StoredRefreshToken, StoredSession
from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.postgres.connector import Driver
from accredit.storage.postgres.driver import ask
from accredit.storage.postgres.lookups import Lookups
from accredit.storage.postgres.session_rows import PostgresSessionRows
from accredit.storage.postgres.subject_rows import PostgresSubjectRows
from accredit.storage.sql.session_rows import stored_session, stored_token
from accredit.storage.sql.subject_rows import looked_up

Identity = tuple[str, str]
"""Namespace and user id."""


class Reading:
    """The questions."""

    def __init__(self, lookups: Lookups, sessions: PostgresSessionRows, subjects: PostgresSubjectRows) -> None:
        self._sessions = sessions
        self._subjects = subjects
        self.tokens = lookups.question(self._tokens)
        self.stored_sessions = lookups.question(self._stored_sessions)
        self.identities = lookups.question(self._identities)
        self.stored_subjects = lookups.question(self._stored_subjects)

    async def _tokens(self, driver: Driver, hashes: Sequence[str]) -> list[StoredRefreshToken | None]:
        found = map(stored_token, await self._sessions.tokens_by_hash.ask(driver, {"hashes": hashes}))
        by_hash = {one.token.token_hash: one for one in found}
        return [by_hash.get(token_hash) for token_hash in hashes]

    async def _stored_sessions(self, driver: Driver, ids: Sequence[str]) -> list[StoredSession | None]:
        found = map(stored_session, await self._sessions.sessions_by_id.ask(driver, {"ids": ids}))
        by_id = {one.session.id: one for one in found}
        return [by_id.get(session_id) for session_id in ids]

    async def _identities(
        self, driver: Driver, asked: Sequence[Identity]
    ) -> list[tuple[StoredSubject | None, StoredSubject | None]]:
        defaults = [rules.default_subject(*one) for one in asked]
        names = [namespace for namespace, _ in asked], [user_id for _, user_id in asked]
        rows = await ask(driver, self._subjects.look_up_all, *names, defaults)
        return [looked_up(row, default) for row, default in zip(rows, defaults, strict=True)]

    async def _stored_subjects(self, driver: Driver, ids: Sequence[str]) -> list[StoredSubject | None]:
        rows = await self._subjects.subjects_by_id.ask(driver, {"ids": ids})
        found = {
            subject: StoredSubject(subject, blocked, version=version, outdated_at=outdated_at)
            for subject, blocked, version, outdated_at in rows
        }
        return [found.get(one) for one in ids]
