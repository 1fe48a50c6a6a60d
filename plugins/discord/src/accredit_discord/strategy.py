"""Verify a Discord access token, of which Discord tells the application and the user, or exchange a code."""

import re
from collections.abc import Mapping
from typing import Any

from accredit.audience import AppBound, CodeExchanged
from accredit.credentials import AuthorizationCode, Credential
from accredit.errors import InvalidParameter, InvalidProviderToken, MissingParameter, ProviderMisconfigured
from accredit.models import Verification
from accredit.profile import Profile
from accredit.revocation import RevocableToken, TokenKind
from accredit.strategy import ProviderResponse, Strategy, VerifyContext
from accredit_discord.answers import read_authorization, read_new_token, read_revocation, read_user
from accredit_discord.normalize import to_profile
from accredit_discord.refusals import FRESH_ERRORS
from accredit_discord.settings import DiscordSettings

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
LONGEST_TOKEN = 512
"""Characters. Real ones have 30, and Discord names no bound."""
USER_AGENT = "DiscordBot (accredit-discord, 0.1)"
"""Whoever does not say what it is may be blocked. Source: https://discord.com/developers/docs/reference#user-agent"""


class DiscordStrategy(Strategy[DiscordSettings]):
    """Discord, by its OAuth 2.0 access token."""

    name = "discord"
    settings_type = DiscordSettings
    accepts = frozenset({"access_token", "code"})
    paths_name_nobody = True
    # Source: https://discord.com/developers/docs/reference#snowflakes (an id is unique across all of Discord).
    user_id_scope = "global"
    # The window of the ban, which counts each 401; a token that is dead stays so.
    # Source: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
    refusals_cached_s = 600

    def __init__(self, settings: DiscordSettings) -> None:
        super().__init__(settings)
        self._accepted = settings.accepted_audiences
        self._authorization_url = f"{settings.api_url}/oauth2/@me"
        self._user_url = f"{settings.api_url}/users/@me"
        self._token_url = f"{settings.api_url}/oauth2/token"
        self._revoke_url = f"{settings.api_url}/oauth2/token/revoke"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind: one or two HTTPS requests, one after the other.

        Raises:
            ProviderTokenRejected: Discord refuses the token, the code or its user.
            ProviderUnavailable: Discord is down, limits us, or answers what is not understood.
            ServerError: Discord refuses our id and secret, or blocks us.
            InvalidRequest: codes need a secret in the settings, and a redirect URI in the request.
        """
        if isinstance(credential, AuthorizationCode):
            return await self._verify_code(credential, ctx)
        return await self._verify_access_token(credential.reveal(), ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the user to OIDC claims."""
        return to_profile(verification.user_id, verification.claims)

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Take back what the user has authorized, by either of its tokens: one HTTPS request.

        Source: https://discord.com/developers/docs/topics/oauth2#authorization-code-grant-token-revocation-example

        Raises:
            ProviderUnavailable: Discord is down, limits us, or answers what is not understood.
            ServerError: Discord refuses our id and secret, blocks us, or the token is of an application that we were.
            UnlistedRefusal: Discord refuses in words that are not known.
        """
        client_id, secret = self.settings.client_id, self.settings.client_secret
        if secret is None:
            raise ProviderMisconfigured("revoking needs client_secret")
        if token.client_id != client_id:
            raise ProviderMisconfigured("the kept token is of another client_id than that of the settings")
        form, headers = {"token": token.reveal(), "token_type_hint": token.kind}, {"User-Agent": USER_AGENT}
        response = await ctx.http.post(self._revoke_url, form=form, basic=(client_id, secret), headers=headers)
        read_revocation(response, now=ctx.clock())

    async def _verify_access_token(self, value: str, ctx: VerifyContext) -> Verification:
        # What is no bearer token (RFC 6750 section 2.1) is not worth one of the 10,000 refusals that we have.
        if len(value) > LONGEST_TOKEN or not _BEARER_TOKEN.fullmatch(value):
            raise InvalidProviderToken("the token has not the form of one")
        # One after the other: a dead token would be refused twice, and each refusal counts.
        response = await self._get(self._authorization_url, value, ctx)
        known = read_authorization(response, now=ctx.clock())
        user: Mapping[str, Any] = known.user
        if "email" in known.scopes and known.application_id in self._accepted:
            response = await self._get(self._user_url, value, ctx)
            _, user = read_user(response, user_id=known.user_id, now=ctx.clock())
        return Verification(
            user_id=known.user_id,
            audience=AppBound(known.application_id),
            claims=user,
            expires_at=known.expires_at,
            scopes=known.scopes,
            provider_token=self._revocable(value, "access_token", known.expires_at),
        )

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        """Exchange a code, by which Discord says that it is ours, and ask with the new token who the user is.

        Source: https://discord.com/developers/docs/topics/oauth2#authorization-code-grant; PKCE by S256 stands in
        https://discord.com/.well-known/oauth-authorization-server
        """
        ctx.check_nonce(None)  # a nonce would stand in an ID token, which is not asked for
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        new = read_new_token(await self._exchange(code, ctx), now=now)
        response = await self._get(self._user_url, new.value, ctx)
        user_id, user = read_user(response, user_id=None, now=ctx.clock(), errors=FRESH_ERRORS)
        return Verification(
            user_id=user_id,
            audience=CodeExchanged(self.settings.client_id),
            claims=user,
            expires_at=new.expires_at,
            scopes=new.scopes,
            provider_token=self._revocable(new.refresh_token, "refresh_token"),
        )

    async def _exchange(self, code: AuthorizationCode, ctx: VerifyContext) -> ProviderResponse:
        secret = self.settings.client_secret
        if secret is None:
            raise InvalidParameter("code", needs="client_secret")
        if code.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        form = {"grant_type": "authorization_code", "code": code.reveal(), "redirect_uri": code.redirect_uri}
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        headers = {"User-Agent": USER_AGENT}
        return await ctx.http.post(self._token_url, form=form, basic=(self.settings.client_id, secret), headers=headers)

    def _revocable(self, value: str | None, kind: TokenKind, expires_at: int | None = None) -> RevocableToken | None:
        """Return what the authorization can be taken back by. How long a refresh token lives, Discord does not say."""
        if value is None or not self.settings.keep_provider_token:
            return None
        return RevocableToken.of(value, kind=kind, client_id=self.settings.client_id, expires_at=expires_at)

    async def _get(self, url: str, value: str, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(url, headers={"Authorization": f"Bearer {value}", "User-Agent": USER_AGENT})
