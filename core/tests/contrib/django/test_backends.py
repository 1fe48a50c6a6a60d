"""`authenticate(request, provider_token=…, connection=…)`, for sessions of Django's own."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from core.tests.contrib.django.shop import Shop, ShopUsers, log_in
from django.contrib.auth import aauthenticate, authenticate, get_user, login
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import RequestFactory, override_settings

from accredit.contrib.django import exchange
from accredit.contrib.django.backends import ProviderTokenBackend
from accredit.contrib.django.models import Identity, Session
from accredit.errors import ProviderUnavailable

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def backend() -> Iterator[None]:
    backends = ["django.contrib.auth.backends.ModelBackend", "accredit.contrib.django.backends.ProviderTokenBackend"]
    with override_settings(AUTHENTICATION_BACKENDS=backends):
        yield


def person(token: str = "good-token", connection: str = "acme", **more: str) -> Any:
    return authenticate(_request(), provider_token=token, connection=connection, **more)


def _request() -> HttpRequest:
    request = RequestFactory().post("/sign-in")
    request.session = SessionStore()
    return request


def test_a_providers_token_gives_its_user_and_issues_nothing() -> None:
    user = person()
    assert user == User.objects.get() == Identity.objects.get().user
    assert Session.objects.count() == 0


def test_it_is_the_user_that_the_endpoints_know() -> None:
    log_in()
    assert person() == User.objects.get()


def test_a_token_secret_goes_with_the_token() -> None:
    assert person(connection="globex", secret="s") == User.objects.get()


def test_the_adapter_gets_the_request() -> None:
    person()
    assert {request.path for _, request, *_ in ShopUsers.asked} == {"/sign-in"}


@pytest.mark.parametrize(
    ("token", "connection"),
    [("wrong", "acme"), ("foreign-token", "acme"), ("good-token", "unheard-of"), ("a b", "acme")],
)
def test_what_is_no_good_is_nobody(token: str, connection: str) -> None:
    assert person(token, connection) is None
    assert User.objects.count() == 0


def test_django_tells_of_a_failure_without_the_token() -> None:
    told: list[Any] = []

    def receive(**values: Any) -> None:
        told.append(values["credentials"])

    user_login_failed.connect(receive)
    try:
        person("wrong")
    finally:
        user_login_failed.disconnect(receive)
    assert told == [{"provider_token": "********************", "connection": "acme"}]


def test_an_inactive_user_is_refused() -> None:
    person()
    User.objects.update(is_active=False)
    assert person() is None


def test_a_blocked_user_is_refused() -> None:
    exchange().subjects.block(str(person().pk))
    assert person() is None


def test_a_user_whom_the_adapter_does_not_let_in_is_refused() -> None:
    ShopUsers.may = lambda _: False
    assert person() is None


def test_an_adapter_that_refuses_ends_the_search() -> None:
    def create(*_: Any) -> User:
        raise PermissionDenied("customers only")

    ShopUsers.creates = create
    with pytest.raises(PermissionDenied, match="customers only"):
        ProviderTokenBackend().authenticate(_request(), provider_token="good-token", connection="acme")
    assert person() is None


def test_a_provider_that_is_down_is_no_wrong_token(shop: Shop) -> None:
    shop.provider.error = httpx.ConnectError("down")
    with pytest.raises(ProviderUnavailable):
        person()


def test_a_session_of_djangos_finds_its_user_until_it_is_deactivated() -> None:
    request = _request()
    login(request, person())
    assert get_user(request) == User.objects.get()
    User.objects.update(is_active=False)
    assert get_user(request).is_anonymous


def test_asynchronous_views_authenticate_too() -> None:
    async def ask() -> Any:
        return await aauthenticate(_request(), provider_token="good-token", connection="acme")

    assert async_to_sync(ask)() == User.objects.get()


def test_a_blocked_user_is_out_of_djangos_session_at_once() -> None:
    request = _request()
    user = person()
    login(request, user)
    assert get_user(request) == user
    exchange().subjects.block(str(user.pk))
    assert get_user(request).is_anonymous
    exchange().subjects.unblock(str(user.pk))
    assert get_user(request) == user
