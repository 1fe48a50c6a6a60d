"""Verify an ID token of Sign in with Apple by its signature, or exchange a code for one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from accredit.credentials import AuthorizationCode, Credential, CredentialKind
from accredit.errors import (
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderUnavailable,
    WrongAudience,
)
from accredit.models import Verification, is_user_id
from accredit.notices import Notice, NoticeRequest
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import Strategy, VerifiedIdToken, VerifyContext
from accredit_apple.answers import Exchanged, read_exchange, read_revocation, read_user
from accredit_apple.normalize import to_facts, to_profile
from accredit_apple.notices import read_event, read_payload
from accredit_apple.settings import AppleSettings, SigningAs

ISSUER = "https://appleid.apple.com"
"""Source: https://appleid.apple.com/.well-known/openid-configuration"""
SECRET_LIFE_S = 300
"""Of a client secret, which is made for each call. Apple takes one for six months.

Source: https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
"""

_NO_CODE = "accredit-doctor"


class AppleStrategy(Strategy[AppleSettings]):
    """Sign in with Apple, for ID tokens and codes. An access token of Apple's opens nothing."""

    name = "apple"
    settings_type = AppleSettings
    paths_name_nobody = True
    # One id for all apps of a team; another team sees another one of the same user.
    # Source: https://developer.apple.com/documentation/signinwithapplerestapi/authenticating-users-with-sign-in-with-apple
    user_id_scope = "app"
    accepts = frozenset({"id_token", "code"})
    reads = MappingProxyType({"user": 4096, "apple_client_id": 256})
    token_types = MappingProxyType[str, CredentialKind](
        {
            "http://auth0.com/oauth/token-type/apple-id-token": "id_token",
            "http://auth0.com/oauth/token-type/apple-authz-code": "code",
        }
    )
    # Apple takes a verifier where a web login has begun with a challenge (a-tokyo/apple-signin-auth#180); the SDK of
    # native apps has no place for one. So this strategy asks for one itself, of web logins.
    supports_pkce = False

    def kind_of(self, value: str) -> CredentialKind:
        """Take what comes untyped for an ID token: how a code looks, Apple does not say."""
        return "id_token"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind: at most one HTTPS request, for Apple's keys, and one for a code.

        Raises:
            ProviderTokenRejected: the token is no good, Apple refuses the code, or it is said to be of an id not ours.
            ProviderUnavailable: Apple is down, limits us, or answers what is not understood.
            ServerError: Apple refuses our app.
            InvalidParameter: `user` is no JSON object, or codes need the key in the settings.
            MissingParameter: a code came without `apple_client_id` or `code_verifier` where it needs one.
        """
        name = read_user(credential.parameter("user"))
        if isinstance(credential, AuthorizationCode):
            return await self._verify_code(credential, name, ctx)
        return _verification(await self._verify_id_token(credential, ctx), name)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of the ID token, and the names that the client states."""
        return to_profile(verification.claims["id_token"], verification.claims["name"])

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Hand in a code that is nobody's, for each client id: Apple looks at our secret first. No key, no call."""
        if self.settings.signing_as is None:
            return
        for client_id in self.settings.client_ids:
            try:
                await self._exchange({"code": _NO_CODE}, client_id, self.settings.signing_as, ctx)
            except InvalidProviderToken:
                continue

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Take back what the user has granted to our app: one HTTPS request, which Apple answers by 200 for any token.

        Raises:
            ProviderUnavailable: Apple is down, or limits us.
            ServerError: Apple refuses our app, the settings have no key, or the token is of an app that we were before.
            UnlistedRefusal: Apple refuses in words that are not known.
        """
        signing_as, client_id = self.settings.signing_as, token.client_id
        if signing_as is None:
            raise ProviderMisconfigured("revoking needs team_id, key_id and private_key")
        if client_id is None or client_id not in self.settings.client_ids:
            raise ProviderMisconfigured("the kept token is of a client id that is none of the settings")
        form = {
            "client_id": client_id,
            "client_secret": _client_secret(client_id, signing_as, ctx),
            "token": token.value.get_secret_value(),
            "token_type_hint": token.kind,
        }
        read_revocation(await ctx.http.post(self.settings.revoke_url, form=form), now=ctx.clock())

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        """Verify a signed notice by Apple's keys, and say what it tells.

        Raises:
            InvalidNotice: it is forged, malformed, or names nobody.
            ProviderTokenRejected: it is forged, or stale.
            ProviderUnavailable: Apple's keys cannot be fetched.
        """
        found = await ctx.verify_event_token(
            read_payload(request), issuers=(ISSUER,), jwks_url=self.settings.jwks_url, check_exp=True
        )
        return Notice(
            id=found.id,
            audience=found.audience.aud,
            events=read_event(found.events),
            replayable_s=max(1, int(found.replayable_until - ctx.clock()) + 1),
        )

    async def _verify_id_token(self, token: Credential | str, ctx: VerifyContext) -> VerifiedIdToken:
        return await ctx.verify_id_token(token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,))

    async def _verify_code(self, code: AuthorizationCode, name: Mapping[str, Any], ctx: VerifyContext) -> Verification:
        """Exchange a code; the ID token that comes of it is the proof.

        Source: https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens
        """
        signing_as = self.settings.signing_as
        if signing_as is None:
            raise InvalidParameter("code", needs="team_id, key_id and private_key")
        client_id = self._client_id_of(code)
        form = {"code": code.reveal()}
        if code.redirect_uri is not None:  # a web login; Apple refuses a native code with one
            if self.settings.require_pkce and code.code_verifier is None:
                raise MissingParameter("code_verifier")
            form["redirect_uri"] = code.redirect_uri
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        found = await self._exchange(form, client_id, signing_as, ctx)
        id_token = await self._verify_id_token(found.id_token, ctx)
        if id_token.audience.aud != (client_id,):
            raise ProviderUnavailable("token: the ID token is of another client id than the code")
        return _verification(id_token, name, found.refresh_token)

    def _client_id_of(self, code: AuthorizationCode) -> str:
        """Return which of our ids a code was issued to: Apple takes it from no other, and a code does not name it."""
        stated = code.parameter("apple_client_id")
        if stated is None:
            if len(self.settings.client_ids) > 1:
                raise MissingParameter("apple_client_id")
            return self.settings.client_ids[0]
        if stated not in self.settings.client_ids:
            raise WrongAudience("apple_client_id is none of client_ids")
        return stated

    async def _exchange(
        self, parameters: Mapping[str, str], client_id: str, signing_as: SigningAs, ctx: VerifyContext
    ) -> Exchanged:
        form = {
            "client_id": client_id,
            "client_secret": _client_secret(client_id, signing_as, ctx),
            "grant_type": "authorization_code",
            **parameters,
        }
        response = await ctx.http.post(self.settings.token_url, form=form)
        return read_exchange(response, client_id=client_id, now=ctx.clock())


def _client_secret(client_id: str, signing_as: SigningAs, ctx: VerifyContext) -> str:
    now = int(ctx.clock())
    claims = {"iss": signing_as.team_id, "iat": now, "exp": now + SECRET_LIFE_S, "aud": ISSUER, "sub": client_id}
    return ctx.sign(signing_as.private_key, claims, headers={"kid": signing_as.key_id})


def _verification(
    id_token: VerifiedIdToken, name: Mapping[str, Any], refresh_token: RevocableToken | None = None
) -> Verification:
    if not is_user_id(id_token.subject):
        raise InvalidProviderToken("sub is no id")
    # Of users whose app has come from another team: by it their ids there can be found, for sixty days.
    # Source: https://developer.apple.com/documentation/signinwithapple/bringing-new-apps-and-users-into-your-team
    former = id_token.claims.get("transfer_sub")
    return Verification(
        user_id=id_token.subject,
        audience=id_token.audience,
        claims={"id_token": id_token.claims, "name": dict(name)},
        expires_at=id_token.expires_at,
        alternate_ids={"transfer_sub": former} if isinstance(former, str) and is_user_id(former) else {},
        facts=to_facts(id_token.claims, name),
        provider_token=refresh_token,
    )
