"""Mistakes in a project's own code that would leave a view open without a word, and what stands around views."""

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from core.tests.contrib.django.shop import open_shop
from core.tests.contrib.django.visitors import bearer, make_user, token_of
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page
from ninja import NinjaAPI
from rest_framework.response import Response
from rest_framework.views import APIView

from accredit.contrib.django.drf import AccessTokenAuthentication, HasScope
from accredit.contrib.django.ninja import AccessTokenAuth
from accredit.contrib.django.require import TokenRequiredMixin, require_token

pytestmark = pytest.mark.usefixtures("db")


class Plain(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("served")


class Closed(TokenRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("served")


@method_decorator(require_token(), name="dispatch")
class Asynchronous(View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("served")


@cache_page(60)
@require_token()
def cached(request: Any) -> HttpResponse:
    return HttpResponse(f"for {request.auth.subject}")


class Framework(APIView):
    authentication_classes = (AccessTokenAuthentication,)
    permission_classes = (HasScope("read:orders"),)

    def get(self, request: Any) -> Response:
        return Response({"of": request.auth.subject})


api = NinjaAPI(urls_namespace="mistakes")


@api.get("/class", auth=AccessTokenAuth)
def class_of_auth(request: Any) -> str:
    return "served"


@api.get("/cached", auth=AccessTokenAuth())
def ninja_cached(request: Any) -> str:
    return "served"


urlpatterns = [
    path("closed", Closed.as_view(required_scope="write:everything")),
    path("async", Asynchronous.as_view()),
    path("cached", cached),
    path("drf", Framework.as_view()),
    path("api/", api.urls),
]

SITE_CACHE = override_settings(
    MIDDLEWARE=[
        "django.middleware.cache.UpdateCacheMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
)


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with open_shop(), override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada() -> AbstractBaseUser:
    return make_user("ada")


def test_a_decorator_without_brackets_is_told() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    for given in (view, ["read:orders"]):
        with pytest.raises(TypeError, match="require_token"):
            require_token(given)  # type: ignore[arg-type]  # the mistake


def test_a_mixin_that_stands_behind_the_view_is_told() -> None:
    with pytest.raises(TypeError, match="Behind: TokenRequiredMixin must stand before View"):
        type("Behind", (Plain, TokenRequiredMixin), {})


def test_what_as_view_is_given_counts(ada: AbstractBaseUser) -> None:
    assert Client().get("/closed", headers=bearer(token_of(ada))).status_code == 403


def test_a_ninja_class_without_brackets_opens_nothing() -> None:
    with pytest.raises(TypeError, match=r"write auth=AccessTokenAuth\(\), with brackets"):
        Client().get("/api/class")


def test_a_class_of_asynchronous_views_is_never_open(ada: AbstractBaseUser) -> None:
    @async_to_sync
    async def get(**headers: str) -> Any:
        return await AsyncClient(raise_request_exception=False).get("/async", headers=headers)

    for answer in (get(), get(authorization="Bearer wrong"), get(**bearer(token_of(ada)))):
        assert (answer.status_code, b"served" in answer.content) == (500, False)


def test_a_decorator_above_an_operation_is_told() -> None:
    own = NinjaAPI(urls_namespace="above")
    with pytest.raises(TypeError, match="put @require_token below the operation"):
        require_token()(own.get("/orders")(class_of_auth))


@pytest.mark.parametrize("where", ["/cached", "/drf", "/api/cached"])
def test_an_answer_to_a_token_is_for_nobody_else_even_where_a_project_caches(ada: AbstractBaseUser, where: str) -> None:
    with SITE_CACHE:
        first = Client().get(where, headers=bearer(token_of(ada, scope="read:orders")))
        assert first.status_code == 200, first.content
        assert Client().get(where).status_code in {401, 403}
