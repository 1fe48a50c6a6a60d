"""What one event of a notice does here, as far as the operator wants it. Each effect may be repeated."""

from collections.abc import Mapping

from accredit.errors import AccessDenied, ConfigurationError
from accredit.exchange.subjects import Subjects
from accredit.notices import NoticeEvent, NoticeKind, ProviderNotice
from accredit.plugins import Connection
from accredit.storage import PersonStore, Storage
from accredit.storage.rules import default_subject

BY = "notice"
"""Who has asked for it, in the events of subjects."""
_WANTED: Mapping[NoticeKind, tuple[str, ...]] = {
    "consent_revoked": ("end_sessions",),
    "sessions_revoked": ("end_sessions",),
    "account_deleted": ("end_sessions", "unlink"),
    "account_disabled": ("end_sessions", "block"),
    "account_enabled": ("unblock",),
    "data_deletion_requested": ("erase",),
}
"""What an event does, in this order, where the connection's `notice_effects` says so."""


class NoticeEffects:
    """Let events have their effects on the subjects of one engine."""

    def __init__(self, storage: Storage, subjects: Subjects) -> None:
        self._storage = storage
        self._subjects = subjects.acting_as(BY)

    def check(self, connection: Connection) -> None:
        """Pass where the storage can do what a connection asks for.

        Raises:
            ConfigurationError: it cannot erase.
        """
        if "erase" in connection.settings.notice_effects and not isinstance(self._storage, PersonStore):
            raise ConfigurationError(
                f"connection '{connection.name}': notice_effects has erase, and the storage, a "
                f"{type(self._storage).__name__}, cannot erase anybody"
            )

    async def carry_out(self, connection: Connection, event: NoticeEvent) -> ProviderNotice:
        """Do what is to be done, and return what hosts hear of it.

        Raises:
            StorageFailed: not everything is done; all of it is to be done again.
            PluginFailed: so did a plugin fail that was told of an unlinking.
        """
        namespace, user_id = connection.namespace, event.user_id
        subject, done = None, list[str]()
        if user_id is not None:
            subject = await self._subjects.subject_of(namespace, user_id)
            if subject is not None:
                for effect in _WANTED.get(event.kind, ()):
                    if effect in connection.settings.notice_effects:
                        done += await self._do(effect, (namespace, user_id), subject)
        return ProviderNotice(
            connection=connection.name,
            strategy=connection.strategy.name,
            namespace=namespace,
            kind=event.kind,
            user_id=user_id,
            subject=subject,
            effects=tuple(done),
            facts=event.facts,
        )

    async def _do(self, effect: str, identity: tuple[str, str], subject: str) -> tuple[str, ...]:
        """Do one thing, and return what was done: a plugin may keep an identity where it is."""
        match effect:
            case "end_sessions":
                await self._end_sessions(identity, subject)
            case "block":
                await self._subjects.block(subject)
            case "unblock":
                await self._subjects.unblock(subject)
            case "erase" if await self._is_all_of(identity, subject):
                await self._subjects.erase(subject)
            case _:
                return await self._unlink(identity)
        return (effect,)

    async def _end_sessions(self, identity: tuple[str, str], subject: str) -> None:
        """End the sessions that an identity began; where the subject has no other, all that it has."""
        if await self._is_all_of(identity, subject):
            await self._subjects.end_sessions(subject)
            return
        for session in await self._subjects.sessions(subject):
            if (session.namespace, session.user_id) == identity:
                await self._subjects.end_session(session.id)

    async def _is_all_of(self, identity: tuple[str, str], subject: str) -> bool:
        """Tell whether a subject logs in by this identity alone, as far as anybody here knows."""
        stored = await self._subjects.identities(subject)
        began = [(one.namespace, one.user_id) for one in await self._subjects.sessions(subject)]
        is_anothers_default = "|" in subject and subject != default_subject(*identity)
        return not is_anothers_default and {*stored, *began} <= {identity}

    async def _unlink(self, identity: tuple[str, str]) -> tuple[str, ...]:
        try:
            await self._subjects.unlink(*identity)
        except AccessDenied:  # the host has its reasons, and hears of the event
            return ()
        return ("unlink",)
