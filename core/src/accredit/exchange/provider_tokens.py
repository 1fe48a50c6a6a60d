"""Providers' tokens that are kept, sealed, until their user is gone and the provider was told.

They are encrypted with the keys of `keys.encryption_key`, as the signing keys in a database are: the first encrypts,
each decrypts. A text is bound to its row: that of another one is never taken for it.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from accredit.audit import operations
from accredit.audit.events import OperationalEvent
from accredit.errors import ConfigurationError, ExchangeError, InternalFailure, ProviderUnavailable
from accredit.exchange.steps.revoke import revoke
from accredit.keys.jose import InvalidJwt, decrypt, encrypt
from accredit.models import Identity, Resolution
from accredit.plugins import Connection
from accredit.revocation import RevocableToken
from accredit.settings.encryption_key import MAKE_A_KEY
from accredit.storage import KeptToken, ProviderTokenStore
from accredit.strategy import Strategy, VerifyContext

REVOKE_S = 10.0
"""For so long a provider is waited for: whoever asks for an erasure waits as well."""
_PAGE = 100

Revoke = Callable[[str, RevocableToken], Awaitable[None]]
"""Revokes a token at the provider of the connection of that name; raises `ExchangeError` or `ConfigurationError`."""


class Revoker:
    """Revoke tokens by the strategies of `connections`. `context` makes what one may use until a time of the loop."""

    def __init__(
        self, connections: Mapping[str, Connection], context: Callable[[Connection, float], VerifyContext]
    ) -> None:
        self._connections = connections
        self._context = context

    async def __call__(self, connection: str, token: RevocableToken) -> None:
        """Ask the connection's strategy, for at most `REVOKE_S`.

        Raises:
            ExchangeError: the provider does not do it, or nobody knows.
            ConfigurationError: there is no such connection, or its strategy cannot.
        """
        found = self._connections.get(connection)
        if found is None or not can_revoke(found):
            raise ConfigurationError(f"connection '{connection}' is not there, is off, or cannot revoke a token")
        until = asyncio.get_running_loop().time() + REVOKE_S
        try:
            async with asyncio.timeout_at(until):
                await revoke(found, token, self._context(found, until))
        except TimeoutError:
            raise ProviderUnavailable(f"no answer in {REVOKE_S:.0f} s") from None


class ProviderTokens:
    """What `store` keeps. `clock` returns epoch seconds; `emit` is told of each attempt to revoke one."""

    def __init__(
        self,
        store: ProviderTokenStore,
        *,
        encryption_keys: Sequence[bytes],
        revoke: Revoke,
        clock: Callable[[], float],
        emit: Callable[[OperationalEvent], None],
    ) -> None:
        self.store = store
        self.encryption_keys = tuple(encryption_keys)
        self._revoke = revoke
        self._clock = clock
        self._emit = emit

    async def keep(self, token: RevocableToken, identity: Identity, resolution: Resolution) -> None:
        """Keep what a login has brought, in the place of what an earlier one has.

        Raises:
            StorageFailed: it is not kept.
        """
        parts = identity.connection, identity.namespace, identity.user_id, token.kind, token.client_id
        token_id = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        kept = KeptToken(
            id=token_id,
            subject=resolution.subject.id,
            subject_version=resolution.subject_version,
            connection=identity.connection,
            namespace=identity.namespace,
            user_id=identity.user_id,
            kind=token.kind,
            kept_at=int(self._clock()),
            sealed=_sealed(token, token_id, self.encryption_keys[0]),
        )
        await self.store.keep_provider_token(kept)

    async def revoke(self, tokens: Sequence[KeptToken]) -> tuple[KeptToken, ...]:
        """Revoke tokens at their providers, all at once, and forget those that are; return the others.

        One that has ended is forgotten, and its provider not asked: nothing can be revoked by it.

        Raises:
            StorageFailed: one that is revoked could not be forgotten: it may be revoked again.
        """
        done = await asyncio.gather(*(self._is_done(one) for one in tokens))
        for token, is_done in zip(tokens, done, strict=True):
            if is_done:
                await self.store.forget_provider_token(token)
        return tuple(token for token, is_done in zip(tokens, done, strict=True) if not is_done)

    async def _is_done(self, token: KeptToken) -> bool:
        try:
            revocable = unsealed(token, self.encryption_keys)
            if revocable.expires_at is not None and revocable.expires_at <= self._clock():
                self._emit(operations.provider_token_ended(token.connection))
                return True
            await self._revoke(token.connection, revocable)
        except (ExchangeError, ConfigurationError) as exc:
            error = exc if isinstance(exc, ExchangeError) else InternalFailure(str(exc))
            self._emit(operations.provider_token_unrevoked(token.connection, error))
            return False
        self._emit(operations.provider_token_revoked(token.connection))
        return True

    async def encrypt(self) -> int:
        """Encrypt all of them anew, under the first encryption key; return how many.

        Raises:
            ConfigurationError: one cannot be decrypted; those before it are done.
        """
        done, after = 0, ""
        while page := await self.store.some_provider_tokens(after, _PAGE):
            after = page[-1].id
            for token in page:
                sealed = _sealed(unsealed(token, self.encryption_keys), token.id, self.encryption_keys[0])
                done += await self.store.reseal_provider_token(token, sealed)
        return done


def can_revoke(connection: Connection) -> bool:
    """Tell whether a connection's strategy has a `revoke` of its own."""
    return type(connection.strategy).revoke is not Strategy.revoke


def check_connections(
    connections: Mapping[str, Connection], store: object, *, place: str, encryption_keys: Sequence[bytes]
) -> None:
    """Pass where every connection that is to keep tokens can. `place` is the storage as it may be told.

    Raises:
        ConfigurationError: a strategy cannot revoke, there is no key to encrypt with, or the storage keeps none.
    """
    for connection in connections.values():
        if not connection.settings.keep_provider_token:
            continue
        about = f"connection '{connection.name}': keep_provider_token"
        if not can_revoke(connection):
            raise ConfigurationError(
                f"{about}: {connection.source} has no revoke, so that nothing could be done with a token; remove it"
            )
        if not encryption_keys:
            raise ConfigurationError(
                f"{about} needs keys.encryption_key: set ACCREDIT_KEYS__ENCRYPTION_KEY; {MAKE_A_KEY}"
            )
        if not isinstance(store, ProviderTokenStore):
            raise ConfigurationError(
                f"{about}: the storage ({place}) keeps no providers' tokens: use sqlite:/// or postgresql://, or one "
                "with the methods of accredit.storage.ProviderTokenStore"
            )


def _sealed(token: RevocableToken, token_id: str, key: bytes) -> str:
    content = {
        "value": token.reveal(),
        "kind": token.kind,
        "client_id": token.client_id,
        "expires_at": token.expires_at,
    }
    return encrypt(json.dumps(content).encode(), key, cty=_cty(token_id))


def unsealed(token: KeptToken, keys: Sequence[bytes]) -> RevocableToken:
    """Return the token itself, which was sealed with any of `keys`.

    Raises:
        ConfigurationError: it was not, or is not as it was.
    """
    for key in keys:
        try:
            return RevocableToken.of(**json.loads(decrypt(token.sealed, key, cty=_cty(token.id))))
        except InvalidJwt:
            continue
        except (ValueError, TypeError):
            break
    raise ConfigurationError(
        f"a kept token of connection '{token.connection}' cannot be decrypted with keys.encryption_key: it is another "
        "key, or the row was changed by somebody else"
    )


def _cty(token_id: str) -> str:
    """Bind the text to its row: this stands in the header, which is the cipher's associated data."""
    return f"provider-token+json; row={token_id}"
