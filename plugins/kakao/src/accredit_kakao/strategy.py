"""Verify a Kakao access token by asking whose app and whose it is, an ID token by its signature; exchange a code."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import SecretStr

from accredit.audience import AppBound, AudienceProof, CodeExchanged, JwtAudience
from accredit.credentials import AccessToken, AuthorizationCode, Credential, IdToken
from accredit.errors import (
    InvalidNotice,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderUnavailable,
)
from accredit.models import Verification
from accredit.notices import Notice, NoticeRequest
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse, Strategy, VerifiedIdToken, VerifyContext, in_order
from accredit.text import digits
from accredit_kakao.answers import NewTokens, TokenInfo, read_number, read_object, read_unlinked
from accredit_kakao.normalize import to_profile
from accredit_kakao.notices import read_unlinking
from accredit_kakao.refusals import ERRORS, FRESH_ERRORS, TOKEN_INFO_ERRORS
from accredit_kakao.settings import APP_KEY, APP_NUMBER, KakaoSettings

ISSUER = "https://kauth.kakao.com"
"""Source: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#oidc-id-token"""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class KakaoStrategy(Strategy[KakaoSettings]):
    """Kakao, for access tokens, ID tokens and codes. All name a user by the same number."""

    name = "kakao"
    settings_type = KakaoSettings
    accepts = frozenset({"access_token", "id_token", "code"})
    # Kakao's SDKs hand out both at once. Source: OAuthToken of kakao/kakao_flutter_sdk.
    reads = MappingProxyType({"id_token": 4096})
    paths_name_nobody = True
    # Source: https://developers.kakao.com/docs/latest/en/kakaologin/common (service user id: one for each app).
    user_id_scope = "app"

    def __init__(self, settings: KakaoSettings) -> None:
        super().__init__(settings)
        self._token_info_url = f"{settings.api_url}/v1/user/access_token_info"
        self._me_url = f"{settings.api_url}/v2/user/me"
        self._unlink_url = f"{settings.api_url}/v1/user/unlink"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind.

        An access token costs two HTTPS requests at once, an ID token at most one, for Kakao's keys. A code is
        exchanged, and then `user/me` is asked with the new token.

        Raises:
            ProviderTokenRejected: Kakao refuses the token, the code or its user.
            ProviderUnavailable: Kakao is down, limits us, or answers what is not understood.
            ServerError: Kakao refuses our app, or our server's address.
            InvalidRequest: codes need a REST API key in the settings, and a redirect URI in the request.
        """
        if isinstance(credential, IdToken):
            found = await self._id_token(credential, ctx)
            return Verification(
                user_id=found.subject,
                audience=_proof(found),
                claims=found.claims,
                expires_at=found.expires_at,
                provider_token=self._revocable(found.subject),
            )
        if isinstance(credential, AuthorizationCode):
            return await self._verify_code(credential, ctx)
        beside = credential.id_token if isinstance(credential, AccessToken) else None
        return await self._verify_access_token(credential.reveal(), beside, ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of `user/me` or of the ID token."""
        return to_profile(verification.claims)

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Unlink a user from our app, by the admin key and the user's number: one HTTPS request.

        Source: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#unlink

        Raises:
            ProviderTokenRejected: Kakao refuses, and the user may still be linked.
            ProviderUnavailable: Kakao is down, limits us, or answers what is not understood.
            ServerError: Kakao refuses our admin key or address, or the user is one of an app that we were before.
        """
        if self.settings.admin_key is None:
            raise ProviderMisconfigured("to unlink a user needs admin_key")
        if token.client_id != self.settings.app_id:
            raise ProviderMisconfigured("the kept user id is of another app_id than that of the settings")
        response = await ctx.http.post(
            self._unlink_url,
            form={"target_id_type": "user_id", "target_id": token.reveal()},
            headers={"Authorization": f"KakaoAK {self.settings.admin_key.get_secret_value()}"},
        )
        read_unlinked(response, user_id=token.reveal(), now=ctx.clock())

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        """Read what Kakao sends when a user unlinks the app, or deletes the account: no request of ours."""
        if self.settings.admin_key is None:
            raise InvalidNotice("admin_key is not set: nobody can tell who has sent it")
        return read_unlinking(request, admin_key=self.settings.admin_key.get_secret_value())

    async def _id_token(self, token: IdToken | SecretStr | str, ctx: VerifyContext) -> VerifiedIdToken:
        found = await ctx.verify_id_token(
            token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,), algorithms=("RS256",)
        )
        if digits(found.subject) is None:
            raise InvalidProviderToken("sub is no member number")
        return found

    async def _verify_access_token(self, value: str, id_token: SecretStr | None, ctx: VerifyContext) -> Verification:
        if not _BEARER_TOKEN.fullmatch(value):  # RFC 6750 section 2.1
            raise InvalidProviderToken("access token has not the form of one")
        beside = None if id_token is None else await self._id_token(id_token, ctx)
        headers = {"Authorization": f"Bearer {value}"}
        info, response = await in_order(self._token_info(headers, ctx), self._request_me(headers, ctx))
        # Another app's token is the engine's to refuse. What Kakao says of that app would read as a fault of ours.
        if info.app_id != self.settings.app_id:
            proof: AudienceProof = AppBound(info.app_id, APP_NUMBER)
            return Verification(user_id=info.user_id, audience=proof, claims={}, expires_at=info.expires_at)
        user = read_object("user/me", response, ERRORS, now=ctx.clock())
        if read_number(user.get("id"), "user/me: id") != info.user_id:
            raise ProviderUnavailable("user/me and access_token_info name different users")
        if beside is None:
            proof, expires_at = AppBound(info.app_id, APP_NUMBER), info.expires_at
        else:  # the access token is ours, as we have just seen; that the ID token is, the engine finds
            if beside.subject != info.user_id:
                raise InvalidProviderToken("the ID token beside the access token is another user's")
            proof, expires_at = _proof(beside), min(info.expires_at, beside.expires_at)
        return Verification(
            user_id=info.user_id,
            audience=proof,
            claims=user,
            expires_at=expires_at,
            provider_token=self._revocable(info.user_id),
        )

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        """Exchange a code, by which Kakao says that it is ours, and ask with the new token who the user is.

        Source: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#request-token; PKCE by S256 stands in
        https://kauth.kakao.com/.well-known/openid-configuration
        """
        key = self.settings.client_id
        if key is None:
            raise InvalidParameter("code", needs="client_id")
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        new = NewTokens.parse(await self._exchange(code, key, ctx), now=now)
        beside = None
        if new.id_token is None:
            ctx.check_nonce(None)
        else:
            beside = await self._id_token(new.id_token, ctx)
        response = await self._request_me({"Authorization": f"Bearer {new.access_token}"}, ctx)
        user = read_object("user/me", response, FRESH_ERRORS, now=ctx.clock())
        user_id = read_number(user.get("id"), "user/me: id")
        if beside is not None and beside.subject != user_id:
            raise ProviderUnavailable("user/me and the new ID token name different users")
        return Verification(
            user_id=user_id,
            audience=CodeExchanged(key, APP_KEY) if beside is None else _proof(beside),  # the better one: it names us
            claims=user,
            expires_at=new.expires_at,
            provider_token=self._revocable(user_id),
        )

    async def _exchange(self, code: AuthorizationCode, key: str, ctx: VerifyContext) -> ProviderResponse:
        if code.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        form = {
            "grant_type": "authorization_code",
            "client_id": key,
            "redirect_uri": code.redirect_uri,
            "code": code.reveal(),
        }
        if self.settings.client_secret is not None:
            form["client_secret"] = self.settings.client_secret.get_secret_value()
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        return await ctx.http.post(self.settings.token_url, form=form)

    def _revocable(self, user_id: str) -> RevocableToken | None:
        """Return by what a user can be unlinked at any time, where that is to be kept: the number."""
        if not self.settings.keep_provider_token:
            return None
        return RevocableToken.of(user_id, kind="user_id", client_id=self.settings.app_id)

    async def _token_info(self, headers: Mapping[str, str], ctx: VerifyContext) -> TokenInfo:
        response = await ctx.http.get(self._token_info_url, headers=headers)
        now = ctx.clock()
        return TokenInfo.parse(read_object("access_token_info", response, TOKEN_INFO_ERRORS, now=now), now=now)

    async def _request_me(self, headers: Mapping[str, str], ctx: VerifyContext) -> ProviderResponse:
        # Else links to pictures are plain http.
        return await ctx.http.get(self._me_url, params={"secure_resource": "true"}, headers=headers)


def _proof(token: VerifiedIdToken) -> JwtAudience:
    return JwtAudience(token.audience.aud, token.audience.azp, APP_KEY)
