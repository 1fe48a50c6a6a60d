"""A plugin as somebody might install it: the strategy `fake`, and its simulated provider."""

import importlib
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, SecretStr

from accredit import (
    AppBound,
    ConnectionSettings,
    Profile,
    Strategy,
    Verification,
    VerifyContext,
    hookimpl,
)
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken
from accredit.settings import BaseUrl

if TYPE_CHECKING:
    from accredit.testing import Simulator


class FakeSettings(ConnectionSettings):
    app_id: Annotated[str, Field(min_length=1)]
    app_secret: Annotated[SecretStr, Field(min_length=1)]
    api_url: BaseUrl = "https://api.fake.example"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id})


class FakeStrategy(Strategy[FakeSettings]):
    name = "fake"
    settings_type = FakeSettings

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        answer = await ctx.http.get(f"{self.settings.api_url}/me", headers=headers)
        if answer.status == 401:
            raise InvalidProviderToken("status 401")
        body = answer.json_object()
        return Verification(user_id=body["id"], audience=AppBound(body["app"]), claims=body)

    def normalize(self, verification: Verification) -> Profile:
        return Profile(name=verification.claims["name"])


@hookimpl
def strategies() -> list[type[FakeStrategy]]:
    return [FakeStrategy]


@hookimpl
def simulators() -> list[type["Simulator"]]:
    simulator = importlib.import_module("accredit_fake_simulator")
    return [simulator.FakeSimulator]
