"""May this subject still be here? The one question behind every use of a token of ours."""

from accredit.errors import BlockedToken, EndedToken
from accredit.plugins.hooks import Hooks
from accredit.storage import Session, Storage
from accredit.storage.rules import is_outdated
from accredit.tokens.read import AccessToken, IdToken


class Standing:
    """Ask the storage, which knows what was blocked, unlinked and ended, and then the plugins, whose users they are."""

    def __init__(self, hooks: Hooks, storage: Storage) -> None:
        self._hooks = hooks
        self._storage = storage

    async def session_of(self, token: AccessToken | IdToken) -> Session | None:
        """Return the session that a live token of ours belongs to, None where its login left none.

        One or two reads, and the plugins' answers.

        Raises:
            EndedToken: its session has ended; or it has none, and is older than its subject's last unlinking.
            BlockedToken: its subject is blocked, in the store or by what a plugin says.
            PluginFailed: a plugin cannot tell, and so nobody is let through.
            StorageFailed: the storage cannot.
        """
        session = await self._stored(token)
        if not await self.holds_with_plugins(token.subject, token.client_id):
            raise BlockedToken
        return session

    async def holds_with_plugins(self, subject: str, client_id: str) -> bool:
        """Answer for the plugins alone. A client's own token is no user's, and they are not asked about it.

        Raises:
            PluginFailed: one raised, timed out, or returned something else than a bool or None.
        """
        return subject == f"{client_id}@clients" or await self._hooks.subject_active(subject, client_id)

    async def _stored(self, token: AccessToken | IdToken) -> Session | None:
        stored = None if token.session_id is None else await self._storage.session(token.session_id)
        if stored is not None and not stored.ended:
            return stored.session
        subject = await self._storage.get(token.subject)
        if subject is not None and subject.blocked:
            raise BlockedToken
        if token.session_id is not None or is_outdated(token.issued_at, subject, has_session=False):
            raise EndedToken(is_gone=stored is None)
        return None
