"""Everything in memory, for tests and demonstrations: gone with the process."""

import time
from collections.abc import Callable
from dataclasses import replace

from accredit.errors import InvalidMainToken, NotLinked, SubjectBlocked
from accredit.models import MainToken
from accredit.storage.ports.replay import KEPT_S
from accredit.storage.ports.sessions import (
    MOST_REPLACED,
    MOST_SESSIONS,
    MOST_SUCCESSORS,
    PUSHED_OUT,
    RefreshToken,
    Rotation,
    Session,
    StoredRefreshToken,
    StoredSession,
)
from accredit.storage.ports.subjects import StoredSubject, default_subject, is_outdated

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
        self._forgotten_until = 0
        self._unpruned = 0

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
        if self._is_out(session):
            raise SubjectBlocked
        if self._has_moved(session):
            raise NotLinked
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
        return replace(stored, ended=stored.ended or self._is_out(stored.session) or self._has_moved(stored.session))

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
        if now >= session.expires_at or stored.session.ended or stored.is_pushed_out:
            return Rotation.REFUSED
        if stored.is_spent(now=now, leeway_s=leeway_s):
            await self.end(session.id)
            return Rotation.REUSED
        replaced_at = now if stored.replaced_at is None else stored.replaced_at
        tokens = self._tokens[session.id]
        tokens[token_hash] = replace(stored, replaced_at=replaced_at, successors=stored.successors + 1)
        self._keep(successor)
        self._lose([one for one in tokens.values() if one.replaced_at is not None], MOST_REPLACED)
        if stored.replaced_at is not None:
            self._push_out(self._live_of(session.id), MOST_SUCCESSORS)
            if self._count_live(session) > MOST_SESSIONS:
                self._push_out(self._live_of(session.id), len(self._live_of(session.id)) - 1)
        return Rotation.ROTATED

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

    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter an identity, unless it is there."""
        return await self.subject_of(namespace, user_id) or await self._enter(namespace, user_id, subject, version=0)

    async def link(
        self, namespace: str, user_id: str, subject: str, *, now: int, main: MainToken | None = None
    ) -> StoredSubject:
        """Enter an identity, unless it is another subject's."""
        if main is not None:
            await self._check(main, default_subject(namespace, user_id))
        found = await self.subject_of(namespace, user_id)
        if found is not None and not found.unlinked:
            return found
        default = default_subject(namespace, user_id)
        if subject == default:
            return await self._enter(namespace, user_id, subject, version=0)
        self._outdate(default, int(self._clock()))
        return await self._enter(namespace, user_id, subject, version=1)

    async def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject."""
        default = default_subject(namespace, user_id)
        found = self._identities.get((namespace, user_id), StoredSubject(default))
        version = found.identity_version + 1
        self._identities[namespace, user_id] = replace(found, unlinked=True, identity_version=version)
        for subject in {default, found.id}:
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

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Remember an identifier."""
        self._prune()
        if self._used.get(jti, 0) > self._clock() or expires_at <= self._forgotten_until:
            return False
        self._used[jti] = expires_at
        return True

    async def _check(self, main: MainToken, default: str) -> None:
        subject, by_itself = self._subjects.get(main.subject), self._subjects.get(default)
        if by_itself is not None and by_itself.blocked:  # to link the identity must not lift the block
            raise SubjectBlocked
        if subject is not None and (subject.blocked or subject.version != main.subject_version):
            raise SubjectBlocked
        session = None if main.session_id is None else await self.session(main.session_id)
        ended = main.session_id is not None and (session is None or session.ended)
        if ended or is_outdated(main.issued_at, subject, has_session=session is not None):
            raise InvalidMainToken("its session has ended meanwhile")

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

    def _is_out(self, session: Session) -> bool:
        subject = self._subjects.get(session.subject)
        return subject is not None and (subject.blocked or subject.version != session.subject_version)

    def _has_moved(self, session: Session) -> bool:
        found = self._identities.get((session.namespace, session.user_id))
        return found is not None and found.identity_version != session.identity_version

    def _keep(self, token: RefreshToken) -> None:
        self._session_of[token.token_hash] = token.session_id
        stored = StoredRefreshToken(token, self._sessions[token.session_id])
        self._tokens[token.session_id][token.token_hash] = stored

    def _live_of(self, session_id: str) -> list[StoredRefreshToken]:
        return [one for one in self._tokens[session_id].values() if one.replaced_at is None]

    def _count_live(self, session: Session) -> int:
        return sum(len(self._live_of(one)) for one in self._owned[session.subject, session.client_id])

    def _push_out(self, tokens: list[StoredRefreshToken], most: int) -> None:
        for one in tokens[: max(0, len(tokens) - most)]:
            self._tokens[one.token.session_id][one.token.token_hash] = replace(
                one, replaced_at=0, successors=PUSHED_OUT
            )

    def _lose(self, tokens: list[StoredRefreshToken], most: int) -> None:
        for one in tokens[: max(0, len(tokens) - most)]:
            del self._tokens[one.token.session_id][one.token.token_hash], self._session_of[one.token.token_hash]

    def _evict(self, session: Session) -> None:
        owned = [self._sessions[one] for one in self._owned[session.subject, session.client_id]]
        alike = [one for one in owned if one.session.renewable == session.renewable]
        count = self._count_live(session) if session.renewable else len(alike)
        if count > MOST_SESSIONS:
            self._delete(min(alike[:-1], key=self._worth).session.id)  # never the one that has just begun

    def _worth(self, stored: StoredSession) -> tuple[bool, int]:
        """Order by what may be lost first: what has ended, then what was used longest ago."""
        session = stored.session
        ended = stored.ended or self._is_out(session) or self._has_moved(session)
        return not ended, max((one.token.issued_at for one in self._live_of(session.id)), default=session.auth_time)

    def _prune(self) -> None:
        self._unpruned += 1
        if self._unpruned < _PRUNE_EVERY:
            return
        self._unpruned, now = 0, self._clock()
        for expired in [one.session for one in self._sessions.values() if one.session.kept_until <= now]:
            self._delete(expired.id)
        old = {jti: expires_at for jti, expires_at in self._used.items() if expires_at <= now - KEPT_S}
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
