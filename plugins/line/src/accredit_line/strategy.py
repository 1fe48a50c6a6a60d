"""Verify a LINE access token by asking LINE, or an ID token by its signature: published keys, or our secret."""

import re
from collections.abc import Mapping
from typing import Any

from accredit.audience import AppBound, AudienceProof
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import ProviderResponse, Strategy, VerifiedIdToken, VerifyContext, in_order
from accredit_line.answers import Grant, read_object
from accredit_line.normalize import to_profile
from accredit_line.refusals import PROFILE_ERRORS, VERIFY_ERRORS
from accredit_line.settings import LineSettings

ISSUER = "https://access.line.me"
"""Source: https://developers.line.biz/en/docs/line-login/verify-id-token/#payload"""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class LineStrategy(Strategy[LineSettings]):
    """LINE, for access tokens and ID tokens. An access token looks like a JWT, and is none: its middle is no JSON."""

    name = "line"
    settings_type = LineSettings
    paths_name_nobody = True
    # A user has one id at all channels of one LINE provider (a company), which no answer and no setting names. Source:
    # https://developers.line.biz/en/docs/line-login/managing-users/
    user_id_scope = "app"

    def __init__(self, settings: LineSettings) -> None:
        super().__init__(settings)
        self._verify_url = f"{settings.api_url}/oauth2/v2.1/verify"
        self._profile_url = f"{settings.api_url}/v2/profile"
        self._userinfo_url = f"{settings.api_url}/oauth2/v2.1/userinfo"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the token's form: two HTTPS requests at once (three without `profile`), or none."""
        if token.is_jwt:
            id_token = await self._id_token(token, ctx)
            return _verification(id_token.subject, id_token.audience, id_token.claims, id_token.expires_at)
        return await self._verify_access_token(token, ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of the profile, of userinfo or of the ID token."""
        return to_profile(verification.claims)

    async def _id_token(self, token: Credential, ctx: VerifyContext) -> VerifiedIdToken:
        """Verify by what the operator says that signs: a header that could choose would choose the weaker key."""
        if self.settings.signing_alg == "HS256":
            return await ctx.verify_id_token(
                token, secret=self.settings.channel_secret, issuers=(ISSUER,), algorithms=("HS256",)
            )
        return await ctx.verify_id_token(
            token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,), algorithms=("ES256",)
        )

    async def _verify_access_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        value = token.reveal()
        if not _BEARER_TOKEN.fullmatch(value):  # RFC 6750 section 2.1
            raise InvalidProviderToken("access token has not the form of one")
        headers = {"Authorization": f"Bearer {value}"}
        grant, response = await in_order(self._grant(value, ctx), ctx.http.get(self._profile_url, headers=headers))
        user_id, user = await self._user(grant, response, headers, ctx)
        return _verification(user_id, AppBound(grant.channel_id), user, grant.expires_at, grant.scopes)

    async def _grant(self, value: str, ctx: VerifyContext) -> Grant:
        # LINE takes the token in the query alone; core keeps queries out of every log.
        response = await ctx.http.get(self._verify_url, params={"access_token": value})
        now = ctx.clock()
        return Grant.parse(read_object("verify", response, VERIFY_ERRORS, now=now), now=now)

    async def _user(
        self, grant: Grant, profile: ProviderResponse, headers: Mapping[str, str], ctx: VerifyContext
    ) -> tuple[object, dict[str, Any]]:
        """Return who the user is, by the endpoint that the token's scopes open."""
        if "profile" in grant.scopes:
            user = read_object("profile", profile, PROFILE_ERRORS, now=ctx.clock())
            return user.get("userId"), user
        if "openid" not in grant.scopes:
            raise MissingPermission("the token has neither of the scopes profile and openid")
        response = await ctx.http.get(self._userinfo_url, headers=headers)
        user = read_object("userinfo", response, PROFILE_ERRORS, now=ctx.clock())
        return user.get("sub"), user


def _verification(
    user_id: object,
    audience: AudienceProof,
    claims: Mapping[str, Any],
    expires_at: int,
    scopes: frozenset[str] = frozenset(),
) -> Verification:
    if not isinstance(user_id, str):
        raise ProviderUnavailable("the user's id is missing or no text")
    try:
        return Verification(user_id=user_id, audience=audience, claims=claims, expires_at=expires_at, scopes=scopes)
    except ValueError:
        # Not chained: nothing of an answer that nobody understands belongs into a log.
        raise ProviderUnavailable("the user's id is no id") from None
