"""Access tokens of ours in Django Ninja."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from core.tests.contrib.django.shop import open_shop
from core.tests.contrib.django.visitors import bearer, make_user, token_of
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from ninja import NinjaAPI
from ninja.security import django_auth

from accredit.contrib.django.ninja import AccessTokenAuth, install
from accredit.errors import StorageFailed

pytestmark = pytest.mark.usefixtures("db")

api = NinjaAPI(auth=AccessTokenAuth(), urls_namespace="installed")
install(api)
bare = NinjaAPI(auth=AccessTokenAuth(), urls_namespace="bare")


@api.get("/orders", auth=AccessTokenAuth("read:orders"))
def orders(request: Any) -> dict[str, Any]:
    return {"user": request.user.pk, "client": request.auth.client_id}


@api.get("/async-orders", auth=AccessTokenAuth("read:orders"))
async def asynchronous_orders(request: Any) -> dict[str, Any]:
    return {"user": (await request.auser()).pk, "client": request.auth.client_id}


@api.get("/either", auth=[AccessTokenAuth(), django_auth])
def either(request: Any) -> dict[str, Any]:
    return {"user": request.user.pk}


@api.get("/fails")
def fails(request: Any) -> None:
    raise StorageFailed("down")


@bare.get("/orders", auth=AccessTokenAuth("read:orders"))
def bare_orders(request: Any) -> None:
    return None


urlpatterns = [path("api/", api.urls), path("bare/", bare.urls)]

BOTH = pytest.mark.parametrize("where", ["/api/orders", "/api/async-orders"])


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with open_shop(), override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada() -> AbstractBaseUser:
    return make_user("ada")


@BOTH
def test_a_token_with_the_scope_opens_an_operation(ada: AbstractBaseUser, where: str) -> None:
    answer = Client().get(where, headers=bearer(token_of(ada)))
    assert (answer.status_code, answer.json()) == (200, {"user": ada.pk, "client": "app"})


@BOTH
def test_under_asgi_too(ada: AbstractBaseUser, where: str) -> None:
    token = token_of(ada)

    async def get() -> Any:
        return json.loads((await AsyncClient().get(where, headers=bearer(token))).content)

    assert async_to_sync(get)() == {"user": ada.pk, "client": "app"}


@BOTH
def test_without_a_token_it_is_401(where: str) -> None:
    answer = Client().get(where)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json() == {"detail": "Unauthorized"}


@BOTH
@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense"])
def test_without_a_good_token_it_is_401_and_says_so(where: str, header: str) -> None:
    answer = Client().get(where, headers={"Authorization": header})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert answer.json()["error"] == "invalid_token"


@BOTH
def test_without_the_scope_it_is_403_and_says_which(ada: AbstractBaseUser, where: str) -> None:
    answer = Client().get(where, headers=bearer(token_of(ada, "openid")))
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="read:orders"'


def test_the_next_of_several_may_try_where_no_token_is_shown(ada: AbstractBaseUser) -> None:
    browser = Client()
    browser.force_login(ada)
    assert browser.get("/api/either").json() == {"user": ada.pk}
    assert browser.get("/api/either", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_what_an_operation_lets_through_is_answered_as_by_our_endpoints(ada: AbstractBaseUser) -> None:
    answer = Client().get("/api/fails", headers=bearer(token_of(ada)))
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


def test_an_api_that_was_not_told_refuses_all_the_same(ada: AbstractBaseUser) -> None:
    assert Client().get("/bare/orders", headers=bearer(token_of(ada, "openid"))).status_code == 403
    assert Client().get("/bare/orders", headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert Client().get("/bare/orders").status_code == 401


def test_the_documentation_shows_the_scheme() -> None:
    schemes = api.get_openapi_schema()["components"]["securitySchemes"]
    assert schemes["AccessTokenAuth"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
