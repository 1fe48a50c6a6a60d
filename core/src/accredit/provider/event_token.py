"""Verify a provider's security event token: a signed notice that something has happened to a user.

It is no ID token. It logs nobody in, it may have no `exp`, and its `events` say what it is about.
Source: RFC 8417; https://developers.google.com/identity/protocols/risc;
https://developer.apple.com/documentation/signinwithapple/processing-changes-for-sign-in-with-apple-accounts.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken
from accredit.provider.http import ProviderHTTP
from accredit.provider.jwks import JwksCache
from accredit.provider.jwt_claims import CLOCK_SKEW_S, audience, epoch
from accredit.provider.signed import read_by_keys
from accredit.provider.token_kind import check_event_typ

LONGEST_AGE_S = 7 * 86_400
"""An `iat` that lies further back is refused, unless the strategy says otherwise."""


@dataclass(frozen=True, slots=True)
class VerifiedEventToken:
    """A genuine notice of an accepted issuer. Whether it is *ours*, and new, is for the engine to check."""

    id: str
    """Its `jti`: the same notice may come twice."""
    audience: JwtAudience
    issued_at: int
    replayable_until: int
    """In epoch seconds: until then the same token would be accepted again."""
    events: Mapping[str, Any] = field(repr=False)
    """What has happened, by type of event, or, as Apple writes it, one event with its `type`."""
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventTokenVerifier:
    """Verify security event tokens by published keys. `clock` returns epoch seconds."""

    jwks: JwksCache
    http: ProviderHTTP
    clock: Callable[[], float]

    async def __call__(
        self,
        token: str,
        *,
        issuers: Collection[str],
        jwks_url: str,
        algorithms: Sequence[str] = ("RS256",),
        max_age_s: int = LONGEST_AGE_S,
        check_exp: bool = False,
    ) -> VerifiedEventToken:
        """Check signature, kind, issuer, times, `jti` and `events`; at most one HTTPS request, for the keys.

        `iat` may lie at most `max_age_s` back: without an `exp` nothing else ends such a token. With `check_exp` there
        must be an `exp`, in the future; Google says that one of its own is not to be verified. `events` is an object,
        or a text that holds one in JSON, as Apple sends it.

        Raises:
            InvalidProviderToken: a check fails, or the JWT is no security event token.
            ProviderUnavailable: the keys cannot be fetched, or not yet again.
            PluginFailed: `jwks_url` is of a host that the strategy did not declare, or `algorithms` has a MAC.
        """
        if isinstance(issuers, str):
            raise TypeError("issuers is a collection of strings")
        claims = (
            await read_by_keys(
                token,
                jwks=self.jwks,
                http=self.http,
                jwks_url=jwks_url,
                algorithms=algorithms,
                check_typ=check_event_typ,
            )
        ).claims
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or issuer not in issuers:
            raise InvalidProviderToken("iss is not accepted")
        issued_at, until = self._check_times(claims, max_age_s, check_exp=check_exp)
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise InvalidProviderToken("jti is missing")
        return VerifiedEventToken(jti, audience(claims), issued_at, until, _events(claims), claims)

    def _check_times(self, claims: Mapping[str, Any], max_age_s: int, *, check_exp: bool) -> tuple[int, int]:
        """Return when it was issued, and until when it is accepted."""
        now, issued_at = self.clock(), epoch(claims, "iat")
        until = issued_at + max_age_s
        if issued_at > now + CLOCK_SKEW_S:
            raise InvalidProviderToken("iat lies in the future")
        if now >= until:
            raise InvalidProviderToken("iat lies too far back")
        if check_exp:
            expires_at = epoch(claims, "exp")
            if now >= expires_at:
                raise InvalidProviderToken("security event token has expired")
            until = min(until, expires_at)
        return issued_at, until


def _events(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    events = claims.get("events")
    if isinstance(events, str):
        try:
            events = json.loads(events)
        except (ValueError, RecursionError):
            raise InvalidProviderToken("events is no JSON") from None
    if not isinstance(events, dict) or not events:
        raise InvalidProviderToken("events is missing, or no object")
    return events
