"""Everything in memory, for tests and demonstrations: gone with the process."""

import time
from collections.abc import Callable
from dataclasses import replace

from accredit.errors import SubjectBlocked
from accredit.storage.grants import MOST_LIVE_GRANTS, Grant, Rotation, StoredGrant, within_leeway
from accredit.storage.subjects import StoredSubject, default_subject

_PRUNE_EVERY = 100


class MemoryStorage:
    """Keep everything in dictionaries. No method awaits anything, so each is one transaction.

    `clock` returns epoch seconds; it says what has expired and may be deleted.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._grants: dict[str, StoredGrant] = {}
        self._live: dict[tuple[str, str], dict[str, int]] = {}  # (subject, client): hash: issued at
        self._blocked: dict[str, bool] = {}
        self._identities: dict[tuple[str, str], StoredSubject] = {}
        self._used: dict[str, int] = {}
        self._unpruned = 0

    @property
    def grants(self) -> dict[str, Grant]:
        """Every grant that is kept, by hash; for tests to look at."""
        return {token_hash: stored.grant for token_hash, stored in self._grants.items()}

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def check(self) -> None:
        """Do nothing."""

    async def add(self, grant: Grant) -> None:
        """Keep one grant."""
        if self._blocked.get(grant.subject):
            raise SubjectBlocked
        self._insert(grant)

    async def find(self, token_hash: str) -> StoredGrant | None:
        """Look one up."""
        return self._grants.get(token_hash)

    async def rotate(self, token_hash: str, successor: Grant, *, now: int, leeway_s: int) -> Rotation:
        """Replace one grant by another; see `GrantStore`."""
        stored = self._grants.get(token_hash)
        if stored is None or stored.revoked or now >= stored.grant.expires_at:
            return Rotation.REFUSED
        if _origin(stored.grant) != _origin(successor) or self._blocked.get(successor.subject):
            return Rotation.REFUSED
        if stored.replaced_at is None:
            self._keep(replace(stored, replaced_at=now))
        elif not within_leeway(stored.replaced_at, now=now, leeway_s=leeway_s):
            await self.revoke_family(successor.family)
            return Rotation.REUSED
        elif not any(self._grants[live].grant.family == successor.family for live in self._live_of(successor)):
            return Rotation.REFUSED
        self._insert(successor)
        return Rotation.ROTATED

    async def revoke_family(self, family: str) -> None:
        """Revoke one login's grants."""
        self._revoke(lambda grant: grant.family == family)

    async def revoke_subject(self, subject: str) -> None:
        """Revoke one subject's grants."""
        self._revoke(lambda grant: grant.subject == subject)

    async def subject_of(self, strategy: str, user_id: str) -> StoredSubject | None:
        """Look up an identity."""
        found = self._identities.get((strategy, user_id))
        return None if found is None else replace(found, blocked=self._blocked.get(found.id, False))

    async def get(self, subject: str) -> StoredSubject | None:
        """Look up a subject."""
        return StoredSubject(subject, self._blocked[subject]) if subject in self._blocked else None

    async def create(self, strategy: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter an identity, unless it is there."""
        found = await self.subject_of(strategy, user_id)
        if found is not None:
            return found
        self._enter(strategy, user_id, subject)
        return StoredSubject(subject, self._blocked[subject])

    async def link(self, strategy: str, user_id: str, subject: str, *, now: int) -> bool:
        """Enter an identity, unless it is another subject's."""
        found = self._identities.get((strategy, user_id))
        if found is not None and not found.unlinked:
            return found.id == subject
        self._enter(strategy, user_id, subject)
        return True

    async def unlink(self, strategy: str, user_id: str) -> None:
        """Take an identity off its subject."""
        default = default_subject(strategy, user_id)
        found = self._identities.get((strategy, user_id), StoredSubject(default))
        self._identities[strategy, user_id] = replace(found, unlinked=True)
        subjects = {default, found.id}
        self._revoke(lambda it: (it.strategy, it.user_id) == (strategy, user_id) and it.subject in subjects)

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """List a subject's identities."""
        return tuple(key for key, found in self._identities.items() if found.id == subject and not found.unlinked)

    async def set_blocked(self, subject: str, blocked: bool) -> None:  # noqa: FBT001 - the port
        """Block a subject, or let it in again."""
        self._blocked[subject] = blocked
        if blocked:
            await self.revoke_subject(subject)

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Remember an identifier."""
        self._prune()
        if self._used.get(jti, 0) > self._clock():
            return False
        self._used[jti] = expires_at
        return True

    def _enter(self, strategy: str, user_id: str, subject: str) -> None:
        self._identities.pop((strategy, user_id), None)  # so that it becomes the newest
        self._identities[strategy, user_id] = StoredSubject(subject)
        self._blocked.setdefault(subject, False)

    def _live_of(self, grant: Grant) -> dict[str, int]:
        return self._live.setdefault((grant.subject, grant.client_id), {})

    def _insert(self, grant: Grant) -> None:
        self._prune()
        self._keep(StoredGrant(grant))
        live = self._live_of(grant)
        if len(live) > MOST_LIVE_GRANTS:
            self._delete(min(live, key=live.__getitem__))

    def _keep(self, stored: StoredGrant) -> None:
        grant = stored.grant
        self._grants[grant.token_hash] = stored
        if stored.revoked or stored.replaced_at is not None:
            self._live_of(grant).pop(grant.token_hash, None)
        else:
            self._live_of(grant)[grant.token_hash] = grant.issued_at

    def _revoke(self, concerns: Callable[[Grant], bool]) -> None:
        for stored in [stored for stored in self._grants.values() if concerns(stored.grant)]:
            self._keep(replace(stored, revoked=True))

    def _prune(self) -> None:
        self._unpruned += 1
        if self._unpruned < _PRUNE_EVERY:
            return
        self._unpruned, now = 0, self._clock()
        for expired in [one.grant for one in self._grants.values() if one.grant.expires_at <= now]:
            self._delete(expired.token_hash)
        self._used = {jti: expires_at for jti, expires_at in self._used.items() if expires_at > now}

    def _delete(self, token_hash: str) -> None:
        grant = self._grants.pop(token_hash).grant
        live = self._live_of(grant)
        live.pop(token_hash, None)
        if not live:
            del self._live[grant.subject, grant.client_id]


def _origin(grant: Grant) -> tuple[str, str, str]:
    return grant.client_id, grant.subject, grant.family
