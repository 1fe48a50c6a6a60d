"""Verify a token of any OpenID provider: an ID token by its signature, an access token by asking the provider."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pydantic import SecretStr

from accredit.audience import AppBound, JwtAudience
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderMisconfigured, ProviderUnavailable
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy, VerifyContext
from accredit_oidc.answers import Introspected, endpoint, read_introspection, read_object
from accredit_oidc.normalize import to_profile
from accredit_oidc.refusals import INTROSPECTION_ERRORS, USERINFO_ERRORS
from accredit_oidc.settings import OidcSettings

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""Source: RFC 6750 section 2.1."""


class OidcStrategy(Strategy[OidcSettings]):
    """Any OpenID provider, by its discovery document."""

    name = "oidc"
    settings_type = OidcSettings
    # Source: OpenID Connect Core 1.0 section 2 (`sub`: locally unique within the issuer). A provider that gives each
    # app other ids (section 8, `pairwise`) makes two apps' users differ, and never confuses them.
    user_id_scope = "issuer"

    def __init__(self, settings: OidcSettings) -> None:
        super().__init__(settings)
        # Source: OpenID Connect Discovery 1.0 section 4.1.
        by_default = f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        self._discovery = settings.discovery_url or by_default
        self._accepted = settings.accepted_audiences
        self._email_domains = frozenset(settings.email_domains)

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the token's form. The provider's document and its keys are kept for all logins.

        Raises:
            ProviderTokenRejected: the provider refuses the token, or its signature is not good.
            ProviderUnavailable: the provider is down, limits us, or answers what is not understood.
            ServerError: the provider refuses our credentials, or its document is not the one that is configured.
        """
        if token.is_jwt:
            return await self._verify_id_token(token, ctx)
        return await self._verify_access_token(token, ctx)

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Read the provider's document, and ask about a token that nobody has. For `accredit doctor`.

        Raises:
            ProviderMisconfigured: the document names another issuer, or the provider refuses our credentials.
        """
        document = await self._document(ctx)
        if self.settings.client_secret is not None and "introspection_endpoint" in document:
            with suppress(InvalidProviderToken):
                await self._introspect("nobody-has-this-token", self.settings.client_secret, document, ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of the ID token or of userinfo."""
        return to_profile(
            verification.claims,
            email_domains=self._email_domains,
            verified_as_text=self.settings.email_verified_as_text,
        )

    async def _document(self, ctx: VerifyContext) -> Mapping[str, Any]:
        """Return the provider's document. Its issuer is ours, exactly. Source: Discovery 1.0 section 4.3."""
        document = await ctx.document(self._discovery)
        issuer = document.get("issuer")
        if not isinstance(issuer, str):
            raise ProviderUnavailable("discovery: issuer is missing or no string")
        if issuer != self.settings.issuer:
            raise ProviderMisconfigured("discovery: the document is another issuer's: compare it with the setting")
        return document

    async def _verify_id_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        document = await self._document(ctx)
        found = await ctx.verify_id_token(
            token,
            jwks_url=endpoint(document, "jwks_uri", ctx),
            issuers={self.settings.issuer},
            algorithms=self.settings.algorithms,
        )
        return _verification(found.subject, found.audience, found.claims, found.expires_at)

    async def _verify_access_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        """Ask whose token it is, and then for the person: userinfo alone takes any app's token."""
        value, secret = token.reveal(), self.settings.client_secret
        if not _BEARER_TOKEN.fullmatch(value):
            raise InvalidProviderToken("access token has not the form of one")
        if secret is None:
            raise InvalidProviderToken("access tokens need client_secret: nobody else can tell their app")
        document = await self._document(ctx)
        info = await self._introspect(value, secret, document, ctx)
        user: Mapping[str, Any] = {}
        # Another app's token is the engine's to refuse: what userinfo says of it would read as said of ours.
        if info.ids <= self._accepted and "userinfo_endpoint" in document:
            user = await self._userinfo(value, info, document, ctx)
        return _verification(info.subject, info.audience, user, info.expires_at, info.scopes)

    async def _introspect(
        self, value: str, secret: SecretStr, document: Mapping[str, Any], ctx: VerifyContext
    ) -> Introspected:
        """Source: RFC 7662 section 2; RFC 8414 section 2 (`introspection_endpoint`)."""
        response = await ctx.http.post(
            endpoint(document, "introspection_endpoint", ctx),
            form={"token": value, "token_type_hint": "access_token"},
            basic=(self.settings.client_ids[0], secret),
            reads_only=True,
        )
        answer = read_object("introspection", response, now=ctx.clock(), errors=INTROSPECTION_ERRORS)
        return read_introspection(answer, issuer=self.settings.issuer, now=ctx.clock())

    async def _userinfo(
        self, value: str, info: Introspected, document: Mapping[str, Any], ctx: VerifyContext
    ) -> Mapping[str, Any]:
        """Source: OpenID Connect Core 1.0 section 5.3. An answer about another `sub` is not used (section 5.3.2)."""
        response = await ctx.http.get(
            endpoint(document, "userinfo_endpoint", ctx), headers={"Authorization": f"Bearer {value}"}
        )
        user = read_object("userinfo", response, now=ctx.clock(), errors=USERINFO_ERRORS)
        if user.get("sub") != info.subject:
            raise ProviderUnavailable("userinfo and introspection name different users")
        return user


def _verification(
    subject: str,
    audience: AppBound | JwtAudience,
    claims: Mapping[str, Any],
    expires_at: int | None,
    scopes: frozenset[str] = frozenset(),
) -> Verification:
    try:
        return Verification(user_id=subject, audience=audience, claims=claims, expires_at=expires_at, scopes=scopes)
    except ValueError:
        # Not chained: nothing of an answer that nobody understands belongs into a log.
        raise ProviderUnavailable("sub is no id") from None
