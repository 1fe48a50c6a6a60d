"""One timer for many calls: as `asyncio.timeout`, for each of them."""

import asyncio

import pytest

from accredit.provider.time_limit import TimeLimit
from accredit.provider.transport.slots import Slots


async def _wait(limit: TimeLimit, event: asyncio.Event) -> str:
    try:
        with limit.block():
            await event.wait()
    except TimeoutError:
        return "timed out"
    return "in time"


async def test_each_block_has_its_own_time_and_all_have_one_timer() -> None:
    limit, event = TimeLimit(0.05), asyncio.Event()
    loop = asyncio.get_running_loop()
    began = loop.time()
    first = asyncio.create_task(_wait(limit, asyncio.Event()))
    await asyncio.sleep(0.03)
    second = asyncio.create_task(_wait(limit, asyncio.Event()))
    third = asyncio.create_task(_wait(limit, event))
    assert await first == "timed out"
    assert loop.time() - began >= 0.05
    assert not second.done()
    event.set()
    assert await third == "in time"
    assert await second == "timed out"
    assert loop.time() - began >= 0.08
    assert limit.blocks == {}


async def test_a_limit_that_has_rested_begins_anew() -> None:
    limit = TimeLimit(0.01)
    for _ in range(2):
        assert await _wait(limit, asyncio.Event()) == "timed out"
        await asyncio.sleep(0.02)


async def test_who_is_cancelled_by_somebody_else_is_not_out_of_time() -> None:
    limit = TimeLimit(0.01)
    task = asyncio.create_task(_wait(limit, asyncio.Event()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert limit.blocks == {}


async def test_who_is_cancelled_as_well_stays_cancelled() -> None:
    limit = TimeLimit(0.01)
    task = asyncio.create_task(_wait(limit, asyncio.Event()))
    await asyncio.sleep(0)
    for block in list(limit.blocks):
        block.end()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_block_is_not_the_limits() -> None:
    limit = TimeLimit(10)
    with pytest.raises(KeyError), limit.block():
        raise KeyError
    assert limit.blocks == {}


async def test_an_error_that_comes_with_the_end_of_the_time_stays_that_error() -> None:
    async def fail() -> None:
        with TimeLimit(0.01).block():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise KeyError from None

    with pytest.raises(KeyError):
        await fail()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_slots_are_given_in_line() -> None:
    slots: Slots[str] = Slots(1)
    order: list[int] = []

    async def use(number: int) -> None:
        _ = slots.free.pop() if slots.free else await slots.wait()
        order.append(number)
        await asyncio.sleep(0)
        slots.release(None)

    await asyncio.gather(*(use(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]
    assert slots.free == [None]


async def test_who_leaves_the_line_takes_no_slot() -> None:
    slots: Slots[str] = Slots(1)
    assert slots.free.pop() is None
    leaving, at_once = (asyncio.create_task(slots.wait()) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    slots.release("kept")  # to who has not left, and who then leaves with the slot in hand
    at_once.cancel()
    for task in (leaving, at_once):
        with pytest.raises(asyncio.CancelledError):
            await task
    assert slots.free == ["kept"]


async def test_a_slot_comes_with_what_is_kept_in_it_and_what_was_used_last_comes_first() -> None:
    slots: Slots[str] = Slots(4)
    for _ in range(3):
        slots.free.pop()
    for kept in ("a", None, "b"):
        slots.release(kept)
    assert slots.free == [None, None, "a", "b"]
    slots.free.clear()
    waiting = asyncio.create_task(slots.wait())
    await asyncio.sleep(0)
    slots.release("c")
    assert await waiting == "c"


def test_another_event_loop_begins_anew() -> None:
    limit = TimeLimit(0.05)

    async def leave_a_timer_behind() -> None:
        with limit.block():
            pass

    asyncio.run(leave_a_timer_behind())
    assert asyncio.run(_wait(limit, asyncio.Event())) == "timed out"


async def test_a_block_may_be_given_more_time_and_never_less() -> None:
    short, long = TimeLimit(0.01), TimeLimit(60)
    with short.block() as block:
        block.extend(long)
        until = block.until
        block.extend(short)
        assert block.until == until
        await asyncio.sleep(0.03)
    assert short.blocks == long.blocks == {}
