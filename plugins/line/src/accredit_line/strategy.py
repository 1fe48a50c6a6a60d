"""Verify a LINE access token by asking LINE, an ID token by its signature; exchange a code."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from accredit.audience import AppBound, AudienceProof, CodeExchanged
from accredit.credentials import AccessToken, AuthorizationCode, Credential, CredentialKind, IdToken
from accredit.errors import (
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderUnavailable,
)
from accredit.models import Verification
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse, Strategy, VerifiedIdToken, VerifyContext, in_order
from accredit_line.answers import Grant, NewTokens, read_channel_token, read_deauthorization, read_object
from accredit_line.normalize import to_profile
from accredit_line.refusals import EXCHANGE_ERRORS, FRESH_ERRORS, PROFILE_ERRORS, VERIFY_ERRORS
from accredit_line.settings import LineSettings

ISSUER = "https://access.line.me"
"""Source: https://developers.line.biz/en/docs/line-login/verify-id-token/#payload"""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class LineStrategy(Strategy[LineSettings]):
    """LINE, for access tokens, ID tokens and codes. An access token looks like a JWT, and names no issuer."""

    name = "line"
    settings_type = LineSettings
    accepts = frozenset({"access_token", "id_token", "code"})
    # LINE's SDKs and LIFF hand out both at once. Source: https://developers.line.biz/en/reference/liff/#get-id-token
    reads = MappingProxyType({"id_token": 4096})
    paths_name_nobody = True
    # A user has one id at all channels of one LINE provider (a company), which no answer and no setting names. Source:
    # https://developers.line.biz/en/docs/line-login/managing-users/
    user_id_scope = "app"

    def __init__(self, settings: LineSettings) -> None:
        super().__init__(settings)
        self._verify_url = f"{settings.api_url}/oauth2/v2.1/verify"
        self._token_url = f"{settings.api_url}/oauth2/v2.1/token"
        self._channel_token_url = f"{settings.api_url}/oauth2/v3/token"
        self._deauthorize_url = f"{settings.api_url}/user/v1/deauthorize"
        self._profile_url = f"{settings.api_url}/v2/profile"
        self._userinfo_url = f"{settings.api_url}/oauth2/v2.1/userinfo"

    def kind_of(self, value: str) -> CredentialKind:
        """Tell by the middle of the three parts, which both kinds have: an ID token names its issuer there."""
        return "id_token" if "iss" in _claims(value) else "access_token"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind.

        An access token costs two HTTPS requests at once (three without `profile`), an ID token at most one, for LINE's
        keys. A code is exchanged, and then the ID token that comes with it is read, or `profile` where none comes.

        Raises:
            ProviderTokenRejected: LINE refuses the token or the code.
            ProviderUnavailable: LINE is down, limits us, or answers what is not understood.
            ServerError: LINE refuses our channel, or its secret is too short to verify with.
            InvalidRequest: codes need a secret in the settings, and a redirect URI in the request.
        """
        if isinstance(credential, IdToken):
            id_token = await self._id_token(credential, ctx)
            return _verification(id_token.subject, id_token.audience, id_token.claims, id_token.expires_at)
        if isinstance(credential, AuthorizationCode):
            return await self._verify_code(credential, ctx)
        beside = credential.id_token if isinstance(credential, AccessToken) else None
        if beside is None and credential.is_jwt:
            ctx.check_nonce(None)  # of a JWT's form, and no ID token
        return await self._verify_access_token(credential.reveal(), beside, ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of the profile, of userinfo or of the ID token."""
        return to_profile(verification.claims)

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Take back what a user has granted to our channel: two HTTPS requests, the first for a token of the channel.

        That one is good for a quarter of an hour, and there may be any number of them.
        Sources: https://developers.line.biz/en/reference/line-login/#deauthorize and
        https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token

        Raises:
            ProviderUnavailable: LINE is down, limits us, or answers what is not understood.
            ServerError: LINE refuses our channel, or the token is of a channel that we were before.
            UnlistedRefusal: LINE refuses in words that are not known.
        """
        channel_id, secret = self.settings.channel_id, self.settings.channel_secret
        if secret is None:
            raise ProviderMisconfigured("taking back a grant needs channel_secret")
        if token.client_id != channel_id:
            raise ProviderMisconfigured("the kept token is of another channel_id than that of the settings")
        form = {
            "grant_type": "client_credentials",
            "client_id": channel_id,
            "client_secret": secret.get_secret_value(),
        }
        ours = read_channel_token(await ctx.http.post(self._channel_token_url, form=form), now=ctx.clock())
        response = await ctx.http.post(
            self._deauthorize_url,
            json={"userAccessToken": token.reveal()},
            headers={"Authorization": f"Bearer {ours}"},
        )
        read_deauthorization(response, now=ctx.clock())

    async def _id_token(self, token: IdToken | SecretStr, ctx: VerifyContext) -> VerifiedIdToken:
        """Verify by what the operator says that signs: a header that could choose would choose the weaker key."""
        if self.settings.signing_alg == "HS256":
            return await ctx.verify_id_token(
                token, secret=self.settings.channel_secret, issuers=(ISSUER,), algorithms=("HS256",)
            )
        return await self._id_token_by_keys(token, ctx)

    async def _id_token_by_keys(self, token: IdToken | SecretStr | str, ctx: VerifyContext) -> VerifiedIdToken:
        return await ctx.verify_id_token(
            token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,), algorithms=("ES256",)
        )

    async def _verify_access_token(self, value: str, id_token: SecretStr | None, ctx: VerifyContext) -> Verification:
        if not _BEARER_TOKEN.fullmatch(value):  # RFC 6750 section 2.1
            raise InvalidProviderToken("access token has not the form of one")
        beside = None if id_token is None else await self._id_token(id_token, ctx)
        headers = {"Authorization": f"Bearer {value}"}
        grant, response = await in_order(self._grant(value, ctx), ctx.http.get(self._profile_url, headers=headers))
        user_id, user = await self._user(grant, response, headers, ctx)
        kept = self._revocable(value, grant.expires_at)
        proof: AudienceProof = AppBound(grant.channel_id)
        if (
            beside is None or grant.channel_id != self.settings.channel_id
        ):  # another channel's is the engine's to refuse
            return _verification(user_id, proof, user, grant.expires_at, grant.scopes, kept)
        if beside.subject != user_id:
            raise InvalidProviderToken("the ID token beside the access token is another user's")
        # The access token is ours, as we have just seen; that the ID token is, the engine finds.
        claims = {**user, "email": beside.claims.get("email")}  # which is nowhere else
        expires_at = min(grant.expires_at, beside.expires_at)
        return _verification(user_id, beside.audience, claims, expires_at, grant.scopes, kept)

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        response = await self._exchange(code, ctx)
        new = NewTokens.parse(read_object("token", response, EXCHANGE_ERRORS, now=ctx.clock()), now=now)
        kept = self._revocable(new.access_token, new.expires_at)
        if new.id_token is not None:  # the better proof: it names us, and a nonce can bind it
            found = await self._id_token_by_keys(new.id_token, ctx)
            return _verification(found.subject, found.audience, found.claims, found.expires_at, new.scopes, kept)
        ctx.check_nonce(None)
        if "profile" not in new.scopes:
            raise MissingPermission("the code has brought neither an ID token nor the scope profile")
        response = await ctx.http.get(self._profile_url, headers={"Authorization": f"Bearer {new.access_token}"})
        user = read_object("profile", response, FRESH_ERRORS, now=ctx.clock())
        proof = CodeExchanged(self.settings.channel_id)
        return _verification(user.get("userId"), proof, user, new.expires_at, new.scopes, kept)

    def _revocable(self, value: str, expires_at: int) -> RevocableToken | None:
        if not self.settings.keep_provider_token:
            return None
        return RevocableToken.of(value, kind="access_token", client_id=self.settings.channel_id, expires_at=expires_at)

    async def _exchange(self, code: AuthorizationCode, ctx: VerifyContext) -> ProviderResponse:
        """Source: https://developers.line.biz/en/reference/line-login/#issue-access-token"""
        if self.settings.channel_secret is None:
            raise InvalidParameter("code", needs="channel_secret")
        if code.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        form = {
            "grant_type": "authorization_code",
            "code": code.reveal(),
            "redirect_uri": code.redirect_uri,
            "client_id": self.settings.channel_id,
            "client_secret": self.settings.channel_secret.get_secret_value(),
            # Else the ID token of a web login is signed with the secret. Source: IdTokenKeyType of
            # line/line-sdk-android; ProviderLineV21 of ory/kratos.
            "id_token_key_type": "JWK",
        }
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        return await ctx.http.post(self._token_url, form=form)

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


def _claims(value: str) -> Mapping[str, Any]:
    """Return what stands in the middle of a JWT; nothing, where that is no JSON object. Nothing of it is verified."""
    parts = value.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))) if len(parts) == 3 else {}
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _verification(
    user_id: object,
    audience: AudienceProof,
    claims: Mapping[str, Any],
    expires_at: int,
    scopes: frozenset[str] = frozenset(),
    provider_token: RevocableToken | None = None,
) -> Verification:
    if not isinstance(user_id, str):
        raise ProviderUnavailable("the user's id is missing or no text")
    try:
        return Verification(
            user_id=user_id,
            audience=audience,
            claims=claims,
            expires_at=expires_at,
            scopes=scopes,
            provider_token=provider_token,
        )
    except ValueError:
        # Not chained: nothing of an answer that nobody understands belongs into a log.
        raise ProviderUnavailable("the user's id is no id") from None
