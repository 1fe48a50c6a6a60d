"""Everything in memory, for tests and demonstrations: gone with the process."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from accredit.errors import ExchangeError
from accredit.models import MainToken
from accredit.storage import rules
from accredit.storage.memory_audit import MemoryAudit
from accredit.storage.ports.persons import Erasure, StoredIdentity, StoredLogin, StoredPerson
from accredit.storage.ports.provider_tokens import KeptToken
from accredit.storage.ports.sessions import (
    PUSHED_OUT,
    RefreshToken,
    Rotation,
    Session,
    StoredRefreshToken,
    StoredSession,
)
from accredit.storage.ports.subjects import StoredSubject

_PRUNE_EVERY = 100


class MemoryStorage:
    """Keep everything in dictionaries. No method awaits anything, so each is one transaction.

    `clock` returns epoch seconds; it says what has expired and may be deleted.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._sessions: dict[str, StoredSession] = {}
        self._tokens: dict[str, dict[str, StoredRefreshToken]] = {}  # session: hash: token, oldest first
        self._session_of: dict[str, str] = {}  # hash: session
        self._owned: dict[tuple[str, str], list[str]] = {}  # (subject, client): sessions, oldest first
        self._subjects: dict[str, StoredSubject] = {}
        self._identities: dict[tuple[str, str], StoredSubject] = {}
        self._used: dict[str, int] = {}
        self._provider_tokens: dict[str, KeptToken] = {}
        self._forgotten_until = 0
        self._unpruned = 0
        self.audit = MemoryAudit()

    @classmethod
    def from_url(cls, _url: str, /, *, clock: Callable[[], float] = time.time) -> Self:
        """Return the storage for `memory://`: one of its own for each caller."""
        return cls(clock=clock)

    @property
    def kept(self) -> dict[str, Session]:
        """Every session that is kept, by id; for tests to look at."""
        return {session_id: stored.session for session_id, stored in self._sessions.items()}

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def check(self) -> None:
        """Do nothing."""

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        """Keep one session."""
        overtaken = self._overtaken(session)
        if overtaken is not None:
            raise overtaken
        self._prune()
        self._sessions[session.id] = StoredSession(session)
        self._tokens[session.id] = {}
        owned = self._owned.setdefault((session.subject, session.client_id), [])
        owned.append(session.id)
        if token is not None:
            self._keep(token)
        self._evict(session)

    async def session(self, session_id: str) -> StoredSession | None:
        """Look one up."""
        stored = self._sessions.get(session_id)
        if stored is None:
            return None
        return replace(stored, ended=self._has_ended(stored))

    async def sessions(self, subject: str) -> tuple[Session, ...]:
        """List a subject's live sessions."""
        found = [await self.session(one) for (owner, _), ids in self._owned.items() if owner == subject for one in ids]
        live = [one.session for one in found if one is not None and not one.ended]
        return tuple(sorted(live, key=lambda one: (one.auth_time, one.id), reverse=True))

    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        """Look up a refresh token."""
        session = await self.session(self._session_of.get(token_hash, ""))
        return None if session is None else replace(self._tokens[session.session.id][token_hash], session=session)

    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        """Replace one refresh token by another; see `SessionStore`."""
        stored = await self.find(token_hash)
        if stored is None or stored.token.session_id != successor.session_id:
            return Rotation.REFUSED
        session = stored.session.session
        outcome = rules.rotation_of(rules.state_of(stored, now=now, leeway_s=leeway_s))
        if outcome is Rotation.REUSED:
            await self.end(session.id)
        if outcome is not Rotation.ROTATED:
            return outcome
        replaced_at = now if stored.replaced_at is None else stored.replaced_at
        tokens = self._tokens[session.id]
        tokens[token_hash] = replace(stored, replaced_at=replaced_at, successors=stored.successors + 1)
        self._keep(successor)
        for one in rules.forgotten([one for one in tokens.values() if one.replaced_at is not None]):
            del tokens[one.token.token_hash], self._session_of[one.token.token_hash]
        if stored.replaced_at is not None:
            for one in rules.pushed_out(self._live_of(session.id), live=self._count_live(session)):
                tokens[one.token.token_hash] = replace(one, replaced_at=0, successors=PUSHED_OUT)
        return outcome

    async def end(self, session_id: str) -> None:
        """End one session."""
        if session_id in self._sessions:
            self._sessions[session_id] = replace(self._sessions[session_id], ended=True)

    async def end_all(self, subject: str) -> None:
        """End one subject's sessions."""
        self._end_all(subject, blocked=False)

    async def subject_of(self, namespace: str, user_id: str) -> StoredSubject | None:
        """Look up an identity."""
        found = self._identities.get((namespace, user_id))
        if found is None:
            return None
        subject = self._subjects.get(found.id, StoredSubject(found.id))
        return replace(subject, unlinked=found.unlinked, identity_version=found.identity_version)

    async def get(self, subject: str) -> StoredSubject | None:
        """Look up a subject."""
        return self._subjects.get(subject)

    async def look_up(self, namespace: str, user_id: str) -> tuple[StoredSubject | None, StoredSubject | None]:
        """Look up an identity, and the subject that it has by default."""
        return await self.subject_of(namespace, user_id), await self.get(rules.default_subject(namespace, user_id))

    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter an identity, unless it is there."""
        return await self.subject_of(namespace, user_id) or await self._enter(namespace, user_id, subject, version=0)

    async def link(
        self, namespace: str, user_id: str, subject: str, *, now: int, main: MainToken | None = None
    ) -> StoredSubject:
        """Enter an identity, unless it is another subject's."""
        default = rules.default_subject(namespace, user_id)
        if main is not None:
            overtaken = rules.overtaken_link(
                main,
                subject=self._subjects.get(main.subject),
                by_itself=self._subjects.get(default),
                session=None if main.session_id is None else await self.session(main.session_id),
            )
            if overtaken is not None:
                raise overtaken
        found = await self.subject_of(namespace, user_id)
        if rules.is_taken(found):
            return found
        version = rules.first_version(namespace, user_id, subject)
        if version > 0:
            self._outdate(default, int(self._clock()))
        return await self._enter(namespace, user_id, subject, version=version)

    async def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject."""
        default = StoredSubject(rules.default_subject(namespace, user_id))
        found = self._identities.get((namespace, user_id), default)
        version = found.identity_version + 1
        self._identities[namespace, user_id] = replace(found, unlinked=True, identity_version=version)
        for subject in rules.outdated_by_unlinking(namespace, user_id, found):
            self._outdate(subject, int(self._clock()))

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """List a subject's identities."""
        return tuple(key for key, found in self._identities.items() if found.id == subject and not found.unlinked)

    async def set_blocked(self, subject: str, blocked: bool) -> None:  # noqa: FBT001 - the port
        """Block a subject, or let it in again."""
        if blocked:
            self._end_all(subject, blocked=True)
        elif subject in self._subjects:
            self._subjects[subject] = replace(self._subjects[subject], blocked=False)

    async def person(self, subject: str) -> StoredPerson:
        """Return all that is kept about a subject."""
        owned = {key: found for key, found in self._identities.items() if found.id == subject}
        identities = [StoredIdentity(*key, None, found.unlinked) for key, found in owned.items()]
        found = [await self.session(one) for one in self._sessions_about(subject)]
        logins = [StoredLogin(one, self._times(one.session.id)) for one in found if one is not None]
        return StoredPerson(self._subjects.get(subject), tuple(identities), tuple(logins))

    async def erase(self, subject: str) -> Erasure:
        """Delete a subject's identities and sessions, and outdate it."""
        about = self._sessions_about(subject)
        for session_id in about:
            self._delete(session_id)
        owned = [key for key, found in self._identities.items() if found.id == subject]
        for key in owned:
            del self._identities[key]
        self._end_all(subject, blocked=False)
        return Erasure(len(owned), len(about), self._subjects[subject].blocked)

    async def forget_ended(self, subject: str) -> int:
        """Delete the sessions of a subject that have ended."""
        about = [one for one in self._sessions.values() if one.session.subject == subject and self._has_ended(one)]
        for stored in about:
            self._delete(stored.session.id)
        return len(about)

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Remember an identifier."""
        self._prune()
        is_new = rules.is_first_use(
            known_until=self._used.get(jti),
            expires_at=expires_at,
            forgotten_until=self._forgotten_until,
            now=self._clock(),
        )
        if is_new:
            self._used[jti] = expires_at
        return is_new

    async def keep_provider_token(self, token: KeptToken) -> None:
        """Keep a provider's token, in the place of one with the same id."""
        self._provider_tokens[token.id] = token

    async def provider_tokens(self, subject: str) -> tuple[KeptToken, ...]:
        """Return a subject's provider tokens."""
        return tuple(one for one in self._tokens_in_order() if one.subject == subject)

    async def provider_tokens_of(self, namespace: str, user_id: str) -> tuple[KeptToken, ...]:
        """Return an identity's provider tokens."""
        return tuple(one for one in self._tokens_in_order() if (one.namespace, one.user_id) == (namespace, user_id))

    async def some_provider_tokens(self, after: str, limit: int) -> tuple[KeptToken, ...]:
        """Return some of all provider tokens."""
        return tuple([one for one in self._tokens_in_order() if one.id > after][:limit])

    async def reseal_provider_token(self, token: KeptToken, sealed: str) -> bool:
        """Seal a provider's token anew, if it is as it was."""
        there = self._provider_tokens.get(token.id)
        if there is None or there.sealed != token.sealed:
            return False
        self._provider_tokens[token.id] = there._replace(sealed=sealed)
        return True

    async def forget_provider_token(self, token: KeptToken) -> bool:
        """Delete a provider's token, if it is as it was."""
        there = self._provider_tokens.get(token.id)
        if there is None or there.sealed != token.sealed:
            return False
        del self._provider_tokens[token.id]
        return True

    def _tokens_in_order(self) -> list[KeptToken]:
        return [self._provider_tokens[one] for one in sorted(self._provider_tokens)]

    async def _enter(self, namespace: str, user_id: str, subject: str, *, version: int) -> StoredSubject:
        found = self._identities.pop((namespace, user_id), None)  # so that it becomes the newest
        if found is not None:
            version = found.identity_version + 1
        self._subjects.setdefault(subject, StoredSubject(subject))
        self._identities[namespace, user_id] = StoredSubject(subject, identity_version=version)
        return replace(self._subjects[subject], identity_version=version)

    def _end_all(self, subject: str, *, blocked: bool) -> None:
        self._outdate(subject, int(self._clock()))
        found = self._subjects[subject]
        self._subjects[subject] = replace(found, blocked=found.blocked or blocked, version=found.version + 1)

    def _outdate(self, subject: str, now: int) -> None:
        found = self._subjects.get(subject, StoredSubject(subject))
        self._subjects[subject] = replace(found, outdated_at=max(found.outdated_at or 0, now))

    def _overtaken(self, session: Session) -> ExchangeError | None:
        subject = self._subjects.get(session.subject)
        return rules.overtaken_login(session, subject, self._identities.get((session.namespace, session.user_id)))

    def _has_ended(self, stored: StoredSession) -> bool:
        subject = self._subjects.get(stored.session.subject)
        identity = self._identities.get((stored.session.namespace, stored.session.user_id))
        return rules.has_ended(stored, subject, identity)

    def _keep(self, token: RefreshToken) -> None:
        self._session_of[token.token_hash] = token.session_id
        stored = StoredRefreshToken(token, self._sessions[token.session_id])
        self._tokens[token.session_id][token.token_hash] = stored

    def _sessions_about(self, subject: str) -> list[str]:
        """Find a subject's sessions, and those by its identities; oldest first."""
        owned = {key for key, found in self._identities.items() if found.id == subject}
        sessions = [stored.session for stored in self._sessions.values()]
        return [one.id for one in sessions if one.subject == subject or (one.namespace, one.user_id) in owned]

    def _times(self, session_id: str) -> tuple[tuple[int, int | None], ...]:
        return tuple((one.token.issued_at, one.replaced_at) for one in self._tokens[session_id].values())

    def _live_of(self, session_id: str) -> list[StoredRefreshToken]:
        return [one for one in self._tokens[session_id].values() if one.replaced_at is None]

    def _count_live(self, session: Session) -> int:
        return sum(len(self._live_of(one)) for one in self._owned[session.subject, session.client_id])

    def _evict(self, session: Session) -> None:
        owned = [self._sessions[one] for one in self._owned[session.subject, session.client_id]]
        alike = [one for one in owned if one.session.renewable == session.renewable]
        if rules.is_crowded(self._count_live(session) if session.renewable else len(alike)):
            self._delete(min(alike[:-1], key=self._worth).session.id)  # the last one has just begun

    def _worth(self, stored: StoredSession) -> tuple[bool, int]:
        session = stored.session
        live = [one.token.issued_at for one in self._live_of(session.id)]
        return rules.worth_keeping(ended=self._has_ended(stored), auth_time=session.auth_time, live=live)

    def _prune(self) -> None:
        self._unpruned += 1
        if self._unpruned < _PRUNE_EVERY:
            return
        self._unpruned, now = 0, self._clock()
        for expired in [one.session for one in self._sessions.values() if one.session.kept_until <= now]:
            self._delete(expired.id)
        old = {jti: expires_at for jti, expires_at in self._used.items() if expires_at <= rules.kept_since(now)}
        self._forgotten_until = max(self._forgotten_until, *old.values(), 0)
        self._used = {jti: expires_at for jti, expires_at in self._used.items() if jti not in old}

    def _delete(self, session_id: str) -> None:
        session = self._sessions.pop(session_id).session
        for token_hash in self._tokens.pop(session_id):
            del self._session_of[token_hash]
        owner = session.subject, session.client_id
        self._owned[owner].remove(session_id)
        if not self._owned[owner]:
            del self._owned[owner]
