"""One audit event for every request, true and without secrets."""

from typing import Any

import httpx
import pytest
from core.tests.bench import URL, Bench, bench

from accredit import ExchangeEvent

REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({}, "ok"),
    ({"scope": "openid offline_access"}, "ok"),
    ({"client_id": None}, "missing_parameter"),
    ({"access_token": ["x"]}, "invalid_parameter"),
    ({"access_token": "é"}, "invalid_parameter"),
    ({"client_id": "nobody"}, "unknown_client"),
    ({"client_id": "no-exchange"}, "grant_not_allowed"),
    ({"connection": "nope"}, "connection_not_found"),
    ({"connection": "off"}, "connection_disabled"),
    ({"connection": "acme-game"}, "connection_disabled"),
    ({"client_id": "strict"}, "invalid_bearer"),
    ({"audience": "https://their.example"}, "invalid_target"),
    ({"access_token": "bad"}, "invalid_token"),
    ({"access_token": "foreign-token"}, "wrong_audience"),
    ({"user_id": "2"}, "wrong_audience"),
    ({"connection": "globex"}, "missing_parameter"),
]


@pytest.mark.parametrize(("parameters", "reason"), REQUESTS)
async def test_every_request_leaves_one_event(wire: Bench, parameters: dict[str, Any], reason: str) -> None:
    response = await wire.post(**parameters)

    assert (wire.event.reason, wire.event.status) == (reason, response.status_code)
    assert wire.event.outcome == ("accepted" if reason == "ok" else "refused")
    assert len(wire.log.lines) == 1


async def test_an_accepted_exchange_is_told_in_full(wire: Bench) -> None:
    await wire.post(scope="openid offline_access nonsense")
    event = wire.event
    [call] = event.calls

    assert (call.method, call.url, call.status) == ("GET", "https://api.acme.example/me", 200)
    assert call.duration_ms >= 0
    assert event.duration_ms >= call.duration_ms
    assert event == ExchangeEvent(
        outcome="accepted",
        reason="ok",
        status=200,
        client_id="app",
        connection="acme",
        strategy="acme",
        subject="acme|1000",
        session_id=event.session_id,
        scopes=("openid", "offline_access"),
        audience_proof="AppBound",
        verified_by="provider",
        checks=event.checks,
        calls=event.calls,
        duration_ms=event.duration_ms,
    )


async def test_the_log_line_says_the_same(wire: Bench) -> None:
    await wire.post(scope="openid")
    [(level, line)] = wire.log.events()

    [call] = line.pop("calls")
    assert call.pop("duration_ms") >= 0
    assert call == {"method": "GET", "url": "https://api.acme.example/me", "status": 200}
    assert line.pop("duration_ms") == round(wire.event.duration_ms, 1)
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("session_id") == wire.event.session_id
    line.pop("checks", None)  # what took a millisecond, which is not for a test to say
    assert level == "info"
    assert line == {
        "event": "exchange.accepted",
        "level": "info",
        "reason": "ok",
        "status": 200,
        "client_id": "app",
        "connection": "acme",
        "strategy": "acme",
        "subject": "acme|1000",
        "scopes": ["openid"],
        "audience_proof": "AppBound",
        "verified_by": "provider",
        "unbound": False,
        "alert": False,
    }


async def test_names_nobody_configured_are_not_repeated(wire: Bench) -> None:
    # They may be a token in the wrong field.
    await wire.post(client_id="misplaced-1", connection="misplaced-2")
    await wire.post(connection="misplaced-3")

    assert "misplaced" not in repr(wire.events) + repr(wire.log.lines)
    assert [event.client_id for event in wire.events] == ["", "app"]


async def test_a_method_that_is_refused_and_a_preflight_are_no_exchanges(wire: Bench) -> None:
    await wire.client.get(URL)
    await wire.client.options(URL)

    assert wire.events == []


async def test_an_unreachable_provider_is_told_with_each_of_its_calls() -> None:
    async with bench() as wire:
        wire.provider.error = httpx.ConnectError("no route to 10.0.0.1")
        response = await wire.post()

        assert response.status_code == 503
        attempts = 1 + wire.exchange.settings.limits.provider_retries
        told = [(call.url, call.status) for call in wire.event.calls]
        assert told == [("https://api.acme.example/me", None)] * attempts
        assert (wire.event.outcome, wire.event.detail) == ("failed", "call failed: ConnectError")
