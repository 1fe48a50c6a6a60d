"""A plugin whose strategy does what the token, or a setting, says; it calls nobody."""

import asyncio
import datetime as dt
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, SecretStr

from accredit import (
    AppBound,
    Assurance,
    CodeExchanged,
    Email,
    JwtAudience,
    Profile,
    SignedByUs,
    Strategy,
    Verification,
    VerifyContext,
    hookimpl,
)
from accredit.credentials import AuthorizationCode, Credential
from accredit.errors import (
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken
from accredit.settings import BaseUrl, CodeSettings
from accredit.strategy import ApiVersion


class ScriptedSettings(CodeSettings):
    app_id: str
    app_secret: Annotated[SecretStr, Field(min_length=1)] = SecretStr("scripted-app-secret")
    api_url: BaseUrl = "http://127.0.0.1:9"
    mood: str = ""
    days_left: int | None = None

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id})


class ScriptedStrategy(Strategy[ScriptedSettings]):
    name = "scripted"
    settings_type = ScriptedSettings
    accepts = frozenset({"access_token", "id_token", "code"})
    reads = MappingProxyType({"device_id": 20})

    @property
    def api_version(self) -> ApiVersion | None:
        days, source = self.settings.days_left, "https://scripted.example/versions"
        match self.settings.mood:
            case "unversioned":
                return None
            case "broken version":
                raise RuntimeError
            case "unknown version":
                return ApiVersion("v9", None, source, is_known=False)
        today = dt.datetime.now(dt.UTC).date()
        return ApiVersion("v7", None if days is None else today + dt.timedelta(days), source)

    async def check_credentials(self, ctx: VerifyContext) -> None:
        secret = self.settings.app_secret.get_secret_value()
        match self.settings.mood:
            case "call":
                await ctx.http.get(f"{self.settings.api_url}/me")
            case "misconfigured":
                raise ProviderMisconfigured(f"wrong: {secret}")
            case "exhausted":
                raise ProviderQuotaExhausted("24 hours")
            case "unlisted":
                raise UnlistedRefusal("app", 4711, status=400)
            case "unavailable":
                raise ProviderUnavailable("down")
            case "exit":
                raise SystemExit(0)
            case "astray":
                await ctx.http.get("https://elsewhere.example/")
            case "crash":
                raise RuntimeError(secret)
            case "hang":
                await asyncio.Event().wait()

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        return None

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        said = f"{token.reveal()} {self.settings.app_secret.get_secret_value()}"
        proof: Any = AppBound("123")
        if isinstance(token, AuthorizationCode):
            if token.parameter("device_id") != "device-of-login":
                raise InvalidProviderToken(f"{token.parameter('device_id')} is not of the code {said}")
            proof = CodeExchanged("123")
            if token.reveal() == "nonce-code":
                ctx.check_nonce("nonce-of-login")
        match token.reveal():
            case "limited-token":
                raise ProviderRateLimited("code 4", retry_after_s=7)
            case "misconfigured-token":
                raise ProviderMisconfigured(said)
            case "crash-token":
                raise RuntimeError(said)
            case "nothing-token":
                return None  # type: ignore[return-value] # what a strategy must not do
            case "secretless-token":
                raise MissingParameter("access_token_secret")
            case "mixed-token":
                proof = JwtAudience(("123", "456"), "789")
            case "signed-token:its-secret":
                proof = SignedByUs("123")
            case "nonce-token":
                if token.nonce is None or token.nonce.get_secret_value() != "nonce-of-login":
                    raise InvalidProviderToken(f"nonce differs from {said}")
        claims = {"name": "Ada\x1b[2J\u202e Lovelace"}
        return Verification(user_id="1", audience=proof, claims=claims, expires_at=10**18, scopes=frozenset({"b", "a"}))

    def normalize(self, verification: Verification) -> Profile:
        return Profile(name=verification.claims["name"], email=Email("ada@example.com", Assurance.UNVERIFIED))


@hookimpl
def strategies() -> list[type[ScriptedStrategy]]:
    return [ScriptedStrategy]
