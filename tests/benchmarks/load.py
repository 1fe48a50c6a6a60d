"""The load generator: clients with a connection each, and one request at a time."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.visitors import Visitor
from tests.benchmarks.wire import Answer, Outbound, connect

PATIENCE_S = 60.0
"""An answer that takes longer counts as wrong, and ends the client that waited for it."""


@dataclass(slots=True)
class Result:
    """What one measurement saw. Latencies are in seconds, of right answers only."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    busy_s: float = 0.0
    """Processor time that the load and the provider took meanwhile."""

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, percent: float) -> float:
        """Return the latency that `percent` of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000 if ordered else 0.0


async def say(channel: Outbound, message: bytes) -> Answer:
    """Send a whole request and return its answer.

    Raises:
        OSError, TimeoutError: none came.
    """
    async with asyncio.timeout(PATIENCE_S):
        return await channel.send(message)


async def say_once(port: int, message: bytes) -> Answer:
    """Do it on a connection of its own."""
    channel = await connect(port)
    try:
        return await say(channel, message)
    finally:
        channel.close()


class _Load:
    def __init__(self, port: int, *, requests: int, seconds: float, begin: Callable[[], None]) -> None:
        self._port = port
        self._begin = begin
        self._left = requests
        self._seconds = seconds
        self.result = Result()

    async def run(self, visitors: Sequence[Visitor]) -> Result:
        channels = await asyncio.gather(*(connect(self._port) for _ in visitors))
        try:
            for channel, visitor in zip(channels, visitors, strict=True):
                # One by one: what comes before the clock runs is no race of first logins.
                if (first := visitor.first()) is not None and (fault := visitor.judge(await say(channel, first))):
                    self.result.wrong.append(fault)
            self._begin()
            started, busy = time.perf_counter(), time.process_time()
            until = started + self._seconds
            await asyncio.gather(*(self._go(*pair, until) for pair in zip(channels, visitors, strict=True)))
            self.result.seconds = time.perf_counter() - started
            self.result.busy_s = time.process_time() - busy
        finally:
            for channel in channels:
                channel.close()
        return self.result

    async def _go(self, channel: Outbound, visitor: Visitor, until: float) -> None:
        try:
            await self._talk(channel, visitor, until)
        except (OSError, TimeoutError) as exc:
            self.result.wrong.append(f"no answer: {type(exc).__name__}")

    async def _talk(self, channel: Outbound, visitor: Visitor, until: float) -> None:
        while self._left > 0 and time.perf_counter() < until:
            self._left -= 1
            message = visitor.ask()
            if not channel.is_open:  # the server has ended it, which it may
                channel = await connect(self._port)
            sent = time.perf_counter()
            answer = await say(channel, message)
            took = time.perf_counter() - sent
            if fault := visitor.judge(answer):
                self.result.wrong.append(fault)
            else:
                self.result.latencies.append(took)


async def measure(
    port: int,
    visitors: Sequence[Visitor],
    *,
    seconds: float,
    requests: int = 10_000_000,
    begin: Callable[[], None] = lambda: None,
) -> Result:
    """Let the visitors ask until `seconds` are over or `requests` were sent, whichever is first.

    `begin` is called when all is connected and prepared, as the clock starts.
    """
    return await _Load(port, requests=requests, seconds=seconds, begin=begin).run(visitors)
