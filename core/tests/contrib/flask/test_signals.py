"""Signals: what has happened at the endpoints, told to receivers of the app in the thread of the request."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.contrib.flask.shop import extension, log_in, shop, token_of
from flask import Flask, request

from accredit.contrib.flask import identity_linked, logged_in, refreshed, session_ended

SIGNALS = (logged_in, refreshed, session_ended, identity_linked)
TOKEN = "/login/oauth/token"


@pytest.fixture
def app() -> Flask:
    return shop()


@pytest.fixture
def heard(app: Flask) -> Iterator[list[tuple[str, str]]]:
    """Names and subjects of the signals of `app`."""
    found: list[tuple[str, str]] = []

    def receiver(name: str) -> Any:
        def receive(sender: Flask, *, subject: str, event: Any) -> None:
            assert sender is app
            assert request.path.startswith("/login/")
            assert event.subject == subject
            found.append((name, subject))

        return receive

    receivers = {signal: receiver(signal.name) for signal in SIGNALS}
    for signal, receive in receivers.items():
        signal.connect(receive, sender=app, weak=False)
    yield found
    for signal, receive in receivers.items():
        signal.disconnect(receive, sender=app)


Heard = list[tuple[str, str]]


def refresh(app: Flask, token: str) -> int:
    body = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": token}
    return app.test_client().post(TOKEN, json=body).status_code


def test_a_login_is_told(app: Flask, heard: Heard) -> None:
    log_in(app)
    assert heard == [("logged-in", "acme|1000")]


def test_a_login_that_is_refused_is_not(app: Flask, heard: Heard) -> None:
    log_in(app, access_token="bad-token")
    log_in(app, client_id="nobody")
    app.test_client().get("/login/healthz")
    assert heard == []


def test_a_refresh_is_told(app: Flask, heard: Heard) -> None:
    assert refresh(app, log_in(app).get_json()["refresh_token"]) == 200
    assert refresh(app, "x") == 403
    assert heard == [("logged-in", "acme|1000"), ("refreshed", "acme|1000")]


def test_a_refresh_token_that_is_used_twice_ends_the_session(heard: Heard, app: Flask) -> None:
    settings = {"clients": {"app": {"leeway_s": 0}}}
    strict = shop(settings=settings)
    found: list[str] = []

    def receive(sender: Flask, *, subject: str, event: Any) -> None:
        found.append(event.name)

    with session_ended.connected_to(receive, sender=strict):
        token = log_in(strict).get_json()["refresh_token"]
        assert [refresh(strict, token), refresh(strict, token)] == [200, 403]
    assert found == ["token.refused"]
    assert heard == [], "the signals of another app"


def test_a_logout_is_told_and_one_of_nothing_is_not(app: Flask, heard: Heard) -> None:
    token = token_of(app)
    heard.clear()
    for given in (token, "x"):
        body = {"client_id": "app", "token": given}
        assert app.test_client().post("/login/oauth/revoke", json=body).status_code == 200
    assert heard == [("session-ended", "acme|1000")]


def test_another_login_of_a_user_is_told(app: Flask, heard: Heard) -> None:
    log_in(app, connection="globex", access_token_secret="secret", main_access_token=token_of(app))
    assert ("identity-linked", "acme|1000") in heard


def test_receivers_run_in_the_thread_of_the_request(app: Flask) -> None:
    threads = []

    def receive(sender: Flask, **_: Any) -> None:
        threads.append(threading.get_ident())

    with logged_in.connected_to(receive, sender=app):
        log_in(app)
    assert threads == [threading.get_ident()]


def test_a_receiver_that_fails_is_logged_and_the_user_is_logged_in(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def receive(sender: Flask, **_: Any) -> None:
        raise LookupError("no such mailbox")

    with logged_in.connected_to(receive, sender=app):
        assert log_in(app).status_code == 200
    [record] = [one for one in caplog.records if one.name == "shop"]
    assert record.getMessage() == "a receiver of the signal 'logged-in' failed"


def test_what_the_host_does_itself_sends_nothing(heard: Heard) -> None:
    accredit = extension()
    app = shop(accredit)
    log_in(app)
    app.extensions["accredit"].exchange.subjects.block("acme|1000")
    assert heard == []
