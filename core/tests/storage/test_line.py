"""The line in front of the writer: bounded, and gathered where many come at once."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from accredit.errors import StorageFailed
from accredit.storage.sqlite import line
from accredit.storage.sqlite.line import COMPANY, LARGEST_BATCH, Line


class Waits:
    """Stands for the event that the writer waits for: notes for how long, and lets time pass as it is told."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.asked: list[float] = []
        self._meanwhile = meanwhile
        self.is_set = False

    def clear(self) -> None:
        self.is_set = False

    def set(self) -> None:
        self.is_set = True

    def wait(self, timeout_s: float) -> bool:
        self.asked.append(timeout_s)
        self._meanwhile()
        return self.is_set


class Bench:
    """A line whose clock moves by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.line: Line[int] = Line()
        self.arrivals: Sequence[tuple[float, int]] = ()
        """After so many seconds of waiting so many come."""
        self.waits = Waits(self._let_come)
        monkeypatch.setattr(self.line, "_is_complete", self.waits)
        monkeypatch.setattr("accredit.storage.sqlite.line.time.monotonic", lambda: self.now)

    def come(self, count: int) -> None:
        for _ in range(count):
            self.line.put(1, asyncio.Future())

    def take(self, here: int, *meanwhile: tuple[float, int]) -> int:
        """Return how large the next batch is, when `here` wait already and others come meanwhile."""
        self.come(here)
        self.arrivals = meanwhile
        return len(self.line.take()[0])

    def _let_come(self) -> None:
        began = self.now
        for after_s, count in self.arrivals:
            self.now = began + after_s
            self.come(count)
            if self.waits.is_set:
                return
        self.now = began + line.GATHERING_S


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


async def test_who_comes_alone_is_not_kept_waiting(bench: Bench) -> None:
    assert [bench.take(1) for _ in range(5)] == [1] * 5
    assert bench.take(COMPANY - 1) == COMPANY - 1
    assert bench.take(1) == 1
    assert bench.waits.asked == []


async def test_after_company_others_are_waited_for_five_milliseconds_at_most(bench: Bench) -> None:
    assert bench.take(COMPANY) == COMPANY
    assert bench.take(1, (0.001, 3), (0.004, 20)) == 24
    assert bench.waits.asked == [0.005]


async def test_a_full_batch_waits_for_nobody(bench: Bench) -> None:
    bench.take(COMPANY)
    assert bench.take(1, (0.001, LARGEST_BATCH + 10)) == LARGEST_BATCH
    assert bench.now == pytest.approx(100.001)
    assert bench.take(LARGEST_BATCH) == LARGEST_BATCH
    assert len(bench.waits.asked) == 1


async def test_where_everybody_has_come_early_the_next_batches_are_complete_with_as_many(bench: Bench) -> None:
    bench.take(6)
    assert bench.take(1, (0.001, 5)) == 6  # and then nobody for four milliseconds
    assert [bench.take(1, (0.001, 5), (0.0045, 10)) for _ in range(line._TRUSTED)] == [6] * line._TRUSTED
    # Then it is looked again whether more come.
    assert bench.take(1, (0.001, 5), (0.0045, 10)) == 16
    assert bench.take(1, (0.001, 5), (0.0045, 10)) == 16


async def test_more_than_can_be_written_soon_is_refused_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "MOST_WAITING", 10)
    bench.come(10)
    with pytest.raises(StorageFailed, match=r"^more waits to be written than the database keeps up with$"):
        bench.come(1)
    bench.line.take()
    bench.come(1)


async def test_the_end_comes_after_whoever_waits_and_ends_a_wait(bench: Bench) -> None:
    bench.take(COMPANY)
    ended: asyncio.Future[None] = asyncio.Future()
    bench.come(3)
    bench.line.end(ended)
    batch, last = bench.line.take()
    assert (len(batch), last) == (3, ended)
    bench.line.end(ended)
    assert bench.line.take() == ([], ended)


async def test_whoever_has_left_is_not_in_the_batch(bench: Bench) -> None:
    gone: asyncio.Future[None] = asyncio.Future()
    bench.line.put(1, gone)
    gone.cancel()
    assert bench.take(2) == 2
    bench.line.put(1, gone)
    assert bench.line.take(patience_s=0) == ([], None)


async def test_a_line_to_which_nobody_comes_is_left_for_a_while() -> None:
    assert Line[int]().take(patience_s=0.001) == ([], None)


async def test_a_real_wait_ends_with_the_last_one_that_was_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "GATHERING_S", 60)
    waiting: Line[int] = Line()
    for _ in range(2 * COMPANY):
        waiting.put(1, asyncio.Future())
    waiting.take()
    waiting._complete_size, waiting._batches_to_trust_it = 3, 1
    sizes: list[int] = []
    waiting.put(1, asyncio.Future())
    writer = threading.Thread(target=lambda: sizes.append(len(waiting.take()[0])))
    writer.start()
    for _ in range(2):
        waiting.put(1, asyncio.Future())
    await asyncio.to_thread(writer.join, 60)
    assert sizes == [3]
