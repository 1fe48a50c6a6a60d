"""Access tokens of ours in Django REST framework."""

from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.contrib.django.shop import open_shop
from core.tests.contrib.django.visitors import bearer, make_user, token_of
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client, override_settings
from django.urls import path
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accredit.contrib.django.drf import AccessTokenAuthentication, HasScope, TokenHasScope
from accredit.errors import StorageFailed

pytestmark = pytest.mark.usefixtures("db")


class Own(APIView):
    authentication_classes: Any = (AccessTokenAuthentication, SessionAuthentication)

    def get(self, request: Request) -> Response:
        token: Any = request.auth
        return Response({"user": request.user.pk, "client": token and token.client_id})

    post = get


class Orders(Own):
    permission_classes = (HasScope("read:orders"),)


class NamedOrders(Own):
    permission_classes = (TokenHasScope,)
    required_scopes = ("openid", "read:orders")


class OrdersOrStaff(Own):
    permission_classes = (HasScope("read:orders") | IsAdminUser,)


class Unsaid(Own):
    permission_classes = (TokenHasScope,)
    required_scopes = "read:orders"


class OfUsers(Own):
    permission_classes = (IsAuthenticated,)


class OfTheApi(Own):
    class Authentication(AccessTokenAuthentication):
        audience = "https://api.example.com"

    authentication_classes = (Authentication,)


@api_view(["GET"])
@authentication_classes([AccessTokenAuthentication])
@permission_classes([HasScope("read:orders")])
def orders(request: Request) -> Response:
    return Response({"user": request.user.pk})


urlpatterns = [
    path("orders", Orders.as_view()),
    path("named", NamedOrders.as_view()),
    path("staff", OrdersOrStaff.as_view()),
    path("unsaid", Unsaid.as_view()),
    path("users", OfUsers.as_view()),
    path("api", OfTheApi.as_view()),
    path("function", orders),
]


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with open_shop(), override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada() -> AbstractBaseUser:
    return make_user("ada")


@pytest.mark.parametrize("where", ["/orders", "/named", "/staff", "/function", "/users"])
def test_a_token_with_the_scope_opens_a_view(ada: AbstractBaseUser, where: str) -> None:
    answer = Client().get(where, headers=bearer(token_of(ada)))
    assert (answer.status_code, answer.json()["user"]) == (200, ada.pk)


def test_the_request_has_what_the_token_says(ada: AbstractBaseUser) -> None:
    assert Client().get("/orders", headers=bearer(token_of(ada))).json() == {"user": ada.pk, "client": "app"}


@pytest.mark.parametrize("where", ["/orders", "/named", "/staff", "/function", "/users"])
@pytest.mark.parametrize(
    ("header", "challenge"),
    [(None, "Bearer"), ("Bearer nonsense", 'Bearer error="invalid_token"'), ("Bearer", 'Bearer error="invalid_token"')],
)
def test_without_a_good_token_it_is_401(where: str, header: str | None, challenge: str) -> None:
    answer = Client().get(where, headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)


@pytest.mark.parametrize("where", ["/orders", "/named", "/function"])
def test_without_the_scope_it_is_403_and_says_which(ada: AbstractBaseUser, where: str) -> None:
    answer = Client().get(where, headers=bearer(token_of(ada, "openid")))
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="read:orders"'
    assert answer.json() == {"detail": "the token lacks the scope read:orders"}


def test_another_permission_may_make_up_for_a_scope(ada: Any) -> None:
    token = token_of(ada, "openid")
    assert Client().get("/staff", headers=bearer(token)).status_code == 403
    ada.is_staff = True
    ada.save()
    assert Client().get("/staff", headers=bearer(token)).status_code == 200


def test_a_cookie_has_no_scopes(ada: AbstractBaseUser) -> None:
    browser = Client()
    browser.force_login(ada)
    assert browser.get("/users").json()["user"] == ada.pk
    assert browser.get("/orders").status_code == 403


def test_a_token_counts_before_a_cookie_and_needs_no_csrf_token(ada: AbstractBaseUser) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user("grace"))
    assert browser.post("/orders", headers=bearer(token_of(ada))).json()["user"] == ada.pk


def test_an_api_of_its_own_names_its_audience(ada: AbstractBaseUser) -> None:
    ours, apis = token_of(ada), token_of(ada, audience="https://api.example.com")
    assert Client().get("/api", headers=bearer(apis)).status_code == 200
    assert Client().get("/api", headers=bearer(ours)).status_code == 401
    assert Client().get("/orders", headers=bearer(apis)).status_code == 401


def test_a_user_who_is_not_active_is_out_at_once(ada: Any) -> None:
    token = token_of(ada)
    ada.is_active = False
    ada.save()
    assert Client().get("/orders", headers=bearer(token)).status_code == 401


def test_where_nobody_can_tell_it_is_503(ada: AbstractBaseUser, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(ada)

    def fail(*_: object, **__: object) -> None:
        error = StorageFailed("down")
        error.retry_after_s = 7
        raise error

    monkeypatch.setattr("accredit.sync.Exchange.authenticate", fail)
    answer = Client().get("/orders", headers=bearer(token))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")


def test_a_view_that_does_not_name_its_scopes_is_a_mistake(ada: AbstractBaseUser) -> None:
    with pytest.raises(TypeError, match="Unsaid: TokenHasScope needs required_scopes"):
        Client().get("/unsaid", headers=bearer(token_of(ada)))
