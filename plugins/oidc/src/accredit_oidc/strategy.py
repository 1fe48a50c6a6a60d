"""Verify what a login at any OpenID provider gives: an ID token by its signature, all else by asking the provider."""

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from accredit.audience import AppBound, JwtAudience
from accredit.credentials import AccessToken, AuthorizationCode, Credential, IdToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderUnavailable,
)
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy, VerifiedIdToken, VerifyContext
from accredit_oidc.answers import (
    BEARER_TOKEN,
    Introspected,
    endpoint,
    is_signed,
    read_exchange,
    read_introspection,
    read_object,
)
from accredit_oidc.client_auth import ClientAuth
from accredit_oidc.normalize import to_profile
from accredit_oidc.refusals import INTROSPECTION_ERRORS, TOKEN_ERRORS, USERINFO_ERRORS
from accredit_oidc.settings import OidcSettings


class OidcStrategy(Strategy[OidcSettings]):
    """Any OpenID provider, by its discovery document."""

    name = "oidc"
    settings_type = OidcSettings
    # Source: OpenID Connect Core 1.0 section 2 (`sub`: locally unique within the issuer). A provider that gives each
    # app other ids (section 8, `pairwise`) makes two apps' users differ, and never confuses them.
    user_id_scope = "issuer"
    accepts = frozenset({"access_token", "id_token", "code"})
    reads = MappingProxyType({"id_token": 16_384})

    def __init__(self, settings: OidcSettings) -> None:
        super().__init__(settings)
        # Source: OpenID Connect Discovery 1.0 section 4.1.
        by_default = f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        self._discovery = settings.discovery_url or by_default
        self._accepted = settings.accepted_audiences
        self._tolerated = self._accepted.union(settings.trusted_audiences)
        self._email_domains = frozenset(settings.email_domains)
        self._client_auth = ClientAuth(settings)

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind. The provider's document and its keys are kept for all logins.

        Raises:
            ProviderTokenRejected: the provider refuses the token or the code, or a signature is not good.
            ProviderUnavailable: the provider is down, limits us, or answers what is not understood.
            ServerError: the provider refuses our credentials, or its document is not the one that is configured.
            InvalidParameter: codes need a secret or a key in the settings.
            MissingParameter: a code came without its `redirect_uri`.
        """
        match credential:
            case IdToken():
                found = await self._verify_id_token(credential, await self._document(ctx), ctx)
                return _verification(found.subject, found.audience, found.claims, found.expires_at)
            case AuthorizationCode():
                return await self._verify_code(credential, ctx)
            case AccessToken(id_token=SecretStr() as beside):
                value, document = _bearer_token(credential), await self._document(ctx)
                return await self._verify_pair(
                    beside.get_secret_value(), value, document, ctx, if_others=InvalidProviderToken
                )
            case _:
                return await self._verify_access_token(credential, ctx)

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Read the provider's document, and ask about a token that nobody has. For `accredit doctor`.

        Raises:
            ProviderMisconfigured: the document names another issuer, or the provider refuses our credentials.
        """
        document = await self._document(ctx)
        is_known = self.settings.client_secret is not None or self.settings.private_key is not None
        if is_known and "introspection_endpoint" in document:
            with suppress(InvalidProviderToken):
                await self._introspect("nobody-has-this-token", document, ctx)

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

    async def _verify_id_token(
        self,
        token: IdToken | str,
        document: Mapping[str, Any],
        ctx: VerifyContext,
        *,
        access_token: str | None = None,
    ) -> VerifiedIdToken:
        return await ctx.verify_id_token(
            token,
            jwks_url=endpoint(document, "jwks_uri", ctx),
            issuers={self.settings.issuer},
            algorithms=self.settings.algorithms,
            access_token=access_token,
        )

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        """Exchange a code; the ID token of the answer is the proof. Source: OpenID Connect Core 1.0 section 3.1.3."""
        self._client_auth.require_for_codes()
        if code.redirect_uri is None:  # the request for the code must have had one: section 3.1.2.1
            raise MissingParameter("redirect_uri")
        document = await self._document(ctx)
        form = {"grant_type": "authorization_code", "code": code.reveal(), "redirect_uri": code.redirect_uri}
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        url = endpoint(document, "token_endpoint", ctx)
        proof = self._client_auth.prove(url, ctx)
        response = await ctx.http.post(url, form={**form, **proof.form}, basic=proof.basic)
        found = read_exchange(read_object("token", response, now=ctx.clock(), errors=TOKEN_ERRORS))
        return await self._verify_pair(found.id_token, found.access_token, document, ctx, scopes=found.scopes)

    async def _verify_pair(
        self,
        id_token: str,
        access_token: str,
        document: Mapping[str, Any],
        ctx: VerifyContext,
        *,
        scopes: frozenset[str] = frozenset(),
        if_others: type[ExchangeError] = ProviderUnavailable,
    ) -> Verification:
        """Believe the ID token, and ask userinfo for what else there is of the same user.

        `if_others` is what it means that the access token is another user's: who has mixed them up.
        Many ID tokens that come beside an access token hold no profile. Source: OpenID Connect Core 1.0 section 5.4.
        """
        found = await self._verify_id_token(id_token, document, ctx, access_token=access_token)
        claims = found.claims
        # Another app's ID token is the engine's to refuse, as below.
        if self._is_ours(found.audience) and "userinfo_endpoint" in document:
            user = await self._userinfo(access_token, found.subject, document, ctx, if_others=if_others)
            claims = {**claims, **user}
        return _verification(found.subject, found.audience, claims, found.expires_at, scopes)

    async def _verify_access_token(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Ask whose token it is, and then for the person: userinfo alone takes any app's token."""
        value = _bearer_token(credential)
        self._client_auth.require_for_access_tokens()
        if credential.is_jwt:
            ctx.check_nonce(None)  # an access token all the same, as the client has said
        document = await self._document(ctx)
        info = await self._introspect(value, document, ctx)
        user: Mapping[str, Any] = {}
        # Another app's token is the engine's to refuse: what userinfo says of it would read as said of ours.
        if self._is_ours(info.audience) and "userinfo_endpoint" in document:
            user = await self._userinfo(value, info.subject, document, ctx)
        return _verification(info.subject, info.audience, user, info.expires_at, info.scopes)

    def _is_ours(self, audience: AppBound | JwtAudience) -> bool:
        match audience:
            case AppBound(app_id=one):
                return one in self._accepted
            case JwtAudience(aud=several):
                return not self._accepted.isdisjoint(several) and self._tolerated.issuperset(several)

    async def _introspect(self, value: str, document: Mapping[str, Any], ctx: VerifyContext) -> Introspected:
        """Source: RFC 7662 section 2; RFC 8414 section 2 (`introspection_endpoint`)."""
        url = endpoint(document, "introspection_endpoint", ctx)
        proof = self._client_auth.prove(url, ctx)
        form = {"token": value, "token_type_hint": "access_token", **proof.form}
        response = await ctx.http.post(url, form=form, basic=proof.basic, reads_only=True)
        answer = read_object("introspection", response, now=ctx.clock(), errors=INTROSPECTION_ERRORS)
        return read_introspection(answer, issuer=self.settings.issuer, now=ctx.clock())

    async def _userinfo(
        self,
        value: str,
        subject: str,
        document: Mapping[str, Any],
        ctx: VerifyContext,
        *,
        if_others: type[ExchangeError] = ProviderUnavailable,
    ) -> Mapping[str, Any]:
        """Source: OpenID Connect Core 1.0 section 5.3. An answer about another `sub` is not used (section 5.3.2)."""
        response = await ctx.http.get(
            endpoint(document, "userinfo_endpoint", ctx), headers={"Authorization": f"Bearer {value}"}
        )
        if is_signed(response):  # whoever has registered the app there has asked for it: section 5.3.2
            raise ProviderMisconfigured("userinfo: the answer is signed or encrypted: have it sent as plain JSON")
        user = read_object("userinfo", response, now=ctx.clock(), errors=USERINFO_ERRORS)
        if user.get("sub") != subject:
            raise if_others("userinfo names another user than the token")
        return user


def _bearer_token(credential: Credential) -> str:
    value = credential.reveal()
    if not BEARER_TOKEN.fullmatch(value):
        raise InvalidProviderToken("access token has not the form of one")
    return value


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
