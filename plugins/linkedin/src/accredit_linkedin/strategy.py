"""Verify a LinkedIn token: an access token by asking LinkedIn with our secret, an ID token by its signature."""

import re
from collections.abc import Mapping
from typing import Any

from accredit.audience import AppBound, AudienceProof
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderUnavailable, WrongAudience
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import ProviderResponse, Strategy, VerifyContext, in_order
from accredit_linkedin.answers import read_id_token, read_introspection, read_userinfo
from accredit_linkedin.normalize import to_profile
from accredit_linkedin.settings import LinkedInSettings

ISSUERS = ("https://www.linkedin.com/oauth",)
"""Source: https://www.linkedin.com/oauth/.well-known/openid-configuration, quoted by
https://logto.io/oauth-providers-explorer/linkedin and supabase/auth, internal/api/provider/linkedin_oidc.go."""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class LinkedInStrategy(Strategy[LinkedInSettings]):
    """LinkedIn, for access tokens and ID tokens."""

    name = "linkedin"
    settings_type = LinkedInSettings
    paths_name_nobody = True
    # `subject_types_supported` of the discovery document is `pairwise`: two apps see one member under two ids.
    user_id_scope = "app"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the token's form: two HTTPS requests at once, or at most one for LinkedIn's keys.

        Raises:
            ProviderTokenRejected: LinkedIn refuses the token, or it is another app's.
            ProviderUnavailable: LinkedIn is down, limits us, or answers what is not understood.
            ServerError: LinkedIn refuses our app.
        """
        if token.is_jwt:
            return await self._verify_id_token(token, ctx)
        return await self._verify_access_token(token, ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of userinfo or of the ID token."""
        return to_profile(verification.claims)

    async def _verify_id_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        id_token = await ctx.verify_id_token(
            token, jwks_url=self.settings.jwks_url, issuers=ISSUERS, algorithms=("RS256",)
        )
        return _verification(id_token.subject, id_token.audience, read_id_token(id_token.claims), id_token.expires_at)

    async def _verify_access_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        value = token.reveal()
        # What cannot be a bearer token (RFC 6750 section 2.1) would make *our* request malformed.
        if not _BEARER_TOKEN.fullmatch(value):
            raise InvalidProviderToken("access token has not the form of one")
        now = ctx.clock()
        asked, user = await in_order(self._introspect(value, ctx), self._request_userinfo(value, ctx))
        found = read_introspection(asked, now=now)
        # Introspection names no user: of another app's token there is nothing to hand on, and what userinfo says of
        # that app would read as a fault of ours.
        if found.client_id != self.settings.client_id:
            raise WrongAudience("introspectToken names another client id")
        if not found.is_members:
            raise InvalidProviderToken("introspectToken: the token is no member's")
        claims = read_userinfo(user, now=now)
        return _verification(claims.get("sub"), AppBound(found.client_id), claims, found.expires_at, found.scopes)

    async def _introspect(self, value: str, ctx: VerifyContext) -> ProviderResponse:
        form = {
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.get_secret_value(),
            "token": value,
        }
        return await ctx.http.post(self.settings.introspection_url, form=form, reads_only=True)

    async def _request_userinfo(self, value: str, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(self.settings.userinfo_url, headers={"Authorization": f"Bearer {value}"})


def _verification(
    subject: object,
    audience: AudienceProof,
    claims: Mapping[str, Any],
    expires_at: int,
    scopes: frozenset[str] = frozenset(),
) -> Verification:
    if not isinstance(subject, str):
        raise ProviderUnavailable("sub is missing or no string")
    try:
        return Verification(user_id=subject, audience=audience, claims=claims, expires_at=expires_at, scopes=scopes)
    except ValueError:
        # Not chained: nothing of an answer that nobody understands belongs into a log.
        raise ProviderUnavailable("sub is no id") from None
