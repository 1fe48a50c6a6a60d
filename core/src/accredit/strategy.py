"""The contract a plugin implements: one `Strategy` class for one provider.

A plugin author needs this module, `accredit.errors` (what to raise), `accredit.audience` (what to prove),
`accredit.profile` (what to return) and `accredit.settings.ConnectionSettings` (what to configure).
"""

import asyncio
import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Literal, TypeVar, overload

from pydantic import SecretStr

from accredit._guard import place_of
from accredit._quick_init import with_quick_init
from accredit.credentials import Credential, CredentialKind, is_jwt
from accredit.errors import PluginFailed
from accredit.models import Verification
from accredit.notices import Notice, NoticeRequest
from accredit.profile import Profile
from accredit.provider.assertion import AssertionAlgorithm, signed
from accredit.provider.documents import DocumentCache
from accredit.provider.event_token import EventTokenVerifier, VerifiedEventToken
from accredit.provider.http import ProviderHTTP, ProviderResponse
from accredit.provider.id_token import IdTokenVerifier, IssuerPredicate, VerifiedIdToken
from accredit.provider.nonce import NonceCheck
from accredit.revocation import RevocableToken
from accredit.settings import ConnectionSettings

__all__ = [
    "ApiVersion",
    "AssertionAlgorithm",
    "EventTokenVerifier",
    "IdTokenVerifier",
    "IssuerPredicate",
    "NonceCheck",
    "ProviderHTTP",
    "ProviderResponse",
    "Strategy",
    "Trait",
    "UserIdScope",
    "VerifiedEventToken",
    "VerifiedIdToken",
    "VerifyContext",
    "in_order",
]

SettingsT = TypeVar("SettingsT", bound=ConnectionSettings)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")

UserIdScope = Literal["global", "app", "issuer"]
"""How far a provider's user id means one person: everywhere, within one of our apps, or within one issuer."""

Trait = Literal["makes_no_call", "unbound", "composite_ids", "single_use", "hs256"]
"""What makes a strategy different from most. The conformance suite checks that it is true, leaves out what then cannot
be looked at, and names it in the level.

* `makes_no_call`: the credential is a payload signed with our secret, and the provider is never asked.
* `unbound`: every proof is `Unbound`; only a connection with `accept_unbound_tokens` accepts anything.
* `composite_ids`: a user id is put together from several of the provider's fields, each letter for letter.
* `single_use`: a credential is good once, as an authorization code is.
* `hs256`: ID tokens are signed with a secret of the settings; there is no key set for them.
"""

_KINDS: tuple[CredentialKind, ...] = ("access_token", "code", "signed_payload", "id_token")

WARNING_DAYS = 90
"""So many days before an API version ends, start-up and `accredit doctor` begin to warn."""


@with_quick_init
@dataclass(frozen=True, slots=True)
class VerifyContext:
    """What `verify` may use. Nothing else reaches a network, a clock or a key."""

    http: ProviderHTTP
    verify_id_token: IdTokenVerifier
    check_nonce: NonceCheck
    """Compares the request's nonce with what a provider has found in an ID token; `verify_id_token` does so itself.

    With None where there is none to be found: a code that brings no ID token, an access token of a JWT's form.
    """
    clock: Callable[[], float]
    """Returns epoch seconds."""
    _documents: DocumentCache
    verify_event_token: EventTokenVerifier
    """For a provider's notices, which log nobody in."""

    async def document(self, url: str) -> Mapping[str, Any]:
        """Return the JSON object at `url` that changes seldom, such as OpenID Connect's discovery document.

        All exchanges share it, so it is read, never changed. It is kept for as long as its `Cache-Control` or `Expires`
        says, an hour where they say nothing, a minute at least and a day at most; in the second half of that time it is
        fetched beside whoever asks. Where it cannot be fetched, the last one serves for another day, and an alert
        tells of it.

        Whatever host it names is called only where that is declared: `ctx.http.is_declared` tells.

        Raises:
            ProviderUnavailable: there is none, and it cannot be fetched, or not yet again.
            PluginFailed: `url` is of a host that the strategy did not declare.
        """
        self.http.require_declared(url)  # also where it is at hand: another connection may have fetched it
        return await self._documents.document(url, self.http.get_key_set)

    def sign(
        self,
        key: SecretStr,
        claims: Mapping[str, Any],
        *,
        algorithm: AssertionAlgorithm = "ES256",
        headers: Mapping[str, Any] | None = None,
    ) -> str:
        """Return `claims` as a compact JWS that proves to a provider who we are: a client assertion, say. No I/O.

        `key` is a setting of type `PrivateKey`. Nothing is added to the claims: `iat` and `exp` are epoch seconds, of
        `clock`. `headers` are added to `alg` and `typ`, such as `{"kid": …}` or `{"x5t#S256": …}`.

        Raises:
            PluginFailed: the algorithm does not fit the key, or JSON cannot hold what is to be signed.
        """
        return signed(key, claims, algorithm=algorithm, headers=headers)


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """The version of a provider's API that a connection calls."""

    name: str
    """As it is configured, such as `v25.0`."""
    ends_on: dt.date | None
    """The first day on which the provider no longer serves it; None where no day is announced."""
    source: str
    """The provider's page that says so."""
    is_known: bool = True
    """False for a name that the strategy does not know: misspelt, or newer than the strategy."""

    def ends_soon(self, today: dt.date) -> bool:
        """Tell whether it ends in less than 90 days, or has ended."""
        return self.ends_on is not None and (self.ends_on - today).days < WARNING_DAYS


class Strategy(ABC, Generic[SettingsT]):
    """Code for one provider. Built once per connection, shared by all its exchanges: keep no state.

    `verify` does I/O and raises the errors of `accredit.errors`: the narrowest that is true. Whatever else it
    raises becomes `PluginFailed`, a 500 with an alert. It must not judge the audience: it returns the proof, and
    the engine compares. `normalize` is pure.
    """

    name: ClassVar[str]
    """The strategy's name: entry point, default wire name, and, where no namespace is set, the first half of `sub`."""
    settings_type: ClassVar[type[ConnectionSettings]]
    user_id_scope: ClassVar[UserIdScope] = "app"
    """Whether two connections may have the same id for two people. Say `global` only where the provider does."""
    accepts: ClassVar[frozenset[CredentialKind]] = frozenset({"access_token", "id_token"})
    """The kinds of credentials that `verify` takes; it is given no other."""
    reads: ClassVar[Mapping[str, int]] = MappingProxyType({})
    """Further parameters of a request that it reads, each with the most characters it may have.

    They arrive as secrets, in `Credential.extras`: whatever they say is the client's word. `id_token` is one that
    arrives as `AccessToken.id_token`.
    """
    token_types: ClassVar[Mapping[str, CredentialKind]] = MappingProxyType({})
    """Values of `subject_token_type` that are this provider's own, and the kind that each says (RFC 8693 section 3)."""
    supports_pkce: ClassVar[bool] = True
    """Whether the provider takes a `code_verifier` with a code (RFC 7636)."""
    traits: ClassVar[frozenset[Trait]] = frozenset()
    """What makes this strategy different from most, for the conformance suite. At run time nothing is kept of what is
    verified with `single_use` or `makes_no_call`, whatever a connection's `cache_s` says."""
    paths_name_nobody: ClassVar[bool] = False
    """Whether all that it calls has the same path for every user, without an id or a name: then metrics and traces tell
    its endpoints apart by their paths, else by their hosts alone."""
    refusals_cached_s: ClassVar[float] = 0
    """For so long a token that the provider has refused is refused without asking it again; an hour at most.

    Only for a provider that bans callers who repeat refused tokens, as Discord does after 10,000 answers of 401, 403 or
    429 in ten minutes, and only where such a refusal is final. With `cache_s = 0` it is asked all the same.
    Source: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans.
    """

    def __init__(self, settings: SettingsT) -> None:
        self.settings = settings

    @property
    def api_version(self) -> ApiVersion | None:
        """Name the API version that is called, where the provider ends versions. No I/O; read at start-up."""
        return None

    def kind_of(self, value: str) -> CredentialKind:
        """Say of which kind a credential is that came without it, as in the parameter `access_token`. No I/O.

        By default the form decides, where ID tokens are accepted: three parts, the middle one a JSON object. Override
        it where that is wrong. A kind that is not accepted refuses the credential.
        """
        if "id_token" in self.accepts and is_jwt(value):
            return "id_token"
        return next(kind for kind in _KINDS if kind in self.accepts)

    @abstractmethod
    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Ask the provider about `credential`, which is of a kind that is accepted.

        Raises:
            ProviderTokenRejected: the token is no good (use its subclasses).
            ProviderUnavailable: the provider is down, limits us, or answers what is not understood.
            ServerError: the provider blames us (use its subclasses).
            MissingParameter: the client must send more, such as a token secret.
        """

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Ask the provider whether it knows our app and secret, without a user's token. For `accredit doctor` only.

        Raises:
            ProviderMisconfigured: the provider refuses them.
            ProviderUnavailable: nobody can tell now.
        """

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Tell the provider that its user is gone here: by a token that `verify` had put into `provider_token`.

        Optional: without it a connection cannot say `keep_provider_token`. May be called again for one token: what the
        provider does not know any more is done. An answer that is not understood is a failure, and it is tried again.

        Raises:
            ProviderUnavailable: nobody can tell now.
            ServerError: the provider blames us (use its subclasses).
            ProviderTokenRejected: the provider refuses, and what was granted may still be.
        """
        raise NotImplementedError("this strategy revokes nothing")

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        """Verify what the provider tells of its own accord, and say what has happened: see `accredit.notices`.

        Where it is not overridden, there is nothing at the address of a connection's notices.

        Raises:
            InvalidNotice: it is forged, unsigned or malformed.
            ProviderUnavailable: nobody can tell now; the provider is to try again.
            ServerError: the fault is ours (use its subclasses).
        """
        raise NotImplementedError

    def confirms(self, code: str) -> bool:
        """Tell whether a confirmation code for deleted data is one of ours: see `accredit.notices.confirmation_code`.

        `code` is what a stranger has put into a URL. No I/O.
        """
        return False

    @abstractmethod
    def normalize(self, verification: Verification) -> Profile:
        """Map the provider's raw profile to OIDC claims. No I/O, no clock, same answer for the same input."""


@overload
async def in_order(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B], /) -> tuple[A, B]: ...


@overload
async def in_order(
    first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B], third: Coroutine[Any, Any, C], /
) -> tuple[A, B, C]: ...


@overload
async def in_order(
    first: Coroutine[Any, Any, A],
    second: Coroutine[Any, Any, B],
    third: Coroutine[Any, Any, C],
    fourth: Coroutine[Any, Any, D],
    /,
) -> tuple[A, B, C, D]: ...


@overload
async def in_order(
    first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, A], /, *more: Coroutine[Any, Any, A]
) -> tuple[A, ...]: ...


async def in_order(
    first: Coroutine[Any, Any, Any], second: Coroutine[Any, Any, Any], /, *more: Coroutine[Any, Any, Any]
) -> tuple[Any, ...]:
    """Run two calls or more at once, and read them in order.

    The login then costs the slowest call, not the sum, while an earlier call's verdict still comes first: if one
    raises, those after it are cancelled and their outcomes never looked at.
    """
    calls = (second, *more)
    later = [asyncio.create_task(_contained(call)) for call in calls]
    try:
        answers = [await first]
        for task in later:
            answers += [await task]
            if task.cancelling():  # the call has swallowed its cancellation: whoever ended it meant it
                raise asyncio.CancelledError
    except BaseException:
        for task, call in zip(later, calls, strict=True):
            task.add_done_callback(partial(_close, call))  # cancelled at once, it has never begun
            task.cancel()
        await asyncio.gather(*later, return_exceptions=True)  # looked at, so that nobody is warned of them
        raise
    return tuple(answers)


def _close(call: Coroutine[Any, Any, Any], _: asyncio.Task[Any]) -> None:
    call.close()


async def _contained(call: Coroutine[Any, Any, B]) -> B:
    """Await a call in a task of its own: out of a task, `SystemExit` would end the loop, whoever awaits it."""
    try:
        return await call
    except (SystemExit, KeyboardInterrupt) as exc:
        raise PluginFailed(f"verify: {place_of(exc)}") from None
