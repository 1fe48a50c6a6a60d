"""A provider's bad day, seen from the wire: who is asked, who is told what, and who does not notice."""

import asyncio
import errno
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx
import pytest
from core.tests.acme import ADA, ISSUER, Provider, acme_that, answer
from core.tests.bench import NOW, Bench, assert_refused, bench, merged

from accredit import AppBound, Verification, VerifyContext
from accredit.audit.events import OperationalEvent
from accredit.credentials import Credential
from accredit.errors import ProviderRateLimited
from accredit.provider.bounds.breaker import FIRST_REST_S
from accredit.provider.published import DEFAULT_MAX_AGE_S
from accredit.refusals import retry_after_s

UNAVAILABLE = (503, "temporarily_unavailable", "the identity provider is not available, try again later")
ONCE: Mapping[str, Any] = {"limits": {"provider_retries": 0, "breaker_outages": 3}, "connections": {"acme": {}}}
DOWN = httpx.ConnectError("refused")


def operations(wire: Bench) -> list[tuple[str, Mapping[str, Any]]]:
    return [(event.name, event.facts) for event in wire.heard if isinstance(event, OperationalEvent)]


def state(wire: Bench, connection: str = "acme") -> str:
    return wire.exchange.engine.providers.bounds[connection].breaker.state


def in_flight(wire: Bench, connection: str = "acme") -> int:
    return wire.exchange.engine.providers.bounds[connection].bulkhead.in_flight


async def break_down(wire: Bench, error: Exception = DOWN) -> None:
    """Let acme fail until its breaker opens, and forget all that."""
    wire.provider.error = error
    for _ in range(3):
        assert (await wire.post()).status_code == 503
    assert state(wire) == "open"
    wire.provider.requests.clear()


def id_token(provider: Provider, now: float = NOW) -> str:
    claims = {"iss": ISSUER, "aud": "acme-app", "sub": "1000", "iat": int(now), "exp": int(now) + 600}
    return provider.key.sign(claims, typ="JWT")


@pytest.mark.threat(18)
async def test_a_provider_that_is_down_is_not_asked_any_more_until_a_probe_finds_it_back() -> None:
    async with bench(ONCE) as wire:
        await break_down(wire)
        wire.events.clear()
        response = await wire.post()
        assert_refused(response, *UNAVAILABLE)
        assert response.headers["retry-after"] == "1"
        assert (wire.event.reason, wire.event.alert, wire.event.calls) == ("circuit_open", False, ())
        assert wire.provider.requests == []
        wire.provider.error = None
        wire.clock.advance(FIRST_REST_S)
        assert (await wire.post()).status_code == 200
        assert (await wire.post()).status_code == 200
        assert operations(wire) == [
            ("connection.circuit_opened", {}),
            ("connection.circuit_closed", {"refused": 1}),
        ]


@pytest.mark.parametrize("error", [DOWN, httpx.ReadError("reset"), httpx.RemoteProtocolError("nonsense"), EOFError()])
async def test_no_answer_is_an_outage(error: Exception) -> None:
    async with bench(ONCE) as wire:
        await break_down(wire, error)


@pytest.mark.parametrize(
    ("status", "is_outage"),
    [(502, True), (503, True), (504, True)]
    + [(status, False) for status in (200, 302, 400, 401, 403, 404, 429, 500, 501)],
)
async def test_of_the_answers_only_those_of_a_gateway_without_its_server_are_outages(
    status: int, is_outage: bool
) -> None:
    async def ask(_: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.get("https://api.acme.example/me")
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA)

    async with bench(ONCE, acme=acme_that(ask)) as wire:
        for _ in range(5):
            wire.provider.answer = answer(status, {})
            await wire.post()
        assert state(wire) == ("open" if is_outage else "closed")


async def test_a_gateway_is_without_its_server_whatever_it_packs_that_in() -> None:
    async with bench(ONCE) as wire:
        for _ in range(3):
            wire.provider.answer = answer(503, {}, **{"content-encoding": "br"})
            assert (await wire.post()).status_code == 503
        assert state(wire) == "open"


@pytest.mark.threat(18)
@pytest.mark.parametrize("status", [302, 500])
async def test_an_odd_token_that_the_provider_stumbles_over_does_not_keep_the_others_out(status: int) -> None:
    async with bench(ONCE) as wire:
        await break_down(wire)
        wire.provider.error, wire.provider.answer = None, answer(status, {})
        wire.clock.advance(FIRST_REST_S)
        assert (await wire.post(access_token="odd")).status_code >= 500
        assert state(wire) == "closed"
        wire.provider.answer = answer(501, {})
        await break_down(wire)
        wire.provider.error = None
        wire.clock.advance(FIRST_REST_S)
        await wire.post()
        assert state(wire) == "open"


async def test_our_own_want_of_descriptors_is_no_outage() -> None:
    async with bench(ONCE) as wire:
        wire.provider.error = OSError(errno.EMFILE, "too many open files")
        for _ in range(5):
            await wire.post()
        assert {event.reason for event in wire.events} == {"out_of_descriptors"}
        assert state(wire) == "closed"


@pytest.mark.threat(22)
async def test_an_id_token_whose_keys_are_at_hand_logs_in_whatever_the_breaker_says() -> None:
    async with bench(ONCE) as wire:
        assert (await wire.post(access_token=id_token(wire.provider))).status_code == 200
        await break_down(wire)
        assert (await wire.post(access_token=id_token(wire.provider))).status_code == 200
        assert state(wire) == "open"


@pytest.mark.threat(22)
async def test_key_sets_that_cannot_be_fetched_open_nothing() -> None:
    async with bench(ONCE) as wire:
        wire.provider.error = DOWN
        for _ in range(5):
            assert (await wire.post(access_token=id_token(wire.provider))).status_code == 503
            wire.clock.advance(60)
        assert len(wire.provider.requests) == 5
        assert state(wire) == "closed"


async def _hang(request: httpx.Request) -> httpx.Response:
    if request.url.host.startswith("api.globex"):
        return answer(200, {"id": "77", "screen_name": "hank"})
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.threat(18)
@pytest.mark.parametrize("limit", ["provider_timeout_s", "exchange_timeout_s"])
async def test_a_provider_that_hangs_is_an_outage_whosever_time_ends_first(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    async with bench(merged(ONCE, {"limits": {limit: 0.02}})) as wire:
        monkeypatch.setattr(wire.provider, "handle_async_request", _hang)
        responses = await asyncio.gather(*(wire.post(access_token=f"token-{number}") for number in range(5)))
        assert [response.status_code for response in responses] == [503] * 5
        assert state(wire) == "open"
        assert in_flight(wire) == 0


async def test_callers_who_leave_open_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench(ONCE) as wire:
        monkeypatch.setattr(wire.provider, "handle_async_request", _hang)
        for _ in range(5):
            task = asyncio.create_task(wire.post())
            while not in_flight(wire):  # noqa: ASYNC110 - nothing but this number tells
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            assert in_flight(wire) == 0
        assert state(wire) == "closed"


async def test_somebody_elses_use_of_the_time_is_no_outage_of_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    async def late(_: Credential, ctx: VerifyContext) -> Verification:
        await asyncio.sleep(0.15)
        await ctx.http.get("https://api.acme.example/me")
        raise AssertionError

    async with bench(merged(ONCE, {"limits": {"exchange_timeout_s": 0.2}}), acme=acme_that(late)) as wire:
        monkeypatch.setattr(wire.provider, "handle_async_request", _hang)
        responses = await asyncio.gather(*(wire.post(access_token=f"token-{number}") for number in range(5)))
        assert [response.status_code for response in responses] == [503] * 5
        assert state(wire) == "closed"


@pytest.mark.threat(18)
async def test_one_that_hangs_takes_its_share_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench(merged(ONCE, {"connections": {"acme": {"max_in_flight": 2}}})) as wire:
        monkeypatch.setattr(wire.provider, "handle_async_request", _hang)
        waiting = [asyncio.create_task(wire.post(access_token=f"token-{number}")) for number in range(2)]
        while in_flight(wire) < 2:  # noqa: ASYNC110 - nothing but this number tells
            await asyncio.sleep(0)
        response = await wire.post()
        assert_refused(response, *UNAVAILABLE)
        assert response.headers["retry-after"] == "1"
        assert (wire.event.reason, wire.event.calls) == ("connection_busy", ())
        assert (await wire.post(connection="globex", access_token_secret="s3cret")).status_code == 200
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert in_flight(wire) == 0


def _sequence(wire: Bench, monkeypatch: pytest.MonkeyPatch, *answers: httpx.Response | Exception) -> list[str]:
    """Let the provider answer so, one call after the other; return what it was asked."""
    left, asked = list(answers), list[str]()

    async def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        one = left.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    monkeypatch.setattr(wire.provider, "handle_async_request", handle)
    return asked


@pytest.mark.parametrize("failure", [answer(503, {}), DOWN], ids=["503", "not connected"])
async def test_a_call_that_changes_nothing_is_made_again_and_each_attempt_is_told(
    monkeypatch: pytest.MonkeyPatch, failure: httpx.Response | Exception
) -> None:
    async with bench() as wire:
        asked = _sequence(wire, monkeypatch, failure, answer(200, ADA))
        assert (await wire.post()).status_code == 200
        assert asked == ["GET", "GET"]
        status = failure.status_code if isinstance(failure, httpx.Response) else None
        assert [call.status for call in wire.event.calls] == [status, 200]


@pytest.mark.parametrize("failure", [answer(503, {}), DOWN], ids=["503", "not connected"])
async def test_a_call_that_may_change_something_is_never_made_again(
    monkeypatch: pytest.MonkeyPatch, failure: httpx.Response | Exception
) -> None:
    async with bench() as wire:
        asked = _sequence(wire, monkeypatch, failure)
        await wire.post(connection="globex", access_token_secret="s3cret")
        assert asked == ["POST"]


@pytest.mark.parametrize(
    "headers", [{"Authorization": 'OAuth oauth_nonce="1"'}, {"authorization": "oauth x"}, {"DPoP": "proof"}]
)
async def test_a_call_that_is_signed_with_a_nonce_would_be_a_replay(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    async def ask(_: Credential, ctx: VerifyContext) -> Verification:
        (await ctx.http.get("https://api.acme.example/me", headers=headers)).json_object()
        raise ProviderRateLimited

    async with bench(acme=acme_that(ask)) as wire:
        asked = _sequence(wire, monkeypatch, answer(503, {}))
        assert (await wire.post()).status_code == 503
        assert asked == ["GET"]


async def test_without_retries_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench(ONCE) as wire:
        asked = _sequence(wire, monkeypatch, DOWN)
        assert (await wire.post()).status_code == 503
        assert asked == ["GET"]


@pytest.mark.threat(51)
async def test_a_provider_that_asks_for_more_time_than_there_is_is_not_asked_again_and_the_client_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def ask(_: Credential, ctx: VerifyContext) -> Verification:
        response = await ctx.http.get("https://api.acme.example/me")
        error = ProviderRateLimited(f"status {response.status}")
        error.retry_after_s = retry_after_s(response, now=ctx.clock())
        raise error

    async with bench(acme=acme_that(ask)) as wire:
        asked = _sequence(wire, monkeypatch, answer(429, {}, **{"retry-after": "40"}))
        response = await wire.post()
        assert (response.status_code, response.headers["retry-after"]) == (503, "40")
        assert asked == ["GET"]


async def test_many_who_ask_the_same_at_once_take_one_place_until_the_last_of_them_has_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    share = {"connections": {"acme": {"max_in_flight": 1, "cache_s": 30}}}
    async with bench(merged(ONCE, share)) as wire:
        monkeypatch.setattr(wire.provider, "handle_async_request", _hang)
        waiting = [asyncio.create_task(wire.post()) for _ in range(20)]
        while wire.exchange.engine.providers.admission.logins["acme"] < 20:  # noqa: ASYNC110 - this number tells
            await asyncio.sleep(0)
        assert in_flight(wire) == 1
        for task in waiting[:10]:
            task.cancel()
        await asyncio.gather(*waiting[:10], return_exceptions=True)
        assert in_flight(wire) == 1
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert in_flight(wire) == 0
        assert state(wire) == "closed"


async def test_whoever_closes_the_exchange_ends_what_is_fetched_beside_the_logins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with bench() as wire:
        assert (await wire.post(access_token=id_token(wire.provider))).status_code == 200
        wire.clock.advance(DEFAULT_MAX_AGE_S / 2)
        monkeypatch.setattr(wire.provider, "handle_async_request", _hang)
        before = asyncio.all_tasks()
        assert (await wire.post(access_token=id_token(wire.provider, wire.clock.now))).status_code == 200
        assert len(asyncio.all_tasks() - before) == 1
        await wire.exchange.close()
        assert asyncio.all_tasks() == before
