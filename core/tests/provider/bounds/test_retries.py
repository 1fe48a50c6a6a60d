"""Retries: of what may pass, as long as `Retry-After` asks, within the time that is left."""

import asyncio
from dataclasses import dataclass, field

import pytest

from accredit.provider.bounds import retries
from accredit.provider.bounds.retries import NotConnected, again, is_out_of_order, may_pass


@dataclass(frozen=True)
class Response:
    """An answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


OK = Response(200)
DOWN = Response(503)


class Provider:
    """Answers one after the other, and notes how long it was waited before each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Response | NotConnected) -> None:
        self.answers = list(answers)
        self.waits: list[float] = []

        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)

        monkeypatch.setattr(asyncio, "sleep", sleep)

    async def call(self) -> Response:
        answer = self.answers.pop(0)
        if isinstance(answer, NotConnected):
            raise answer
        return answer

    async def again(self, first: Response | NotConnected, *, retries: int = 2, remaining_s: float = 5.0) -> Response:
        return await again(first, self.call, retries=retries, remaining_s=remaining_s)


@pytest.mark.parametrize("first", [DOWN, Response(502), Response(504), NotConnected("ConnectError")])
async def test_what_fails_for_a_moment_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, first: Response | NotConnected
) -> None:
    provider = Provider(monkeypatch, OK)
    assert await provider.again(first) == OK
    [wait_s] = provider.waits
    assert retries.FIRST_WAIT_S <= wait_s <= 2 * retries.FIRST_WAIT_S


async def test_waits_differ_so_that_those_who_failed_together_do_not_come_back_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider = Provider(monkeypatch, *[OK] * 20)
    for _ in range(20):
        await provider.again(DOWN)
    assert len(set(provider.waits)) == 20


@pytest.mark.parametrize("last", [DOWN, NotConnected("ConnectError")])
async def test_after_so_many_times_the_last_failure_counts(
    monkeypatch: pytest.MonkeyPatch, last: Response | NotConnected
) -> None:
    provider = Provider(monkeypatch, DOWN, last)
    if isinstance(last, NotConnected):
        with pytest.raises(NotConnected):
            await provider.again(NotConnected("ConnectError"))
    else:
        assert await provider.again(NotConnected("ConnectError")) == last
    assert provider.answers == []


@pytest.mark.parametrize("status", [429, 503])
async def test_it_waits_as_long_as_retry_after_asks(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    provider = Provider(monkeypatch, OK)
    assert await provider.again(Response(status, {"retry-after": "2"})) == OK
    [wait_s] = provider.waits
    assert 2 <= wait_s < 3


@pytest.mark.parametrize("asked", ["5", "3600", "99999"])
async def test_where_that_is_longer_than_what_is_left_the_answer_that_says_so_is_the_result(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    provider = Provider(monkeypatch)
    limited = Response(429, {"retry-after": asked})
    assert await provider.again(limited, remaining_s=5.0) == limited
    assert provider.waits == []


async def test_nothing_is_made_again_when_no_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(monkeypatch)
    assert await provider.again(DOWN, remaining_s=-1.0) == DOWN


@pytest.mark.parametrize(
    ("response", "passes"),
    [
        (OK, False),
        (Response(400), False),
        (Response(401), False),
        (Response(500), False),
        (Response(501), False),
        (DOWN, True),
        (Response(429), False),
        (Response(429, {"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}), False),
        (Response(429, {"retry-after": "9" * 5000}), False),
        (Response(429, {"retry-after": "1"}), True),
    ],
)
def test_a_limit_passes_when_its_owner_says_and_a_500_is_about_one_request(response: Response, passes: bool) -> None:
    assert may_pass(response) is passes
    assert is_out_of_order(response.status) is (response.status == 503)


async def test_whoever_is_cancelled_while_waiting_asks_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(monkeypatch, OK)
    for_ever = asyncio.Event()

    async def wait(_: float) -> None:
        await for_ever.wait()

    monkeypatch.setattr(asyncio, "sleep", wait)
    task = asyncio.create_task(provider.again(DOWN))
    for _ in range(5):
        await asyncio.tasks.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.answers == [OK]
