"""Verify a provider's ID token locally, the same way for every provider.

Source: OpenID Connect Core 1.0 section 3.1.3.7; RFC 7519 section 4.1; RFC 8725.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from accredit._quick_init import with_quick_init
from accredit.audience import JwtAudience
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, PluginFailed, ProviderMisconfigured
from accredit.keys.jose import ASYMMETRIC, InvalidJwt, read_header, verify_mac
from accredit.provider.http import ProviderHTTP
from accredit.provider.jwks import JwksCache
from accredit.provider.nonce import NonceCheck
from accredit.provider.token_kind import check_claims, check_header_typ
from accredit.settings import ConnectionSettings

LONGEST_LIFE_S = 86_400
"""An `exp` further ahead than this is refused."""
CLOCK_SKEW_S = 60
"""How far in the future `iat` and `nbf` may lie. `exp` gets no leeway."""
SHORTEST_SECRET = 32
"""Bytes that a secret for HS256 must have. Source: RFC 7518 section 3.2."""


@dataclass(frozen=True, slots=True)
class VerifiedIdToken:
    """A genuine, current ID token of an accepted issuer. Whether it is *ours* is for the engine to check."""

    subject: str
    audience: JwtAudience
    expires_at: int
    claims: Mapping[str, Any] = field(repr=False)


@with_quick_init
@dataclass(frozen=True, slots=True)
class IdTokenVerifier:
    """Verify ID tokens against published keys or against a secret of ours, for one exchange.

    `http` is the exchange's own: a key set, too, comes from a declared origin or from nowhere, and its fetch is among
    the calls of the exchange that caused it. `clock` returns epoch seconds; `settings` are the connection's.
    """

    jwks: JwksCache
    http: ProviderHTTP
    clock: Callable[[], float]
    settings: ConnectionSettings
    check_nonce: NonceCheck

    async def __call__(
        self,
        token: Credential | SecretStr | str,
        *,
        issuers: Collection[str],
        jwks_url: str | None = None,
        secret: SecretStr | None = None,
        algorithms: Sequence[str] = ("RS256",),
    ) -> VerifiedIdToken:
        """Check signature, issuer, kind, times, `sub` and nonce; at most one HTTPS request, for the keys.

        `token` is the credential itself, or the text of an ID token that came beside it or in an answer.

        Name either `jwks_url`, for asymmetric algorithms, or `secret` with `algorithms=("HS256",)`: a secret of the
        connection's own settings, which the provider shares with us. Never both: what is public must not become a
        secret (RFC 8725 section 2.1).

        Raises:
            InvalidProviderToken: a check fails, or the JWT is not an ID token.
            ProviderUnavailable: the keys cannot be fetched, or not yet again.
            ProviderMisconfigured: `secret` is shorter than 32 bytes, or a public key.
            PluginFailed: `jwks_url` is of a host that the strategy did not declare; `secret` is none of the
                connection's settings; both or neither are given, or algorithms that do not belong to them.
        """
        if isinstance(issuers, str):
            raise TypeError("issuers is a collection of strings")
        value = _text(token)
        if secret is not None and jwks_url is None:
            claims = self._claims_by_secret(value, secret, algorithms)
        elif secret is None and jwks_url is not None:
            claims = await self._claims_by_keys(value, jwks_url, algorithms)
        else:
            raise PluginFailed("verify_id_token takes either jwks_url or secret")
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or issuer not in issuers:
            raise InvalidProviderToken("iss is not accepted")
        check_claims(claims)
        expires_at = self._check_times(claims)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise InvalidProviderToken("sub is missing")
        self.check_nonce(claims.get("nonce"))
        return VerifiedIdToken(subject, _audience(claims), expires_at, claims)

    async def _claims_by_keys(self, token: str, jwks_url: str, algorithms: Sequence[str]) -> dict[str, Any]:
        if not ASYMMETRIC.issuperset(algorithms):
            raise PluginFailed("a key set verifies asymmetric algorithms only: HS256 takes secret")
        # Also where the keys are at hand: another connection may have fetched them.
        self.http.require_declared(jwks_url)
        try:
            kid = _accepted_header(token, algorithms).get("kid")
            if not isinstance(kid, str):
                raise InvalidProviderToken("alg or kid is not accepted")
            keys = await self.jwks.keys(jwks_url, kid, self.http.get_key_set)
            return keys.verify(token, algorithms=algorithms)
        except InvalidJwt as exc:
            raise InvalidProviderToken(f"JWT is not valid: {exc}") from exc

    def _claims_by_secret(self, token: str, secret: SecretStr, algorithms: Sequence[str]) -> dict[str, Any]:
        if tuple(algorithms) != ("HS256",):
            raise PluginFailed('a secret verifies HS256 and nothing else: algorithms=("HS256",)')
        name = _name_of_secret(self.settings, secret)
        value = secret.get_secret_value()
        if len(value.encode()) < SHORTEST_SECRET:
            raise ProviderMisconfigured(f"setting {name} is shorter than {SHORTEST_SECRET} bytes: too short for HS256")
        try:
            _accepted_header(token, algorithms)
            return verify_mac(token, value)
        except InvalidJwt as exc:
            raise InvalidProviderToken(f"JWT is not valid: {exc}") from exc
        except ValueError:
            raise ProviderMisconfigured(f"setting {name} is a public key, and so no secret") from None

    def _check_times(self, claims: Mapping[str, Any]) -> int:
        now = self.clock()
        expires_at, issued_at = _epoch(claims, "exp"), _epoch(claims, "iat")
        if now >= expires_at:
            raise InvalidProviderToken("ID token has expired")
        if expires_at > now + LONGEST_LIFE_S + CLOCK_SKEW_S:
            raise InvalidProviderToken("exp is too far ahead")
        if issued_at > now + CLOCK_SKEW_S:
            raise InvalidProviderToken("iat lies in the future")
        if "nbf" in claims and _epoch(claims, "nbf") > now + CLOCK_SKEW_S:
            raise InvalidProviderToken("nbf lies in the future")
        return expires_at


def _text(token: Credential | SecretStr | str) -> str:
    if isinstance(token, str):
        return token
    return token.get_secret_value() if isinstance(token, SecretStr) else token.reveal()


def _accepted_header(token: str, algorithms: Sequence[str]) -> dict[str, Any]:
    header = read_header(token)
    if header.get("alg") not in algorithms:
        raise InvalidProviderToken("alg or kid is not accepted")
    check_header_typ(header)
    return header


def _name_of_secret(settings: ConnectionSettings, secret: SecretStr) -> str:
    """Return the setting whose value `secret` is: one that the operator has set, and that is a strategy's own.

    A secret from anywhere else may be known to anybody: a default stands in published code.
    """
    own = settings.model_fields_set - ConnectionSettings.model_fields.keys()
    for name in own:
        if getattr(settings, name) is secret and isinstance(secret, SecretStr):
            return name
    raise PluginFailed("the secret for HS256 is the value of no setting of the connection")


def _epoch(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int:  # not isinstance: True is an int, and NaN a float
        raise InvalidProviderToken(f"{name} is missing or no integer")
    return value


def _audience(claims: Mapping[str, Any]) -> JwtAudience:
    aud, azp = claims.get("aud"), claims.get("azp")
    audiences: list[Any] = aud if isinstance(aud, list) else [aud]
    if not all(isinstance(one, str) for one in audiences) or not isinstance(azp, str | None):
        raise InvalidProviderToken("aud or azp is no string")
    return JwtAudience(tuple(audiences), azp)
