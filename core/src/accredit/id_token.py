"""Verify a provider's ID token locally, the same way for every provider.

Source: OpenID Connect Core 1.0 section 3.1.3.7; RFC 7519 section 4.1; RFC 8725.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken
from accredit.http import ProviderHTTP
from accredit.jose import InvalidJwt, read_header
from accredit.jwks import JwksCache
from accredit.models import ProviderToken

LONGEST_LIFE_S = 86_400
"""An `exp` further ahead than this is refused."""
CLOCK_SKEW_S = 60
"""How far in the future `iat` and `nbf` may lie. `exp` gets no leeway."""


@dataclass(frozen=True, slots=True)
class IdToken:
    """A genuine, current ID token of an accepted issuer. Whether it is *ours* is for the engine to check."""

    subject: str
    audience: JwtAudience
    expires_at: int
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdTokenVerifier:
    """Verify ID tokens against published keys, for one exchange. `clock` returns epoch seconds.

    `http` is the exchange's own: a key set, too, comes from a declared origin or from nowhere, and its fetch is among
    the calls of the exchange that caused it.
    """

    jwks: JwksCache
    http: ProviderHTTP
    clock: Callable[[], float]

    async def __call__(
        self,
        token: ProviderToken,
        *,
        jwks_url: str,
        issuers: Collection[str],
        algorithms: Sequence[str] = ("RS256",),
    ) -> IdToken:
        """Check signature, issuer, times, `sub` and nonce; at most one HTTPS request, for the keys.

        Raises:
            InvalidProviderToken: a check fails.
            ProviderUnavailable: the keys cannot be fetched, or not yet again.
            PluginFailed: `jwks_url` is of a host that the strategy did not declare.
        """
        if isinstance(issuers, str):
            raise TypeError("issuers is a collection of strings")
        # Also where the keys are at hand: another connection may have fetched them.
        self.http.require_declared(jwks_url)
        claims = await self._signed_claims(token.reveal(), jwks_url, algorithms)
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or issuer not in issuers:
            raise InvalidProviderToken("iss is not accepted")
        expires_at = self._check_times(claims)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise InvalidProviderToken("sub is missing")
        _check_nonce(token, claims.get("nonce"))
        return IdToken(subject, _audience(claims), expires_at, claims)

    async def _signed_claims(self, token: str, jwks_url: str, algorithms: Sequence[str]) -> dict[str, Any]:
        try:
            header = read_header(token)
            kid = header.get("kid")
            if header.get("alg") not in algorithms or not isinstance(kid, str):
                raise InvalidProviderToken("alg or kid is not accepted")
            keys = await self.jwks.keys(jwks_url, kid, self.http.get)
            return keys.verify(token, algorithms=algorithms)
        except InvalidJwt as exc:
            raise InvalidProviderToken(f"JWT is not valid: {exc}") from exc

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


def _check_nonce(token: ProviderToken, claimed: object) -> None:
    """Both or neither; the token holds the raw nonce or, as Apple's clients send it, its SHA-256 in hex."""
    if token.nonce is None and claimed is None:
        return
    if token.nonce is None or not isinstance(claimed, str):
        raise InvalidProviderToken("nonce is one-sided")
    raw = token.nonce.get_secret_value()
    hashed = hashlib.sha256(raw.encode()).hexdigest()
    if not any(hmac.compare_digest(claimed.encode("utf-8", "replace"), one.encode()) for one in (raw, hashed)):
        raise InvalidProviderToken("nonce differs")
