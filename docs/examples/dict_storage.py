"""A storage in dictionaries: a small one that keeps every promise of the ports."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from accredit.models import MainToken
from accredit.storage import (
    PUSHED_OUT,
    RefreshToken,
    Rotation,
    Session,
    Storage,
    StoredRefreshToken,
    StoredSession,
    StoredSubject,
    rules,
)


class DictStorage(Storage):
    """Keep everything in four dictionaries. No method awaits anything, so each is one transaction."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._sessions: dict[str, StoredSession] = {}
        self._tokens: dict[str, StoredRefreshToken] = {}
        self._subjects: dict[str, StoredSubject] = {}
        self._identities: dict[tuple[str, str], StoredSubject] = {}
        self._used: dict[str, int] = {}
        self._forgotten_until = 0

    @classmethod
    def from_url(cls, _url: str, /, *, clock: Callable[[], float]) -> Self:
        """Return the storage for `dict://`."""
        return cls(clock=clock)

    # The life. A storage on a server connects here, and `check` writes something that changes nothing.

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def check(self) -> None:
        """Do nothing."""

    # Sessions and their refresh tokens.

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        """Store a session, unless something has overtaken its login; of too many, one goes."""
        if (overtaken := self._overtaken(session)) is not None:
            raise overtaken
        self._forget()
        self._sessions[session.id] = StoredSession(session)
        if token is not None:
            self._tokens[token.token_hash] = StoredRefreshToken(token, StoredSession(session))
        alike = [one.session for one in self._of(session) if one.session.renewable == session.renewable]
        if rules.is_crowded(self._count_live(session) if session.renewable else len(alike)):
            self._delete(min((one for one in alike if one.id != session.id), key=self._worth).id)

    async def session(self, session_id: str) -> StoredSession | None:
        """Look one up; whether it has ended is asked anew each time."""
        stored = self._sessions.get(session_id)
        return None if stored is None else replace(stored, ended=self._has_ended(stored))

    async def sessions(self, subject: str) -> tuple[Session, ...]:
        """List a subject's live sessions."""
        stored = [one for one in self._sessions.values() if one.session.subject == subject]
        live = [one.session for one in stored if not self._has_ended(one)]
        return tuple(sorted(live, key=lambda one: (one.auth_time, one.id), reverse=True))

    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        """Look up a refresh token, with its session as it is now."""
        stored = self._tokens.get(token_hash)
        session = None if stored is None else await self.session(stored.token.session_id)
        return None if stored is None or session is None else replace(stored, session=session)

    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        """Do what the rules say: replace it, end its session, or nothing."""
        stored = await self.find(token_hash)
        if stored is None or stored.token.session_id != successor.session_id:
            return Rotation.REFUSED
        outcome = rules.rotation_of(rules.state_of(stored, now=now, leeway_s=leeway_s))
        if outcome is Rotation.REUSED:
            await self.end(successor.session_id)
        if outcome is Rotation.ROTATED:
            replaced_at = now if stored.replaced_at is None else stored.replaced_at
            self._tokens[token_hash] = replace(stored, replaced_at=replaced_at, successors=stored.successors + 1)
            self._tokens[successor.token_hash] = StoredRefreshToken(successor, stored.session)
            self._make_room(stored)
        return outcome

    async def end(self, session_id: str) -> None:
        """End one session."""
        if session_id in self._sessions:
            self._sessions[session_id] = replace(self._sessions[session_id], ended=True)

    async def end_all(self, subject: str) -> None:
        """End one subject's sessions: whatever began with an older version has ended."""
        self._outdate(subject)
        found = self._subjects[subject]
        self._subjects[subject] = replace(found, version=found.version + 1)

    # Subjects and their identities.

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
        """Look up an identity, and the subject that it has by default: on a server, in one read."""
        return await self.subject_of(namespace, user_id), await self.get(rules.default_subject(namespace, user_id))

    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter an identity, unless it is there."""
        found = await self.subject_of(namespace, user_id)
        return found or await self._enter(namespace, user_id, subject, version=0)

    async def link(
        self, namespace: str, user_id: str, subject: str, *, now: int, main: MainToken | None = None
    ) -> StoredSubject:
        """Enter an identity, unless it is another subject's, or something has overtaken whoever asks."""
        default = rules.default_subject(namespace, user_id)
        if main is not None:
            session = None if main.session_id is None else await self.session(main.session_id)
            subject_of_main, by_itself = self._subjects.get(main.subject), self._subjects.get(default)
            overtaken = rules.overtaken_link(main, subject=subject_of_main, by_itself=by_itself, session=session)
            if overtaken is not None:
                raise overtaken
        found = await self.subject_of(namespace, user_id)
        if rules.is_taken(found):
            return found
        version = rules.first_version(namespace, user_id, subject)
        if version > 0:
            self._outdate(default)
        return await self._enter(namespace, user_id, subject, version=version)

    async def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject; it stays known, and is nobody's."""
        default = StoredSubject(rules.default_subject(namespace, user_id))
        found = self._identities.get((namespace, user_id), default)
        version = found.identity_version + 1
        self._identities[namespace, user_id] = replace(found, unlinked=True, identity_version=version)
        for subject in rules.outdated_by_unlinking(namespace, user_id, found):
            self._outdate(subject)

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """List a subject's identities."""
        return tuple(key for key, found in self._identities.items() if found.id == subject and not found.unlinked)

    async def set_blocked(self, subject: str, blocked: bool) -> None:  # noqa: FBT001 - the port
        """Block a subject, which ends its sessions, or let it in again."""
        if blocked:
            await self.end_all(subject)
        if subject in self._subjects:
            self._subjects[subject] = replace(self._subjects[subject], blocked=blocked)

    # What may be used once.

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Remember an identifier."""
        is_first = rules.is_first_use(
            known_until=self._used.get(jti),
            expires_at=expires_at,
            forgotten_until=self._forgotten_until,
            now=self._clock(),
        )
        if is_first:
            self._used[jti] = expires_at
        return is_first

    # What the methods above share.

    def _overtaken(self, session: Session) -> Exception | None:
        identity = self._identities.get((session.namespace, session.user_id))
        return rules.overtaken_login(session, self._subjects.get(session.subject), identity)

    def _has_ended(self, stored: StoredSession) -> bool:
        return stored.ended or self._overtaken(stored.session) is not None

    def _of(self, session: Session) -> list[StoredSession]:
        owner = session.subject, session.client_id
        return [one for one in self._sessions.values() if (one.session.subject, one.session.client_id) == owner]

    def _tokens_of(self, session: Session) -> list[StoredRefreshToken]:
        return [one for one in self._tokens.values() if one.token.session_id == session.id]

    def _live_of(self, session: Session) -> list[StoredRefreshToken]:
        return [one for one in self._tokens_of(session) if one.replaced_at is None]

    def _count_live(self, session: Session) -> int:
        ids = {one.session.id for one in self._of(session)}
        return sum(one.replaced_at is None and one.token.session_id in ids for one in self._tokens.values())

    def _worth(self, session: Session) -> tuple[bool, int]:
        live = [one.token.issued_at for one in self._live_of(session)]
        return rules.worth_keeping(
            ended=self._has_ended(self._sessions[session.id]), auth_time=session.auth_time, live=live
        )

    def _make_room(self, replaced: StoredRefreshToken) -> None:
        session = replaced.session.session
        for one in rules.forgotten([one for one in self._tokens_of(session) if one.replaced_at is not None]):
            del self._tokens[one.token.token_hash]
        if replaced.replaced_at is not None:  # it was replaced once more
            for one in rules.pushed_out(self._live_of(session), live=self._count_live(session)):
                self._tokens[one.token.token_hash] = replace(one, replaced_at=0, successors=PUSHED_OUT)

    async def _enter(self, namespace: str, user_id: str, subject: str, *, version: int) -> StoredSubject:
        found = self._identities.pop((namespace, user_id), None)  # so that it becomes the newest
        if found is not None:
            version = found.identity_version + 1
        self._subjects.setdefault(subject, StoredSubject(subject))
        self._identities[namespace, user_id] = StoredSubject(subject, identity_version=version)
        return replace(self._subjects[subject], identity_version=version)

    def _outdate(self, subject: str) -> None:
        found = self._subjects.get(subject, StoredSubject(subject))
        self._subjects[subject] = replace(found, outdated_at=max(found.outdated_at or 0, int(self._clock())))

    def _forget(self) -> None:
        now = self._clock()
        for one in [one.session for one in self._sessions.values() if one.session.kept_until <= now]:
            self._delete(one.id)
        old = {jti: until for jti, until in self._used.items() if until <= rules.kept_since(now)}
        self._forgotten_until = max(self._forgotten_until, *old.values(), 0)
        self._used = {jti: until for jti, until in self._used.items() if jti not in old}

    def _delete(self, session_id: str) -> None:
        session = self._sessions.pop(session_id).session
        for one in self._tokens_of(session):
            del self._tokens[one.token.token_hash]
