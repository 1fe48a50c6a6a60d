"""A strategy that takes credentials of every kind, and remembers what it was given."""

from collections.abc import Mapping
from typing import Any, ClassVar

from core.tests.acme import API_URL, Acme, AcmeSettings

from accredit import CodeExchanged, Verification, VerifyContext
from accredit.credentials import AuthorizationCode, Credential, IdToken
from accredit.settings import CodeSettings

A_JWT = "eyJhbGciOiJSUzI1NiJ9.e30.x"
URI = "https://app.example.com/callback"
VERIFIER = "v" * 43


class CodesSettings(AcmeSettings, CodeSettings):
    """Acme's, for codes too."""


class EveryKind(Acme):
    """It believes everything, and says which kind it was given."""

    settings_type = CodesSettings
    accepts = frozenset({"access_token", "id_token", "code", "signed_payload"})
    reads: ClassVar[Mapping[str, int]] = {"device_name": 10, "id_token": 1000}
    given: ClassVar[list[Credential]] = []

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        type(self).given.append(credential)
        if isinstance(credential, IdToken | AuthorizationCode):
            ctx.check_nonce(None)
        return Verification(user_id="1000", audience=self.proof(credential), claims={})

    def proof(self, credential: Credential) -> Any:
        return CodeExchanged("acme-app")


class OnlyCodes(EveryKind):
    """It redeems them by a call."""

    accepts = frozenset({"code"})
    given: ClassVar[list[Credential]] = []

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.get(f"{API_URL}/token")
        return await super().verify(credential, ctx)
