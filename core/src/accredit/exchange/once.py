"""What is good once: codes, nonces that we made, and, where a connection wants it, ID tokens.

What is kept of them is a hash, as of refresh tokens. It has no key: nodes must agree also while keys are rotated.
"""

import hashlib
import json
import math
from base64 import urlsafe_b64decode
from collections.abc import Callable

from accredit.credentials import AccessToken, AuthorizationCode, Credential, IdToken, ProviderToken
from accredit.errors import ConfigurationError, CredentialReused, MissingParameter
from accredit.exchange.nonces import Nonces
from accredit.exchange.steps.read_credential import read_credential
from accredit.models import Identity
from accredit.plugins import Connection
from accredit.provider.id_token import LONGEST_LIFE_S
from accredit.provider.jwt_claims import CLOCK_SKEW_S
from accredit.provider.nonce import carries_none
from accredit.settings import ConnectionSettings
from accredit.storage import ReplayStore

CODE_S = 900
"""For so long a code is known again: those of providers live ten minutes at most, as RFC 6749 section 4.1.2 asks."""
_LONGER_S = 3600
"""By so much longer the rest is: the storage's clock may be ahead of ours, and a login takes its time."""


class UsedHere:
    """Remember codes in this process alone. `monotonic` returns seconds of a clock that nobody can set."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._used: dict[str, float] = {}

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Tell whether `jti` is seen for the first time in the last 15 minutes."""
        now = self._monotonic()
        while self._used and now >= next(iter(self._used.values())):
            del self._used[next(iter(self._used))]
        if jti in self._used:
            return False
        self._used[jti] = now + CODE_S
        return True


class Once:
    """Let each thing pass once. `clock` returns epoch seconds."""

    def __init__(self, store: ReplayStore, *, clock: Callable[[], float]) -> None:
        self._store = store
        self.clock = clock

    async def use(self, what: str, *parts: str, until: float) -> None:
        """Use something up that ends at `until`, in epoch seconds, and is told from others by `parts`.

        Raises:
            CredentialReused: it was used before.
            StorageFailed: nobody can tell.
        """
        digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        if not await self._store.first_use(f"{what}:{digest}", math.ceil(until)):
            raise CredentialReused(f"{what}: used before")

    async def use_code(self, connection: Connection, code: AuthorizationCode) -> None:
        """Use a code up, before its provider is asked: a second use there may end what came of the first one.

        Source: RFC 6749 section 4.1.2.

        Raises:
            CredentialReused: it was used before, also by another connection at that provider.
            StorageFailed: nobody can tell.
        """
        issuer, until = connection.settings.user_id_issuer, self.clock() + CODE_S
        await self.use("code", connection.strategy.name, issuer, code.reveal(), until=until)


class SingleUse:
    """What of a login at one connection is good once by its settings: a nonce, an ID token, or both."""

    def __init__(self, connection: Connection, once: Once, nonces: Nonces) -> None:
        self._connection = connection
        self._once = once
        self._nonces = nonces

    def check(self, handed: ProviderToken | Credential, client_id: str | None) -> None:
        """Pass unless the nonce that the client has sent must be one that we made for it.

        Raises:
            InvalidProviderToken: it must, and is none.
            MissingParameter: nobody says whose it must be.
        """
        credential = read_credential(handed, self._connection)
        if self._connection.settings.nonce != "issued" or credential.nonce is None or carries_none(credential):
            return  # one that is missing is refused where it is compared
        if client_id is None:
            raise MissingParameter("client_id")
        self._nonces.read(credential.nonce.get_secret_value(), client_id, self._connection.name)

    async def use_up(self, handed: ProviderToken | Credential, client_id: str | None, identity: Identity) -> None:
        """Use up the nonce and the ID token of a login that nothing else speaks against.

        Raises:
            CredentialReused: one of them was used before.
            InvalidProviderToken: the nonce has ended meanwhile.
            StorageFailed: nobody can tell.
        """
        settings, credential = self._connection.settings, read_credential(handed, self._connection)
        nonce = credential.nonce
        if settings.nonce == "issued" and nonce is not None and client_id is not None and not carries_none(credential):
            issued = self._nonces.read(nonce.get_secret_value(), client_id, self._connection.name)
            await self._once.use("nonce", issued.id, until=issued.expires_at + _LONGER_S)
        if settings.single_use_id_tokens and (id_token := _id_token_of(credential)) is not None:
            # What the strategy says may be the end of the access token beside it, so its own counts as well.
            ends = [one for one in (identity.expires_at, _end_of(id_token)) if one is not None]
            # Where nobody says: no ID token lives longer, unless a strategy has asked for that.
            until = max(ends, default=self._once.clock() + LONGEST_LIFE_S + CLOCK_SKEW_S)
            await self._once.use("id_token", _content_of(id_token), until=until + _LONGER_S)


def _id_token_of(credential: Credential) -> str | None:
    """Return the ID token that a credential is, or that came beside it."""
    if isinstance(credential, AccessToken) and credential.id_token is not None:
        return credential.id_token.get_secret_value()
    return credential.reveal() if isinstance(credential, IdToken) else None


def limits_use(settings: ConnectionSettings) -> bool:
    """Tell whether something of a connection's logins is good once by its settings."""
    return settings.nonce == "issued" or settings.single_use_id_tokens


def refuse_single_use(name: str, settings: ConnectionSettings) -> None:
    """Refuse settings that only an exchange can keep to.

    Raises:
        ConfigurationError: they ask for what a `Verifier` has not got.
    """
    if settings.nonce == "issued":
        raise ConfigurationError(
            f"connection '{name}': nonce = \"issued\" needs an Exchange, which gives nonces out and remembers the used "
            'ones; a Verifier takes "required"'
        )
    if settings.single_use_id_tokens:
        raise ConfigurationError(
            f"connection '{name}': single_use_id_tokens needs an Exchange, which remembers them in its storage; a "
            "Verifier keeps nothing that another process could see"
        )


def _content_of(id_token: str) -> str:
    """Return a hash of what an ID token says, which its signature covers: the signature itself can be written anew.

    Nor may another spelling of the same bytes in base64 pass for another token.
    """
    return hashlib.sha256(_payload_of(id_token) or id_token.encode()).hexdigest()


def _end_of(id_token: str) -> int | None:
    """Return its `exp`, in epoch seconds; None where it says nothing that could be one."""
    try:
        claims = json.loads(_payload_of(id_token))
    except (ValueError, RecursionError):
        return None
    expires_at = claims.get("exp") if isinstance(claims, dict) else None
    return expires_at if type(expires_at) is int else None  # not isinstance: True is an int


def _payload_of(id_token: str) -> bytes:
    """Return the middle of its three parts; nothing, where it has none."""
    payload = id_token.split(".")[1] if id_token.count(".") == 2 else ""
    try:
        return urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except ValueError:
        return b""
