"""The decision trace: what was checked, in which order, and where it ended."""

import asyncio
from typing import Any

import httpx
import pytest
from core.tests.acme import acme_raising, acme_that
from core.tests.bench import Bench, bench, good_request

from accredit import ExchangeRequest, ProviderToken, hookimpl
from accredit.audit.events import Check, TrailEvent
from accredit.audit.log_lines import compact
from accredit.errors import AccessDenied, WrongAudience

FIRST_HALF = ["verify", "check_audience", "check_user_hint", "normalize"]
ALL = [
    "authenticate_client",
    "find_connection",
    "allow_connection",
    "check_bearer",
    "check_main_token",
    "grant_scopes",
    "grant_audience",
    "check_limits",
    *FIRST_HALF,
    "resolve_subject",
    "check_subject_limit",
    "authorize",
    "claims",
    "build_claims",
    "sign_tokens",
    "confirm_subject",
    "link",
    "issue",
]


def names(event: TrailEvent) -> list[str]:
    return [check.name for check in event.checks]


async def test_an_accepted_exchange_has_passed_every_check_in_order(wire: Bench) -> None:
    await wire.post(scope="openid offline_access")

    assert names(wire.event) == ALL
    assert {check.verdict for check in wire.event.checks} == {"passed"}


async def test_the_durations_add_up_to_no_more_than_the_exchange(wire: Bench) -> None:
    await wire.post()

    assert all(check.duration_ms >= 0 for check in wire.event.checks)
    assert sum(check.duration_ms for check in wire.event.checks) <= wire.event.duration_ms


@pytest.mark.parametrize(
    ("parameters", "last"),
    [
        ({"access_token": ["x"]}, "parse"),
        ({"client_id": "nobody"}, "authenticate_client"),
        ({"connection": "nope"}, "find_connection"),
        ({"connection": "acme-game"}, "allow_connection"),
        ({"client_id": "strict"}, "check_bearer"),
        ({"audience": "https://their.example"}, "grant_audience"),
        ({"access_token": "bad"}, "verify"),
        ({"access_token": "foreign-token"}, "check_audience"),
        ({"user_id": "2"}, "check_user_hint"),
    ],
)
async def test_a_refusal_is_the_last_checks_and_none_follows(
    wire: Bench, parameters: dict[str, Any], last: str
) -> None:
    await wire.post(**parameters)

    assert [check.verdict for check in wire.event.checks] == ["passed"] * (len(wire.event.checks) - 1) + ["refused"]
    assert names(wire.event) == (["parse"] if last == "parse" else ALL[: ALL.index(last) + 1])


class Refusing:
    @hookimpl
    async def authorize(self) -> None:
        raise AccessDenied("not today")


class Broken:
    @hookimpl
    async def claims(self) -> None:
        raise RuntimeError


@pytest.mark.parametrize(
    ("plugin", "last", "verdict"), [(Refusing(), "authorize", "refused"), (Broken(), "claims", "failed")]
)
async def test_a_hook_that_ends_an_exchange_is_its_last_check(plugin: object, last: str, verdict: str) -> None:
    async with bench(plugins=[plugin]) as wire:
        await wire.post()

        assert wire.event.checks[-1][:2] == (last, verdict)


async def test_a_provider_in_trouble_is_a_failed_check() -> None:
    async with bench() as wire:
        wire.provider.error = httpx.ConnectError("down")
        await wire.post()

        assert wire.event.checks[-1][:2] == ("verify", "failed")


async def test_an_abandoned_exchange_was_left_where_it_was() -> None:
    arrived = asyncio.Event()

    async def verify(*_: object) -> None:
        arrived.set()
        await asyncio.Event().wait()

    async with bench(acme=acme_that(verify)) as wire:
        running = asyncio.create_task(wire.exchange(good_request()))
        await arrived.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

        assert (wire.event.reason, wire.event.checks[-1][:2]) == ("abandoned", ("verify", "abandoned"))


async def test_the_first_half_has_the_checks_of_the_first_half(wire: Bench) -> None:
    await wire.exchange.verify("acme", ProviderToken.of("good-token"))
    with pytest.raises(WrongAudience):
        await wire.exchange.verify("acme", ProviderToken.of("foreign-token"))

    assert [names(event) for event in wire.events] == [
        ["find_connection", *FIRST_HALF],
        ["find_connection", "verify", "check_audience"],
    ]


async def test_exchanges_at_once_have_checks_of_their_own(wire: Bench) -> None:
    requests: list[ExchangeRequest] = [good_request(), good_request(client_id="nobody")] * 5
    await asyncio.gather(*map(wire.exchange, requests), return_exceptions=True)

    assert sorted(len(event.checks) for event in wire.events) == [1] * 5 + [len(ALL)] * 5


async def test_the_log_line_names_the_check_that_refused(wire: Bench) -> None:
    await wire.post(access_token="foreign-token")
    [(_, line)] = wire.log.events()

    # What took a millisecond stands before it.
    assert line["checks"].split(",")[-1] == "check_audience:refused"


async def test_no_check_holds_what_a_strategy_says() -> None:
    async with bench(acme=acme_raising(RuntimeError("good-token"))) as wire:
        await wire.post()

        assert "good-token" not in repr(wire.event)


@pytest.mark.parametrize(
    ("checks", "line"),
    [
        ([], ""),
        ([Check("one", "passed", 0.9), Check("two", "passed", 0.0)], ""),
        ([Check("one", "passed", 1.0), Check("two", "passed", 151.7)], "one:1ms,two:152ms"),
        ([Check("one", "passed", 3.0), Check("two", "refused", 0.2)], "one:3ms,two:refused"),
        ([Check("one", "passed", 0.2), Check("two", "failed", 5000.0)], "two:5000ms:failed"),
    ],
)
def test_the_compact_form_keeps_what_took_time_and_what_ended_it(checks: list[Check], line: str) -> None:
    assert compact(checks) == line
