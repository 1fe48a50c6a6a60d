"""Views of a project that want an access token of ours."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from core.tests.contrib.django.shop import open_shop
from core.tests.contrib.django.visitors import bearer, make_user, token_of
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from django.views import View

from accredit import AccessToken
from accredit.contrib.django.host import exchange
from accredit.contrib.django.require import TokenRequiredMixin, require_token

pytestmark = pytest.mark.usefixtures("db")

API = "https://api.example.com"


@require_token("read:orders")
def orders(request: Any) -> JsonResponse:
    return JsonResponse({"user": request.user.pk, "subject": request.auth.subject})


@require_token("read:orders")
async def asynchronous_orders(request: Any) -> JsonResponse:
    return JsonResponse({"user": (await request.auser()).pk, "subject": request.auth.subject})


@require_token(audience=API)
def of_the_api(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


@require_token()
def of_anybody(request: Any) -> JsonResponse:
    return JsonResponse({"anonymous": request.user.is_anonymous})


@require_token(users_only=True)
def of_users(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


class Orders(TokenRequiredMixin, View):
    required_scope = "read:orders"

    def post(self, request: Any) -> JsonResponse:
        return JsonResponse({"user": request.user.pk})


urlpatterns = [
    path("orders", orders),
    path("async-orders", asynchronous_orders),
    path("class-orders", Orders.as_view()),
    path("api", of_the_api),
    path("anybody", of_anybody),
    path("users", of_users),
]


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with open_shop(), override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada() -> AbstractBaseUser:
    return make_user("ada")


def test_a_view_gets_the_user_and_what_the_token_says(ada: AbstractBaseUser) -> None:
    answer = Client().get("/orders", headers=bearer(token_of(ada)))
    assert (answer.status_code, answer.json()) == (200, {"user": ada.pk, "subject": str(ada.pk)})


@pytest.mark.parametrize("where", ["/orders", "/async-orders"])
def test_an_asynchronous_view_is_asked_for_as_any_other(ada: AbstractBaseUser, where: str) -> None:
    assert Client().get(where, headers=bearer(token_of(ada))).json()["user"] == ada.pk


@pytest.mark.parametrize("where", ["/orders", "/async-orders"])
def test_a_cache_of_the_site_tells_callers_apart(ada: AbstractBaseUser, where: str) -> None:
    assert "Authorization" in Client().get(where, headers=bearer(token_of(ada, "read:orders")))["Vary"]
    assert "Authorization" in Client().get(where)["Vary"]


def test_a_class_of_views_names_its_scope(ada: AbstractBaseUser) -> None:
    assert Client().post("/class-orders", headers=bearer(token_of(ada))).json() == {"user": ada.pk}
    assert Client().post("/class-orders", headers=bearer(token_of(ada, "openid"))).status_code == 403


@pytest.mark.parametrize("where", ["/orders", "/async-orders"])
@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (None, "Bearer"),
        ("Basic YTpi", "Bearer"),
        ("Bearer", 'Bearer error="invalid_token"'),
        ("Bearer nonsense", 'Bearer error="invalid_token"'),
    ],
)
def test_without_a_good_token_it_is_401(where: str, header: str | None, challenge: str) -> None:
    answer = Client().get(where, headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)
    assert answer.json()["error"] == "invalid_token"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("where", ["/orders", "/async-orders"])
def test_without_the_scope_it_is_403_and_says_which(ada: AbstractBaseUser, where: str) -> None:
    answer = Client().get(where, headers=bearer(token_of(ada, "openid")))
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="read:orders"'


def test_a_token_for_another_api_is_refused(ada: AbstractBaseUser) -> None:
    ours, apis = token_of(ada), token_of(ada, audience=API)
    assert Client().get("/api", headers=bearer(apis)).status_code == 204
    assert Client().get("/api", headers=bearer(ours)).status_code == 401
    assert Client().get("/orders", headers=bearer(apis)).status_code == 401


def test_the_token_decides_and_no_cookie(ada: AbstractBaseUser) -> None:
    browser = Client(enforce_csrf_checks=True)
    grace = make_user("grace")
    browser.force_login(grace)
    assert browser.post("/class-orders").status_code == 401
    assert browser.post("/class-orders", headers=bearer(token_of(ada))).json() == {"user": ada.pk}


def test_a_project_that_wants_a_login_everywhere_takes_the_token_for_one(ada: AbstractBaseUser) -> None:
    middleware = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    with override_settings(MIDDLEWARE=middleware):
        assert Client().get("/orders", headers=bearer(token_of(ada))).status_code == 200
        assert Client().post("/class-orders", headers=bearer(token_of(ada))).status_code == 200
        assert Client().get("/orders").status_code == 401


def test_a_token_in_the_url_or_in_a_form_is_not_read(ada: AbstractBaseUser) -> None:
    token = token_of(ada)
    assert Client().get("/orders", {"access_token": token}).status_code == 401
    assert Client().post("/class-orders", {"access_token": token}).status_code == 401


def test_an_ended_session_is_out_at_once(ada: AbstractBaseUser) -> None:
    token = token_of(ada)
    assert exchange().subjects.end_sessions(str(ada.pk)) == 1
    assert Client().get("/orders", headers=bearer(token)).status_code == 401


def test_a_user_who_is_not_active_is_out_at_once(ada: Any) -> None:
    token = token_of(ada)
    ada.is_active = False
    ada.save()
    for where in ("/orders", "/async-orders"):
        assert Client().get(where, headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("where", ["/anybody", "/users"])
def test_a_user_who_goes_while_the_token_is_looked_at_is_out(
    ada: AbstractBaseUser, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accredit.contrib.django.callers.user_of", lambda subject: None)
    assert Client().get(where, headers=bearer(token_of(ada))).status_code == 401


def test_a_clients_own_token_has_no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    own = AccessToken("svc@clients", "svc", "https://shop.example.com/login/", ("read:orders",))
    monkeypatch.setattr("accredit.sync.Exchange.authenticate", lambda *_, **__: own)
    assert Client().get("/anybody", headers=bearer("of-a-client")).json() == {"anonymous": True}
    refused = Client().get("/users", headers=bearer("of-a-client"))
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_under_asgi_both_kinds_of_views_work(ada: AbstractBaseUser) -> None:
    token = token_of(ada)

    async def get(where: str) -> Any:
        return json.loads((await AsyncClient().get(where, headers=bearer(token))).content)["user"]

    for where in ("/orders", "/async-orders"):
        # What Django runs in the thread of its requests is run in this one, as under any ASGI server.
        assert async_to_sync(get)(where) == ada.pk
