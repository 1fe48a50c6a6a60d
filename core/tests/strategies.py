"""Small strategies, and a plugin object that brings any."""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import SecretStr

from accredit.audience import AppBound
from accredit.credentials import Credential
from accredit.hookspecs import hookimpl
from accredit.models import Verification
from accredit.profile import Profile
from accredit.settings import BaseUrl, ConnectionSettings
from accredit.strategy import Strategy, UserIdScope, VerifyContext

STRATEGY = """
from accredit.audience import AppBound
from accredit.hookspecs import hookimpl
from accredit.models import Verification
from accredit.profile import Profile
from accredit.settings import ConnectionSettings
from accredit.strategy import Strategy

class Settings(ConnectionSettings):
    app_id: str
    @property
    def accepted_audiences(self):
        return frozenset({self.app_id})

class Zeta(Strategy):
    name = "zeta"
    settings_type = Settings
    async def verify(self, token, ctx):
        return Verification(user_id="1", audience=AppBound("1"), claims={})
    def normalize(self, verification):
        return Profile()

@hookimpl
def strategies():
    return [Zeta]
"""
"""The module of a plugin that brings the strategy `zeta`."""


class AcmeSettings(ConnectionSettings):
    app_id: str
    app_secret: SecretStr = SecretStr("unset")
    most_friends: int = 1
    api_url: BaseUrl = "https://api.acme.example"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id})


class Acme(Strategy[AcmeSettings]):
    name = "acme"
    settings_type = AcmeSettings
    user_id_scope: ClassVar[UserIdScope] = "global"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        return Verification(user_id="1", audience=AppBound(self.settings.app_id), claims={})

    def normalize(self, verification: Verification) -> Profile:
        return Profile()


class Brings:
    """A plugin object with the given strategies."""

    def __init__(self, *classes: Any) -> None:
        self.classes = classes

    @hookimpl
    def strategies(self) -> Iterable[Any]:
        return self.classes
