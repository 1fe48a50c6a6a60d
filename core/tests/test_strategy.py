import asyncio
import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
from core.tests.strategies import Acme, AcmeSettings

from accredit.strategy import ApiVersion, in_order


async def returns(value: Any) -> Any:
    return value


async def fails(error: Exception) -> None:
    raise error


class Endless:
    """A call that says when it has begun and when it was cancelled."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.cancelled = False

    async def __call__(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


async def test_both_answers_come_in_the_order_of_the_calls() -> None:
    assert await in_order(returns(1), returns("two")) == (1, "two")


async def test_both_calls_run_at_once() -> None:
    met = asyncio.Barrier(2)  # each side waits for the other: one after the other would hang

    async def meet(name: str) -> str:
        async with asyncio.timeout(5):
            await met.wait()
        return name

    assert await in_order(meet("a"), meet("b")) == ("a", "b")


async def test_the_first_verdict_wins_though_the_second_came_earlier() -> None:
    second_has_failed = asyncio.Event()

    async def second() -> None:
        second_has_failed.set()
        raise ValueError("second")

    async def first() -> None:
        await second_has_failed.wait()
        raise KeyError("first")

    with pytest.raises(KeyError, match="first"):
        await in_order(first(), second())


async def test_the_second_verdict_counts_where_the_first_call_succeeds() -> None:
    with pytest.raises(ValueError, match="second"):
        await in_order(returns(1), fails(ValueError("second")))


async def test_a_failing_first_call_cancels_the_second() -> None:
    second = Endless()

    async def first() -> None:
        await second.begun.wait()
        raise KeyError("first")

    with pytest.raises(KeyError, match="first"):
        await in_order(first(), second())
    assert second.cancelled


async def test_cancelling_the_caller_cancels_both_calls() -> None:
    first, second = Endless(), Endless()
    both = asyncio.create_task(in_order(first(), second()))
    await first.begun.wait()
    await second.begun.wait()
    both.cancel()
    with pytest.raises(asyncio.CancelledError):
        await both
    assert first.cancelled
    assert second.cancelled


async def test_a_later_call_that_does_not_heed_its_cancellation_cannot_let_its_caller_go_on() -> None:
    begun, went_on = asyncio.Event(), []

    async def deaf() -> None:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async def verify() -> None:
        await in_order(returns(1), deaf())
        went_on.append("verify")

    verifying = asyncio.create_task(verify())
    await begun.wait()
    verifying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await verifying
    assert went_on == []


async def test_three_four_and_more_answers_come_in_the_order_of_the_calls() -> None:
    number, word, truth = await in_order(returns(1), returns("two"), returns(True))
    assert (number, word, truth) == (1, "two", True)
    assert await in_order(returns(1), returns("two"), returns(True), returns(b"4")) == (1, "two", True, b"4")
    assert await in_order(*(returns(number) for number in range(6))) == (0, 1, 2, 3, 4, 5)


async def test_all_calls_run_at_once() -> None:
    met = asyncio.Barrier(5)  # each waits for the others: one after the other would hang

    async def meet(name: str) -> str:
        async with asyncio.timeout(5):
            await met.wait()
        return name

    assert await in_order(*(meet(name) for name in "abcde")) == tuple("abcde")


async def test_a_verdict_in_the_middle_cancels_what_comes_after_it_and_is_not_overtaken() -> None:
    last_has_failed, endless = asyncio.Event(), Endless()

    async def last() -> None:
        last_has_failed.set()
        raise ValueError("last")

    async def middle() -> None:
        await endless.begun.wait()
        await last_has_failed.wait()
        raise KeyError("middle")

    with pytest.raises(KeyError, match="middle"):
        await in_order(returns(1), middle(), endless(), last())
    assert endless.cancelled


async def test_what_comes_after_a_first_call_that_fails_at_once_never_begins() -> None:
    begun: list[str] = []

    async def later(name: str) -> None:
        begun.append(name)

    with pytest.raises(KeyError, match="first"):
        await in_order(fails(KeyError("first")), later("second"), later("third"))
    assert begun == []


@pytest.mark.parametrize(
    ("days_left", "soon"), [(-1, True), (0, True), (89, True), (90, False), (91, False), (None, False)]
)
def test_an_api_version_ends_soon_in_its_last_ninety_days(days_left: int | None, soon: bool) -> None:
    today = dt.date(2026, 1, 1)
    ends_on = None if days_left is None else today + dt.timedelta(days=days_left)
    assert ApiVersion("v25.0", ends_on, "https://acme.example/versions").ends_soon(today) is soon


def test_a_strategy_names_no_api_version_unless_its_provider_ends_them() -> None:
    assert Acme(AcmeSettings(app_id="1")).api_version is None
