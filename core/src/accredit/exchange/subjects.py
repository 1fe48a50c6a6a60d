"""What a host does to its subjects: block them, and decide which identities are theirs."""

import asyncio
import copy
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from accredit.audit.events import (
    AnyEvent,
    BlockedEvent,
    ErasedEvent,
    LinkedEvent,
    SessionEndedEvent,
    SubjectEvent,
    UnblockedEvent,
    UnlinkedEvent,
)
from accredit.exchange.persons import Pause, audit_of, erase, exported, is_known, kept_tokens
from accredit.exchange.provider_tokens import ProviderTokens
from accredit.models import problem_of_subject_id
from accredit.settings import SubjectPolicy
from accredit.storage import AuditStore, Erasure, KeptToken, Session, Storage
from accredit.storage.rules import default_subject


async def _tell_no_plugin(_namespace: str, _user_id: str, _subject: str | None) -> None:
    pass


class Subjects:
    """Subjects and their identities, as `Exchange.subjects`. Works at once in every process that shares the storage.

    What is stored counts for plugins' subjects too when they are blocked; whose an identity is, a plugin decides first.
    Every method raises `StorageFailed` where it cannot be done, and what `require_open` raises. `clock` returns epoch
    seconds. `tell_plugins` takes the arguments of the hook `unlink_identity`.
    """

    def __init__(
        self,
        store: Storage,
        *,
        policy: SubjectPolicy = "stateless",
        tell_plugins: Callable[[str, str, str | None], Awaitable[None]] = _tell_no_plugin,
        clock: Callable[[], float] = time.time,
        emit: Callable[[AnyEvent], None] = lambda _: None,
        require_open: Callable[[], None] = lambda: None,
        tokens: ProviderTokens | None = None,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._stored = store
        self._policy = policy
        self._tell_plugins = tell_plugins
        self._require_open = require_open
        self._clock = clock
        self._emit = emit
        self._tokens = tokens
        self._pause = pause

    @property
    def audit(self) -> AuditStore | None:
        """The rows of the audit table, None where the storage keeps none."""
        return audit_of(self._store)

    def acting_as(self, actor: str) -> "Subjects":
        """Return the same subjects, whose events say by whom: a word of yours for who has asked, such as `support`."""
        other, emit = copy.copy(self), self._emit
        other._emit = lambda event: emit(replace(event, by=actor) if isinstance(event, SubjectEvent) else event)
        return other

    @property
    def _store(self) -> Storage:
        self._require_open()
        return self._stored

    async def subject_of(self, namespace: str, user_id: str) -> str | None:
        """Return whose an identity is, as far as our own store and the policy say; plugins are not asked.

        What is stored counts: the subject it was entered under or linked to, None if it was unlinked. Of an identity
        that is not stored, the policies `stateless` and `create` say `<namespace>|<user id>`, which it would log in;
        `link-only` and `existing-only` say None.
        """
        found = await self._store.subject_of(namespace, user_id)
        if found is not None:
            return None if found.unlinked else found.id
        return default_subject(namespace, user_id) if self._policy in {"stateless", "create"} else None

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """Return the identities, (namespace, user id), that are stored for a subject, oldest first.

        Under policy `stateless` only what was linked is stored, not the identity that a subject is named after.
        """
        return await self._store.identities(subject)

    async def is_blocked(self, subject: str) -> bool:
        """Tell whether a subject is blocked."""
        stored = await self._store.get(subject)
        return stored is not None and stored.blocked

    async def is_known(self, subject: str) -> bool:
        """Tell whether anything is stored about a subject, be it an audit row or that it was erased before.

        Of somebody who logs in all the same nothing may be stored: under policy `stateless`, without a session.

        Raises:
            ConfigurationError: the storage cannot.
        """
        return await is_known(self._store, subject)

    async def block(self, subject: str) -> None:
        """Refuse every login of a subject, known here or not, and end its sessions.

        Raises:
            ValueError: `subject` is nobody's id: it cannot become `sub`.
        """
        _require_subject_id(subject)
        await self._store.set_blocked(subject, blocked=True)
        self._emit(BlockedEvent(subject=subject))

    async def unblock(self, subject: str) -> None:
        """Let a subject log in again. Its sessions stay ended."""
        await self._store.set_blocked(subject, blocked=False)
        self._emit(UnblockedEvent(subject=subject))

    async def link(self, namespace: str, user_id: str, subject: str) -> bool:
        """Give an identity to a subject, or tell by False that it is another one's.

        In our own store only: plugins are not told, since whoever calls this can tell them. Be sure that both are one
        person. An equal e-mail address proves nothing.

        Raises:
            ValueError: `subject` cannot become `sub`.
        """
        _require_subject_id(subject)
        stored = await self._store.link(namespace, user_id, subject, now=int(self._clock()))
        if stored.id != subject:
            return False
        self._emit(LinkedEvent(subject=subject, namespace=namespace, user_id=user_id))
        return True

    async def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject: it logs in nobody until it is linked again, and its sessions end.

        Plugins are told first, by `unlink_identity`: where one raises, nothing here has changed. Where the store fails
        after that, call it again: it has no effect twice. Last the provider is told, where a token of it is kept: one
        that could not be revoked stays kept, and an event says so.

        Raises:
            AccessDenied: a plugin refuses.
            PluginFailed: a plugin failed.
        """
        found = await self._store.subject_of(namespace, user_id)
        subject = None if found is None or found.unlinked else found.id
        await self._tell_plugins(namespace, user_id, subject)
        await self._store.unlink(namespace, user_id)
        self._emit(UnlinkedEvent(subject=subject, namespace=namespace, user_id=user_id))
        if self._tokens is not None:
            await self._tokens.revoke(await self._tokens.store.provider_tokens_of(namespace, user_id))

    async def sessions(self, subject: str) -> tuple[Session, ...]:
        """Return the sessions of a subject that have not ended, newest first."""
        now = self._clock()
        return tuple(one for one in await self._store.sessions(subject) if now < one.expires_at)

    async def end_session(self, session_id: str) -> bool:
        """End one session, by its `sid`, or tell by False that it is unknown or has ended already."""
        stored = await self._store.session(session_id)
        if stored is None or stored.ended:
            return False
        await self._store.end(session_id)
        self._emit(_ended(stored.session))
        return True

    async def end_sessions(self, subject: str) -> int:
        """Log a subject out everywhere, and return how many sessions that has ended.

        Tokens of logins that left no session are good for nothing here any more, either.
        """
        live = await self.sessions(subject)
        await self._store.end_all(subject)
        for session in live:
            self._emit(_ended(session))
        return len(live)

    async def export(self, subject: str) -> dict[str, Any]:
        """Return all that is stored about a subject, as JSON values: for a person who asks (GDPR, article 15).

        Its standing, identities, sessions with profile and device, the times of refresh tokens, and audit rows. No
        token, no hash. What logs and your own tables hold is not among it.

        Raises:
            ConfigurationError: the storage cannot.
        """
        return await exported(self._store, subject)

    async def kept_tokens(self, subject: str) -> tuple[KeptToken, ...]:
        """Return which providers' tokens are kept of a subject, sealed: after an erasure those not revoked yet."""
        return await kept_tokens(self._store, subject)

    async def forget_tokens(self, subject: str) -> int:
        """Delete the providers' tokens that are kept of a subject, and tell no provider; return how many there were.

        For those that can never be revoked, such as of a connection that is gone.
        """
        found = await self.kept_tokens(subject)
        return (
            0 if self._tokens is None else sum([await self._tokens.store.forget_provider_token(one) for one in found])
        )

    async def encrypt_tokens(self) -> int:
        """Encrypt all providers' tokens that are kept anew, under the first of `keys.encryption_key`; return how many.

        Raises:
            ConfigurationError: one cannot be decrypted; those before it are done.
        """
        self._require_open()
        return 0 if self._tokens is None else await self._tokens.encrypt()

    async def erase(self, subject: str) -> Erasure:
        """Erase a subject: its identities and sessions go, and audit rows name nobody; what logs in later begins anew.

        Takes `COMMIT_S` seconds, to catch what is under way on other servers. A login under way is refused, as by a
        block. Who was blocked stays blocked. One row stays, with the subject's id, that and when tokens of before
        became good for nothing. Observers hear `ErasedEvent`. Where it fails, call it again.

        Providers of which a token is kept are told to take back what was granted, all at once, and waited for up to ten
        seconds. Those that could not be are in `unrevoked`; their tokens stay, and calling it again tries again.

        Raises:
            ValueError: `subject` is nobody's id.
            ConfigurationError: the storage cannot.
        """
        _require_subject_id(subject)
        return await erase(
            self._store,
            subject,
            told=lambda: self._emit(ErasedEvent(subject=subject)),
            tokens=self._tokens,
            pause=self._pause,
        )


def _ended(session: Session) -> SessionEndedEvent:
    return SessionEndedEvent(
        session_id=session.id, subject=session.subject, client_id=session.client_id, connection=session.connection
    )


def _require_subject_id(subject: str) -> None:
    if problem := problem_of_subject_id(subject):
        raise ValueError(f"a subject's id {problem}")
