"""A shop in Django, for the tests of this room: its settings, its provider, its users, and what its visitors send."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from core.tests.acme import Acme, Brings, Globex, Provider
from core.tests.bench import GOOD, SETTINGS, Clock, ListLogger, merged, signing_key
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.test import Client, override_settings

from accredit.contrib.django import UserAdapter
from accredit.keys import SigningKeys
from accredit.models import Identity

ISSUER = "https://shop.example.com/login/"
LOGIN = "/login/oauth/access_token"
TOKEN = "/login/oauth/token"
ALL_SCOPES = "openid profile email offline_access read:orders"


class ShopUsers(UserAdapter):
    """The adapter of the shop; a test may replace what its methods do."""

    asked: ClassVar[list[tuple[Any, ...]]] = []
    creates: ClassVar[Callable[..., AbstractBaseUser] | None] = None
    may: ClassVar[Callable[..., bool] | None] = None
    says: ClassVar[Mapping[str, Any]] = {}

    def create(self, request: HttpRequest | None, identity: Identity) -> AbstractBaseUser:
        self.asked.append(("create", request, identity))
        creates = type(self).creates
        return super().create(request, identity) if creates is None else creates(request, identity)

    def may_log_in(self, request: HttpRequest | None, user: AbstractBaseUser, *, is_refresh: bool) -> bool:
        self.asked.append(("may_log_in", request, user, is_refresh))
        may = type(self).may
        return super().may_log_in(request, user, is_refresh=is_refresh) if may is None else may(user)

    def claims(self, user: AbstractBaseUser) -> Mapping[str, Any]:
        return {**super().claims(user), **self.says}


class Shop:
    """What a test looks at."""

    def __init__(self) -> None:
        self.provider = Provider()
        self.clock = Clock()
        self.log = ListLogger()

    def settings(self, **more: Any) -> dict[str, Any]:
        tables = merged({name: table for name, table in SETTINGS.items() if name != "storage"}, {"issuer": ISSUER})
        parts = {
            "plugins": [Brings(Acme, Globex)],
            "transport": self.provider,
            "keys": SigningKeys([signing_key("ES256")]),
            "clock": self.clock,
            "monotonic": self.clock.monotonic,
            "logger": self.log,
        }
        own = {"users": "core.tests.contrib.django.shop.ShopUsers", "parts": parts}
        return merged({**tables, **own}, more)


@contextmanager
def open_shop(**more: Any) -> Iterator[Shop]:
    """Open the shop, with other settings where a test says so."""
    shop = Shop()
    ShopUsers.asked.clear()
    ShopUsers.creates, ShopUsers.may, ShopUsers.says = None, None, {}
    with override_settings(ACCREDIT=shop.settings(**more)):
        yield shop


def log_in(client: Client | None = None, **changed: Any) -> Any:
    """Post the good request, changed; what is None is left out."""
    body = {name: value for name, value in {**GOOD, "scope": ALL_SCOPES, **changed}.items() if value is not None}
    return (client or Client()).post(LOGIN, body, content_type="application/json")


def refresh(refresh_token: str, **changed: Any) -> Any:
    """Post a refresh."""
    body = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": refresh_token, **changed}
    return Client().post(TOKEN, body, content_type="application/json")


def userinfo(access_token: str) -> Any:
    """Ask whose token it is."""
    return Client().get("/login/userinfo", headers={"authorization": f"Bearer {access_token}"})
