"""Verify a Google token: an access token by asking Google, an ID token by its signature; a code by the one it gives."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from accredit.audience import JwtAudience
from accredit.credentials import AuthorizationCode, Credential, IdToken
from accredit.errors import InvalidParameter, InvalidProviderToken, ProviderUnavailable
from accredit.models import Verification
from accredit.notices import Notice, NoticeAnswer, NoticeRequest
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse, Strategy, VerifyContext, in_order
from accredit_google_oauth2.answers import TokenInfo, read_exchange, read_object, read_revocation
from accredit_google_oauth2.normalize import to_profile
from accredit_google_oauth2.notices import ISSUERS as NOTICE_ISSUERS
from accredit_google_oauth2.notices import read_events, read_token
from accredit_google_oauth2.refusals import TOKENINFO_ERRORS
from accredit_google_oauth2.settings import GoogleSettings

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
"""Google writes its name both ways. Source: https://developers.google.com/identity/gsi/web/guides/verify-google-id-token"""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
LONGEST_ACCESS_TOKEN = 2048
"""In bytes. Source: https://developers.google.com/identity/protocols/oauth2#size"""


class GoogleStrategy(Strategy[GoogleSettings]):
    """Google, for access tokens, ID tokens and codes."""

    name = "google-oauth2"
    settings_type = GoogleSettings
    accepts = frozenset({"access_token", "id_token", "code"})
    token_types = MappingProxyType({"http://auth0.com/oauth/token-type/google-id-token": "id_token"})
    paths_name_nobody = True
    # Source: https://developers.google.com/identity/openid-connect/openid-connect (`sub`: unique among all accounts).
    user_id_scope = "global"

    def __init__(self, settings: GoogleSettings) -> None:
        super().__init__(settings)
        self._accepted = settings.accepted_audiences

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind: two HTTPS requests at once, or at most one for Google's keys.

        A code takes one more, in which it is exchanged for an ID token.
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

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Take back what a user has granted to our project: one HTTPS request, for which Google wants no secret.

        Source: https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke

        Raises:
            ProviderUnavailable: Google is down, limits us, or answers what is not understood.
            ServerError: the URL is wrong.
            UnlistedRefusal: Google refuses in words that are not known.
        """
        response = await ctx.http.post(self.settings.revoke_url, form={"token": token.reveal()})
        read_revocation(response, now=ctx.clock())

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        """Verify a security event token by the keys of ID tokens, and say what it tells. It has no `exp` to be checked.

        Raises:
            InvalidNotice: it is malformed, or names nobody.
            ProviderTokenRejected: it is forged, or stale.
            ProviderUnavailable: Google's keys cannot be fetched.
        """
        found = await ctx.verify_event_token(
            read_token(request), issuers=NOTICE_ISSUERS, jwks_url=self.settings.jwks_url, algorithms=("RS256",)
        )
        return Notice(
            id=found.id,
            audience=found.audience.aud,
            events=tuple(read_events(found.events)),
            answer=NoticeAnswer(202),
            replayable_s=max(1, int(found.replayable_until - ctx.clock()) + 1),
        )

    async def _verify_id_token(
        self,
        token: IdToken | str,
        ctx: VerifyContext,
        *,
        scopes: frozenset[str] = frozenset(),
        revocable: RevocableToken | None = None,
    ) -> Verification:
        id_token = await ctx.verify_id_token(
            token, jwks_url=self.settings.jwks_url, issuers=ISSUERS, algorithms=("RS256",)
        )
        self._check_hosted_domain(id_token.claims)
        return _verification(
            id_token.subject, id_token.audience, id_token.claims, id_token.expires_at, scopes, revocable
        )

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        """Exchange a code, and verify the ID token that it gives: that names us, and a nonce can bind it.

        Without a redirect URI the parameter is sent empty, which is what a code of Google's native SDKs takes.
        Sources: https://developers.google.com/identity/openid-connect/openid-connect#exchangecode and
        zquestz/omniauth-google-oauth2#391 (the empty one).
        """
        client_id, secret = self.settings.web_client_id, self.settings.web_client_secret
        if client_id is None or secret is None:
            raise InvalidParameter("code", needs="web_client_id and web_client_secret")
        form = {
            "grant_type": "authorization_code",
            "code": code.reveal(),
            "client_id": client_id,
            "client_secret": secret.get_secret_value(),
            "redirect_uri": code.redirect_uri or "",
        }
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        new = read_exchange(await ctx.http.post(self.settings.token_url, form=form), now=now)
        revocable = new.revocable if self.settings.keep_provider_token else None
        return await self._verify_id_token(new.id_token, ctx, scopes=new.scopes, revocable=revocable)

    async def _verify_access_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        value = token.reveal()
        # What cannot be a bearer token (RFC 6750 section 2.1) would make *our* request malformed: an alert for
        # the operator, at any caller's will.
        if len(value) > LONGEST_ACCESS_TOKEN or not _BEARER_TOKEN.fullmatch(value):
            raise InvalidProviderToken("access token has not the form of one")
        headers = {"Authorization": f"Bearer {value}"}
        info, response = await in_order(self._tokeninfo(headers, ctx), self._request_userinfo(headers, ctx))
        user: Mapping[str, Any] = {}
        # Another project's token is the engine's to refuse. What userinfo says of that project, its suspension or its
        # quota, would read as a fault of ours: an alert that anybody with a project could raise.
        if info.is_for(self._accepted):
            user = self._read_userinfo(response, info, ctx)
        revocable: RevocableToken | None = None
        if self.settings.keep_provider_token:
            revocable = RevocableToken.of(value, kind="access_token", expires_at=info.expires_at)
        return _verification(info.subject, info.audience, user, info.expires_at, info.scopes, revocable)

    async def _tokeninfo(self, headers: Mapping[str, str], ctx: VerifyContext) -> TokenInfo:
        # POST with the token in the header: the GET form would put it into a URL.
        response = await ctx.http.post(self.settings.tokeninfo_url, headers=headers, reads_only=True)
        now = ctx.clock()
        return TokenInfo.parse(read_object("tokeninfo", response, now=now, errors=TOKENINFO_ERRORS), now=now)

    async def _request_userinfo(self, headers: Mapping[str, str], ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(self.settings.userinfo_url, headers=headers)

    def _read_userinfo(self, response: ProviderResponse, info: TokenInfo, ctx: VerifyContext) -> dict[str, Any]:
        user = read_object("userinfo", response, now=ctx.clock())
        if user.get("sub") != info.subject:
            raise ProviderUnavailable("userinfo and tokeninfo name different users")
        self._check_hosted_domain(user)
        return user

    def _check_hosted_domain(self, claims: Mapping[str, Any]) -> None:
        """Judge by `hd` alone: an address in the domain may belong to an account outside the organization.

        Source: https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
        """
        if self.settings.hosted_domains and claims.get("hd") not in self.settings.hosted_domains:
            raise InvalidProviderToken("hosted domain is not accepted")


def _verification(
    subject: str,
    audience: JwtAudience,
    claims: Mapping[str, Any],
    expires_at: int,
    scopes: frozenset[str] = frozenset(),
    revocable: RevocableToken | None = None,
) -> Verification:
    try:
        return Verification(
            user_id=subject,
            audience=audience,
            claims=claims,
            expires_at=expires_at,
            scopes=scopes,
            provider_token=revocable,
        )
    except ValueError:
        # Not chained: nothing of an answer that nobody understands belongs into a log.
        raise ProviderUnavailable("sub is no id") from None
