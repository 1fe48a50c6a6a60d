"""Verify what a LinkedIn login gives: an access token or a code by our secret, an ID token by its signature."""

import re
from collections.abc import Mapping
from typing import Any

from accredit.audience import AppBound, AudienceProof, CodeExchanged
from accredit.credentials import AuthorizationCode, Credential, IdToken
from accredit.errors import InvalidProviderToken, MissingParameter, ProviderUnavailable, WrongAudience
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import ProviderResponse, Strategy, VerifyContext, in_order
from accredit_linkedin.answers import read_exchange, read_id_token, read_introspection, read_userinfo
from accredit_linkedin.normalize import to_profile
from accredit_linkedin.settings import LinkedInSettings

ISSUERS = ("https://www.linkedin.com/oauth",)
"""Source: https://www.linkedin.com/oauth/.well-known/openid-configuration, quoted by
https://logto.io/oauth-providers-explorer/linkedin and supabase/auth, internal/api/provider/linkedin_oidc.go."""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class LinkedInStrategy(Strategy[LinkedInSettings]):
    """LinkedIn, for access tokens, ID tokens and codes."""

    name = "linkedin"
    settings_type = LinkedInSettings
    paths_name_nobody = True
    # `subject_types_supported` of the discovery document is `pairwise`: two apps see one member under two ids.
    user_id_scope = "app"
    accepts = frozenset({"access_token", "id_token", "code"})
    # The three-legged flow takes no verifier; the flow for native apps, which does, is opened for few apps, on request.
    supports_pkce = False

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind.

        An access token costs two HTTPS requests at once, an ID token at most one, for LinkedIn's keys. A code is
        exchanged, and then the ID token that comes with it is read, or userinfo where none comes.

        Raises:
            ProviderTokenRejected: LinkedIn refuses the token, or it is another app's.
            ProviderUnavailable: LinkedIn is down, limits us, or answers what is not understood.
            ServerError: LinkedIn refuses our app.
            MissingParameter: a code came without its `redirect_uri`.
        """
        match credential:
            case IdToken():
                return await self._verify_id_token(credential, ctx)
            case AuthorizationCode():
                return await self._verify_code(credential, ctx)
            case _:
                return await self._verify_access_token(credential, ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of userinfo or of the ID token."""
        return to_profile(verification.claims)

    async def _verify_id_token(self, token: IdToken | str, ctx: VerifyContext) -> Verification:
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

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        if code.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        form = {
            "grant_type": "authorization_code",
            "code": code.reveal(),
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.get_secret_value(),
            "redirect_uri": code.redirect_uri,
        }
        now = ctx.clock()
        found = read_exchange(await ctx.http.post(self.settings.token_url, form=form), now=now)
        if found.id_token is not None:  # the better proof: it names us, and a nonce can bind it
            return await self._verify_id_token(found.id_token, ctx)
        ctx.check_nonce(None)
        claims = read_userinfo(await self._request_userinfo(found.access_token, ctx), now=now)
        proof = CodeExchanged(self.settings.client_id)
        return _verification(claims.get("sub"), proof, claims, found.expires_at, found.scopes)

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
