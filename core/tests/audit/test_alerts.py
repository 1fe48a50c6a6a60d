"""Alerts that every login could raise: the first of an hour is one, the others are events as any."""

from collections.abc import Callable

import pytest
from core.tests.acme import acme_raising, acme_that
from core.tests.bench import Bench, bench

from accredit.audit.alerts import INTERVAL_S, MOST_KEYS, AlertLimit
from accredit.audit.operations import circuit_changed
from accredit.audit.trail import Trail
from accredit.credentials import Credential
from accredit.errors import ExchangeError, ProviderMisconfigured, ProviderQuotaExhausted, UnlistedRefusal
from accredit.strategy import VerifyContext

UNLISTED: Callable[[], ExchangeError] = lambda: UnlistedRefusal("me", 4711, status=403)  # noqa: E731 - beside the class
EXHAUSTED = ProviderQuotaExhausted


def alerts(wire: Bench) -> list[bool]:
    return [event.alert for event in wire.events]


@pytest.mark.parametrize(("make", "status"), [(UNLISTED, 401), (EXHAUSTED, 503)])
async def test_one_thing_is_one_alert_an_hour(make: Callable[[], ExchangeError], status: int) -> None:
    async with bench(acme=acme_raising(make())) as wire:
        for _ in range(3):
            assert (await wire.post()).status_code == status
        wire.clock.advance(INTERVAL_S - 1)
        await wire.post()
        wire.clock.advance(1)
        await wire.post()
        await wire.post()
        assert alerts(wire) == [True, False, False, False, True, False]
        assert [level for level, _ in wire.log.lines] == ["critical", "info", "info", "info", "critical", "info"]
        assert len({event.detail for event in wire.events}) == 1


async def test_an_unlisted_refusal_looks_as_any_other_outside() -> None:
    async with bench(acme=acme_raising(UNLISTED())) as wire:
        response = await wire.post()
        assert response.json() == {
            "error": "invalid_request",
            "error_description": "invalid access_token: invalid_token",
        }
        assert (wire.event.reason, wire.event.detail) == (
            "unlisted_refusal",
            "me: no line for code 4711, status 403",
        )


async def test_other_codes_calls_and_connections_are_alerts_of_their_own() -> None:
    refusals = [("me", 1), ("me", 2), ("inspect", 1), ("me", 1), ("me", 2), ("inspect", 1)]

    async def verify(_: Credential, __: VerifyContext) -> None:
        call, code = refusals.pop(0)
        raise UnlistedRefusal(call, code, status=400)

    async with bench(acme=acme_that(verify)) as wire:
        while refusals:
            await wire.post()
        assert alerts(wire) == [True, True, True, False, False, False]


async def test_a_new_code_in_every_answer_is_no_flood_of_alerts() -> None:
    codes = iter(range(10 * MOST_KEYS))

    async def verify(_: Credential, __: VerifyContext) -> None:
        raise UnlistedRefusal("me", next(codes), status=400)

    async with bench(acme=acme_that(verify)) as wire:
        for _ in range(MOST_KEYS + 5):
            await wire.post()
        assert alerts(wire) == [True] * MOST_KEYS + [False] * 5
        wire.clock.advance(INTERVAL_S)
        await wire.post()
        assert alerts(wire)[-1] is True


def test_new_codes_of_one_connection_hide_no_alert_of_another() -> None:
    limit = AlertLimit(lambda: 0)

    def is_raised(connection: str, error: ExchangeError) -> bool:
        trail = Trail()
        trail.connection = connection
        return limit.limit(trail.event(error)).alert

    assert [is_raised("octo", UnlistedRefusal("me", code, status=400)) for code in range(MOST_KEYS + 1)][-2:] == [
        True,
        False,
    ]
    assert [is_raised("acme", ProviderQuotaExhausted()) for _ in range(2)] == [True, False]


async def test_what_only_we_can_mend_is_an_alert_each_time() -> None:
    async with bench(acme=acme_raising(ProviderMisconfigured())) as wire:
        await wire.post()
        await wire.post()
        assert alerts(wire) == [True, True]


def test_an_event_of_operation_that_is_no_news_is_told_less_loud() -> None:
    limit = AlertLimit(lambda: 0.0)
    events = [limit.limit(circuit_changed(name, "open", 0)) for name in ("acme", "acme", "globex")]
    assert [(event.alert, event.level) for event in events] == [
        (True, "critical"),
        (False, "error"),
        (True, "critical"),
    ]
