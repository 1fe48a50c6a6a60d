"""Documents of providers: how often they are fetched, by whom, and what happens where they cannot be."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.clock import Clock

from accredit.errors import ProviderUnavailable
from accredit.provider.documents import DocumentCache
from accredit.provider.http import ProviderResponse
from accredit.provider.published import (
    DEFAULT_MAX_AGE_S,
    FIRST_COOLDOWN_S,
    LONGEST_COOLDOWN_S,
    LONGEST_MAX_AGE_S,
    LONGEST_STALE_S,
    MOST_KEPT,
)

URL = "https://api.acme.example/.well-known/openid-configuration"
DOWN = ProviderUnavailable("call timed out")
DATE = "Fri, 27 Nov 2026 08:00:00 GMT"


def said(number: int, headers: dict[str, str] | None = None, *, status: int = 200) -> ProviderResponse:
    return ProviderResponse(status, headers or {}, json.dumps({"number": number}).encode())


class Provider:
    """An endpoint that answers as told, and counts."""

    def __init__(self, clock: Clock, answer: ProviderResponse | Exception) -> None:
        self.answer = answer
        self.fetched: list[str] = []
        self.alerts: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.cache = DocumentCache(clock=clock, alert=lambda event, url: self.alerts.append((event, url)))

    async def ask(self, url: str = URL) -> Mapping[str, Any]:
        return await self.cache.document(url, self.fetch)

    async def settle(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0)

    async def fetch(self, url: str) -> ProviderResponse:
        self.fetched.append(url)
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("headers", "max_age_s"),
    [
        ({}, DEFAULT_MAX_AGE_S),
        ({"cache-control": "public"}, DEFAULT_MAX_AGE_S),
        ({"cache-control": "max-age=7200"}, 7200),
        ({"cache-control": "max-age=7200", "expires": "0"}, 7200),
        ({"cache-control": "s-maxage=9, max-age=7200"}, 7200),
        ({"cache-control": "s-maxage=7200"}, DEFAULT_MAX_AGE_S),
        ({"cache-control": "max-age=0"}, 60),
        ({"cache-control": "max-age=59"}, 60),
        ({"cache-control": "max-age=61"}, 61),
        ({"cache-control": "no-store"}, 60),
        ({"cache-control": "no-cache"}, 60),
        ({"cache-control": "max-age=999999999"}, LONGEST_MAX_AGE_S),
        ({"expires": "Fri, 27 Nov 2026 10:00:00 GMT", "date": DATE}, 7200),
        ({"expires": "Fri, 27 Nov 2026 08:00:01 GMT", "date": DATE}, 60),
        ({"expires": "Thu, 26 Nov 2026 08:00:00 GMT", "date": DATE}, 60),
        ({"expires": "Fri, 27 Nov 2037 08:00:00 GMT", "date": DATE}, LONGEST_MAX_AGE_S),
        ({"expires": "Fri, 27 Nov 2026 10:00:00 GMT"}, 60),
        ({"expires": "Fri, 27 Nov 2026 10:00:00", "date": DATE}, 60),
        ({"expires": "-1", "date": DATE}, 60),
    ],
    ids=str,
)
async def test_a_document_is_kept_for_as_long_as_its_headers_say_within_bounds(
    clock: Clock, headers: dict[str, str], max_age_s: int
) -> None:
    acme = Provider(clock, said(1, headers))
    assert await acme.ask() == {"number": 1}
    acme.gate.clear()
    clock.now += max_age_s - 1
    assert await acme.ask() == {"number": 1}
    clock.now += 1
    waiting = asyncio.create_task(acme.ask())
    await acme.settle()
    assert not waiting.done()
    acme.answer = said(2)
    acme.gate.set()
    assert await waiting == {"number": 2}
    assert len(acme.fetched) == 2


async def test_a_fresh_document_costs_nothing_and_is_fetched_beside_in_the_second_half_of_its_life(
    clock: Clock,
) -> None:
    acme = Provider(clock, said(1))
    for _ in range(3):
        assert await acme.ask() == {"number": 1}
    clock.now += DEFAULT_MAX_AGE_S / 2
    acme.answer = said(2)
    assert await acme.ask() == {"number": 1}
    await acme.settle()
    assert await acme.ask() == {"number": 2}
    assert len(acme.fetched) == 2


async def test_fifty_callers_share_one_fetch_and_one_failure(clock: Clock) -> None:
    acme = Provider(clock, said(1))
    acme.gate.clear()
    callers = [asyncio.create_task(acme.ask()) for _ in range(50)]
    await asyncio.sleep(0)
    callers[0].cancel()
    acme.gate.set()
    answers = await asyncio.gather(*callers[1:])
    assert all(one == {"number": 1} for one in answers)
    assert len(acme.fetched) == 1
    down = Provider(clock, DOWN)
    outcomes = await asyncio.gather(*(down.ask() for _ in range(50)), return_exceptions=True)
    assert {type(one) for one in outcomes} == {ProviderUnavailable}
    assert (len(down.fetched), down.alerts) == (1, [("document.fetch_failed", URL)])


@pytest.mark.threat(22)
@pytest.mark.parametrize(
    "answer",
    [
        DOWN,
        RuntimeError("a transport may raise anything"),
        said(9, status=201),
        said(9, status=404),
        said(9, status=500),
        ProviderResponse(200, {}, b"<html>"),
        ProviderResponse(200, {}, b"[]"),
        ProviderResponse(200, {}, b"null"),
    ],
    ids=["no answer", "another error", "201", "404", "500", "page", "list", "null"],
)
async def test_where_none_can_be_fetched_the_last_one_serves_for_a_day_with_an_alert(
    clock: Clock, answer: ProviderResponse | Exception
) -> None:
    acme = Provider(clock, said(1))
    await acme.ask()
    acme.answer = answer
    clock.now += DEFAULT_MAX_AGE_S
    for _ in range(5):
        assert await acme.ask() == {"number": 1}
    assert (len(acme.fetched), acme.alerts) == (2, [("document.fetch_failed", URL)])
    clock.now += LONGEST_STALE_S - 1
    assert await acme.ask() == {"number": 1}
    await acme.settle()
    clock.now += 1
    with pytest.raises(ProviderUnavailable, match="document cannot be fetched"):
        await acme.ask()
    acme.answer = said(2)
    clock.now += LONGEST_COOLDOWN_S
    assert await acme.ask() == {"number": 2}


@pytest.mark.threat(22)
async def test_an_endpoint_that_was_never_up_is_asked_again_after_a_cooldown_that_grows(clock: Clock) -> None:
    acme = Provider(clock, DOWN)
    began, asked = clock.now, list[float]()
    for _ in range(400):
        before = len(acme.fetched)
        with pytest.raises(ProviderUnavailable, match="document cannot be fetched") as refused:
            await acme.ask()
        assert 1 <= (refused.value.retry_after_s or 0) <= LONGEST_COOLDOWN_S
        if len(acme.fetched) > before:
            asked.append(clock.now - began)
        clock.now += FIRST_COOLDOWN_S / 4
    assert asked == [0, 1, 3, 7, 15, 31, 61, 91]
    acme.answer = said(1)
    clock.now += LONGEST_COOLDOWN_S
    assert await acme.ask() == {"number": 1}


async def test_nobody_can_change_what_others_read(clock: Clock) -> None:
    acme = Provider(clock, said(1))
    document: Any = await acme.ask()
    with pytest.raises(TypeError):
        document["number"] = 2


async def test_only_so_many_are_kept(clock: Clock) -> None:
    acme = Provider(clock, said(1))
    for number in range(MOST_KEPT + 1):
        await acme.ask(f"{URL}/{number}")
    await acme.ask(f"{URL}/{MOST_KEPT}")
    await acme.ask(f"{URL}/1")
    assert len(acme.fetched) == MOST_KEPT + 1
    await acme.ask(f"{URL}/0")
    assert len(acme.fetched) == MOST_KEPT + 2


async def test_closing_ends_what_is_being_fetched(clock: Clock) -> None:
    acme = Provider(clock, said(1))
    acme.gate.clear()
    waiting = asyncio.create_task(acme.ask())
    await acme.settle()
    await acme.cache.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
