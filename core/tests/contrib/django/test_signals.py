"""What has happened is told by Django's signals, once it is committed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from core.tests.contrib.django.shop import Shop, log_in, open_shop, refresh, userinfo
from django.contrib.auth.models import User
from django.db import transaction
from django.dispatch import Signal
from django.test import AsyncClient, Client, TestCase

from accredit.contrib.django import exchange, signals

pytestmark = pytest.mark.usefixtures("shop")


Told = list[dict[str, Any]]


@contextmanager
def received(*signals: Signal) -> Iterator[list[Told]]:
    """Collect what each signal brings in the block, the transaction of which is committed."""
    got: list[Told] = [[] for _ in signals]
    receivers = [_receiver(told) for told in got]
    for signal, receive in zip(signals, receivers, strict=True):
        signal.connect(receive)
    try:
        with TestCase.captureOnCommitCallbacks(execute=True):
            yield got
    finally:
        for signal, receive in zip(signals, receivers, strict=True):
            signal.disconnect(receive)


def _receiver(told: Told) -> Callable[..., None]:
    def receive(**values: Any) -> None:
        told.append(values)

    return receive


def test_a_login_is_told_with_user_request_and_event() -> None:
    with received(signals.logged_in) as got:
        log_in()
    ((told,),) = got
    assert told["sender"] is User
    assert told["user"] == User.objects.get()
    assert told["request"].path == "/login/oauth/access_token"
    assert (told["event"].connection, told["event"].client_id) == ("acme", "app")


def test_a_login_that_is_refused_is_told_apart() -> None:
    with received(signals.login_failed, signals.logged_in) as (failed, accepted):
        log_in(access_token="wrong")
    assert [(told["user"], told["event"].reason) for told in failed] == [(None, "invalid_token")]
    assert accepted == []


def test_refresh_and_reuse_are_told() -> None:
    with open_shop(tokens={"leeway_s": 0}), received(signals.refreshed, signals.refresh_token_reused) as told:
        token = log_in().json()["refresh_token"]
        assert [refresh(token).status_code for _ in range(2)] == [200, 403]
    assert [[one["user"] for one in each] for each in told] == [[User.objects.get()]] * 2


def test_the_end_of_a_session_is_told_by_logout_and_by_the_project() -> None:
    with received(signals.session_ended) as (ended,):
        first, second = log_in().json(), log_in().json()
        body = {"client_id": "app", "token": first["refresh_token"]}
        Client().post("/login/oauth/revoke", body, content_type="application/json")
        session_id = exchange().authenticate(second["access_token"]).session_id
        exchange().subjects.end_session(session_id or "")
        assert [userinfo(one["access_token"]).status_code for one in (first, second)] == [401, 401]
    assert [told["user"] for told in ended] == [User.objects.get()] * 2


def test_links_are_told() -> None:
    with received(signals.identity_linked, signals.identity_unlinked) as (linked, unlinked):
        main = log_in().json()["access_token"]
        log_in(connection="globex", access_token_secret="s", main_access_token=main)
        exchange().subjects.unlink("globex", "77")
    assert [(told["event"].namespace, told["user"]) for told in (*linked, *unlinked)] == [
        ("globex", User.objects.get())
    ] * 2


def test_a_receiver_that_raises_changes_nothing() -> None:
    def receive(**_: Any) -> None:
        raise RuntimeError

    signals.logged_in.connect(receive)
    try:
        with TestCase.captureOnCommitCallbacks(execute=True):
            assert log_in().status_code == 200
    finally:
        signals.logged_in.disconnect(receive)


def test_what_is_rolled_back_is_not_told() -> None:
    with received(signals.logged_in) as (got,), transaction.atomic():
        log_in()
        transaction.set_rollback(True)
    assert got == []
    assert User.objects.count() == 0


def test_a_login_of_an_asynchronous_view_is_told_too() -> None:
    async def post() -> Any:
        body = {"client_id": "app", "access_token": "good-token", "connection": "acme"}
        return await AsyncClient().post("/login/oauth/access_token", body, content_type="application/json")

    with received(signals.logged_in) as (got,):
        async_to_sync(post)()
    assert [told["user"] for told in got] == [User.objects.get()]


def test_a_setting_that_changes_changes_the_exchange(shop: Shop) -> None:
    before = exchange()
    assert exchange() is before
    with open_shop(tokens={"access_ttl_s": 60}):
        assert exchange() is not before
        assert log_in().json()["expires_in"] == 60
    assert log_in().json()["expires_in"] == 86_400
