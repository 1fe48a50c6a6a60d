"""Verify an access token by two calls, or an ID token: ES256 by published keys, or HS256 by the channel's secret.

An ID token's header never chooses between the two: which one it is, the operator says by the strategy.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from accredit import AppBound, Assurance, Email, Profile, Strategy, Verification, VerifyContext
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderRateLimited, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.settings import AppId, AppSecret, BaseUrl, ConnectionSettings, HttpsUrl
from accredit.strategy import ProviderResponse, Trait, VerifiedIdToken, in_order
from accredit.text import email_address, text, web_url

ISSUER = "https://access.linea.example"
_REFERENCE = "https://developers.line.biz/en/reference/line-login/#verify-access-token"
VERIFY_ERRORS: Mapping[str, Line] = {"invalid_request": Line(InvalidProviderToken, _REFERENCE)}
PROFILE_ERRORS: Mapping[str, Line] = {"invalid_token": Line(InvalidProviderToken, _REFERENCE)}


class WebSettings(ConnectionSettings):
    """One channel, which its users reach on the web."""

    channel_id: AppId
    channel_secret: AppSecret
    api_url: BaseUrl = "https://api.linea.example"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.channel_id})


class LineaSettings(WebSettings):
    """One channel, which its users reach by apps."""

    jwks_url: HttpsUrl = "https://api.linea.example/oauth2/v2.1/certs"


SettingsT = TypeVar("SettingsT", bound=WebSettings)


class _Linea(Strategy[SettingsT]):
    user_id_scope = "issuer"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if token.is_jwt:
            id_token = await self.verify_id_token(token, ctx)
            return Verification(
                user_id=id_token.subject,
                audience=id_token.audience,
                claims=id_token.claims,
                expires_at=id_token.expires_at,
            )
        grant, profile = await in_order(self._grant(token, ctx), self._profile(token, ctx))
        channel_id, user_id, left_s = grant.get("client_id"), profile.get("userId"), grant.get("expires_in")
        if not isinstance(channel_id, str) or not isinstance(user_id, str) or type(left_s) is not int:
            raise ProviderUnavailable("client_id or userId is no text, or expires_in no number")
        if left_s <= 0:
            raise InvalidProviderToken("the token has expired")
        return Verification(user_id=user_id, audience=AppBound(channel_id), claims=profile)

    @abstractmethod
    async def verify_id_token(self, token: Credential, ctx: VerifyContext) -> VerifiedIdToken: ...

    def normalize(self, verification: Verification) -> Profile:
        said = verification.claims
        address = email_address(said.get("email"))
        return Profile(
            name=text(said.get("name")) or text(said.get("displayName")),
            picture=web_url(said.get("picture")) or web_url(said.get("pictureUrl")),
            # It does not say that an address is verified.
            email=None if address is None else Email(address, Assurance.UNVERIFIED),
        )

    async def _grant(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        # The provider takes it in the query alone; core keeps queries out of every log.
        url = f"{self.settings.api_url}/oauth2/v2.1/verify"
        response = await ctx.http.get(url, params={"access_token": token.reveal()})
        return _read("verify", response, VERIFY_ERRORS, now=ctx.clock())

    async def _profile(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        response = await ctx.http.get(f"{self.settings.api_url}/v2/profile", headers=headers)
        return _read("profile", response, PROFILE_ERRORS, now=ctx.clock())


class LineaStrategy(_Linea[LineaSettings]):
    """Apps: keys are published."""

    name = "linea"
    settings_type = LineaSettings

    async def verify_id_token(self, token: Credential, ctx: VerifyContext) -> VerifiedIdToken:
        keys = self.settings.jwks_url
        return await ctx.verify_id_token(token, jwks_url=keys, issuers=(ISSUER,), algorithms=("ES256",))


class LineaWebStrategy(_Linea[WebSettings]):
    """The web: the channel's secret signs."""

    name = "linea-web"
    settings_type = WebSettings
    traits: ClassVar[frozenset[Trait]] = frozenset({"hs256"})

    async def verify_id_token(self, token: Credential, ctx: VerifyContext) -> VerifiedIdToken:
        secret = self.settings.channel_secret
        return await ctx.verify_id_token(token, secret=secret, issuers=(ISSUER,), algorithms=("HS256",))


def _read(call: str, response: ProviderResponse, table: Mapping[str, Line], *, now: float) -> dict[str, Any]:
    if response.status == 200:
        return response.json_object()
    wait_s = retry_after_s(response, now=now)
    if response.status == 429:
        raise ProviderRateLimited(f"{call}: status 429", retry_after_s=wait_s)
    code = response.object_or_empty().get("error")
    code = code if isinstance(code, str) else None
    raise refusal(table, code, call=call, response=response, retry_after_s=wait_s)
