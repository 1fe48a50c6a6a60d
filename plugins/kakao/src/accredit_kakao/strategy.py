"""Verify a Kakao access token by asking whose app it is of and who its user is, or an ID token by its signature."""

import re
from collections.abc import Mapping
from typing import Any

from accredit.audience import AppBound, JwtAudience
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import ProviderResponse, Strategy, VerifyContext, in_order
from accredit.text import digits
from accredit_kakao.answers import TokenInfo, read_number, read_object
from accredit_kakao.normalize import to_profile
from accredit_kakao.refusals import ERRORS, TOKEN_INFO_ERRORS
from accredit_kakao.settings import KakaoSettings

ISSUER = "https://kauth.kakao.com"
"""Source: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#oidc-id-token"""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class KakaoStrategy(Strategy[KakaoSettings]):
    """Kakao, for access tokens and ID tokens. Both name a user by the same number."""

    name = "kakao"
    settings_type = KakaoSettings
    paths_name_nobody = True
    # Source: https://developers.kakao.com/docs/latest/en/kakaologin/common (service user id: one for each app).
    user_id_scope = "app"

    def __init__(self, settings: KakaoSettings) -> None:
        super().__init__(settings)
        self._token_info_url = f"{settings.api_url}/v1/user/access_token_info"
        self._me_url = f"{settings.api_url}/v2/user/me"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the token's form: two HTTPS requests at once, or at most one for Kakao's keys."""
        if token.is_jwt:
            return await self._verify_id_token(token, ctx)
        return await self._verify_access_token(token, ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of `user/me` or of the ID token."""
        return to_profile(verification.claims)

    async def _verify_id_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        found = await ctx.verify_id_token(
            token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,), algorithms=("RS256",)
        )
        if digits(found.subject) is None:
            raise InvalidProviderToken("sub is no member number")
        # An app's number is no key of it: what names it in an ID token does not name our app.
        if self.settings.app_id in (*found.audience.aud, found.audience.azp):
            raise InvalidProviderToken("the ID token names an app by its number")
        return Verification(
            user_id=found.subject,
            audience=JwtAudience(found.audience.aud, found.audience.azp),
            claims=found.claims,
            expires_at=found.expires_at,
        )

    async def _verify_access_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        value = token.reveal()
        if not _BEARER_TOKEN.fullmatch(value):  # RFC 6750 section 2.1
            raise InvalidProviderToken("access token has not the form of one")
        headers = {"Authorization": f"Bearer {value}"}
        info, response = await in_order(self._token_info(headers, ctx), self._request_me(headers, ctx))
        user: Mapping[str, Any] = {}
        # Another app's token is the engine's to refuse. What Kakao says of that app would read as a fault of ours.
        if info.app_id == self.settings.app_id:
            user = read_object("user/me", response, ERRORS, now=ctx.clock())
            if read_number(user.get("id"), "user/me: id") != info.user_id:
                raise ProviderUnavailable("user/me and access_token_info name different users")
        return Verification(
            user_id=info.user_id, audience=AppBound(info.app_id), claims=user, expires_at=info.expires_at
        )

    async def _token_info(self, headers: Mapping[str, str], ctx: VerifyContext) -> TokenInfo:
        response = await ctx.http.get(self._token_info_url, headers=headers)
        now = ctx.clock()
        return TokenInfo.parse(read_object("access_token_info", response, TOKEN_INFO_ERRORS, now=now), now=now)

    async def _request_me(self, headers: Mapping[str, str], ctx: VerifyContext) -> ProviderResponse:
        # Else links to pictures are plain http.
        return await ctx.http.get(self._me_url, params={"secure_resource": "true"}, headers=headers)
