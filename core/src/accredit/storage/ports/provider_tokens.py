"""The port for providers' tokens that are kept to be revoked. Not asked of every storage."""

from typing import NamedTuple, Protocol, runtime_checkable


class KeptToken(NamedTuple):
    """A provider's token, sealed by whoever asks the storage to keep it. Times are epoch seconds."""

    id: str
    """Letters and digits, made of what it is a token of: one that comes later takes its place."""
    subject: str
    subject_version: int
    """The subject's, as it was looked up for the login that brought it."""
    connection: str
    namespace: str
    user_id: str
    """The provider's."""
    kind: str
    """`access_token`, `refresh_token` or `user_id`, as `RevocableToken` has it."""
    kept_at: int
    sealed: str


@runtime_checkable
class ProviderTokenStore(Protocol):
    """A storage that keeps providers' tokens, with the obligations of all ports (`accredit.storage.ports`).

    They stay where their subject is erased, or their identity unlinked, until somebody says that they are done with:
    the provider has to be told first. Every method raises `StorageFailed` where it cannot be done.
    """

    async def keep_provider_token(self, token: KeptToken) -> None:
        """Keep a token, in the place of one with the same id."""

    async def provider_tokens(self, subject: str) -> tuple[KeptToken, ...]:
        """Return those of a subject, in the order of their ids."""

    async def provider_tokens_of(self, namespace: str, user_id: str) -> tuple[KeptToken, ...]:
        """Return those of an identity, whoever's it is, in the order of their ids."""

    async def some_provider_tokens(self, after: str, limit: int) -> tuple[KeptToken, ...]:
        """Return so many at most, in the order of their ids, from the first that comes after an id; `""` begins."""

    async def reseal_provider_token(self, token: KeptToken, sealed: str) -> bool:
        """Seal a token anew, if it is as it was; tell whether it is done."""

    async def forget_provider_token(self, token: KeptToken) -> bool:
        """Delete a token, if it is as it was: one that came later in its place stays. Tell whether it is done."""
