"""May this subject still be here? The one question behind every use of a token of ours."""

from accredit.hooks import Hooks
from accredit.storage import SubjectStore


class Standing:
    """Ask the storage, which knows whom the operator has blocked, and then the plugins, whose users they are."""

    def __init__(self, hooks: Hooks, storage: SubjectStore) -> None:
        self._hooks = hooks
        self._storage = storage

    async def holds(self, subject: str, client_id: str) -> bool:
        """Tell whether the bearer of a token may still be here. One read, and the plugins' answers.

        Raises:
            PluginFailed: a plugin cannot tell, and so nobody is let through.
            StorageFailed: the storage cannot.
        """
        return await self.holds_in_storage(subject) and await self.holds_with_plugins(subject, client_id)

    async def holds_in_storage(self, subject: str) -> bool:
        """Answer for the storage alone. One read.

        Raises:
            StorageFailed: it cannot be read.
        """
        stored = await self._storage.get(subject)
        return stored is None or not stored.blocked

    async def holds_with_plugins(self, subject: str, client_id: str) -> bool:
        """Answer for the plugins alone. A client's own token is no user's, and they are not asked about it.

        Raises:
            PluginFailed: one raised, timed out, or returned something else than a bool or None.
        """
        return subject == f"{client_id}@clients" or await self._hooks.subject_active(subject, client_id)
