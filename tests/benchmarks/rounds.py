"""The rounds of one case: everybody warmed up, then each in turn, round after round."""

import asyncio
import time
from collections.abc import Callable, Sequence

from tests.benchmarks import processes
from tests.benchmarks.cases import Case
from tests.benchmarks.children import Cores
from tests.benchmarks.console import Progress
from tests.benchmarks.load import Result
from tests.benchmarks.provider import Provider
from tests.benchmarks.running import Running
from tests.benchmarks.samples import Measurements, Sample, fault_of

_MANY = 64
SETTLE_S = 60.0
SLOW_S = 20.0
"""What takes longer than this to answer each client once is left out."""


class Rounds:
    """Measure a case."""

    def __init__(
        self,
        case: Case,
        *,
        provider: Provider,
        cores: Cores,
        measurements: Measurements,
        progress: Progress,
        users: int,
    ) -> None:
        self._case = case
        self._provider = provider
        self._cores = cores
        self._measurements = measurements
        self._progress = progress
        self._users = users
        self._peaks: dict[tuple[str, int], float | None] = {}

    async def run(self, servers: Sequence[Running], *, rounds: int, seconds: float, warm_up_s: float) -> None:
        """Warm the servers up, then measure them in turn."""
        self._provider.delay_s = self._case.provider_ms / 1000
        turns: dict[tuple[str, int], int] = {}
        for server in servers:
            await self._warm_up(server, turns, rounds=rounds, seconds=seconds, warm_up_s=warm_up_s)
        for number in range(1, rounds + 1):
            for in_flight in self._case.in_flight:
                # Turn about: nobody always comes after the same one.
                for server in servers if number % 2 else servers[::-1]:
                    if number > turns.get((server.participant.name, in_flight), 0):
                        self._progress.count(f"{self._case.name:<14} {in_flight:>4} in flight: left out")
                        continue
                    await self._sample(server, in_flight, number, seconds)
        self._provider.delay_s = 0.0

    async def _warm_up(
        self,
        server: Running,
        turns: dict[tuple[str, int], int],
        *,
        rounds: int,
        seconds: float,
        warm_up_s: float,
    ) -> None:
        """Open connections, fill caches, let the interpreter specialize; and see how often it can be measured."""
        name = server.participant.name
        rate = None
        for in_flight in self._case.in_flight:
            once_s = in_flight / rate if rate else 0.0
            if once_s > SLOW_S:
                reason = f"too slow: one answer for each would take {once_s:.0f} s"
                self._measurements.left_out[self._case.name, name, in_flight] = reason
                continue
            if once_s > 3 * seconds:
                turns[name, in_flight] = 1  # warm it is, and each client's one answer takes long enough
                continue
            result = await self._measure(server, in_flight, warm_up_s, begin=lambda: None)
            if fault := fault_of(result.wrong, len(result.latencies)):
                await self._fail(server, in_flight, fault)
                continue
            if in_flight >= _MANY:  # a few clients wait for the provider, not for the server: they say little
                rate = result.per_second
            turns[name, in_flight] = rounds

    async def _measure(self, server: Running, in_flight: int, seconds: float, *, begin: Callable[[], None]) -> Result:
        pid = server.child.pid

        def begin_with_memory() -> None:
            processes.forget_peak(pid)
            begin()

        try:
            result = await server.measure(
                self._case.journey, in_flight=in_flight, seconds=seconds, users=self._users, begin=begin_with_memory
            )
        except (OSError, TimeoutError, RuntimeError) as exc:
            return Result(wrong=[f"{type(exc).__name__}: {exc}"])
        self._peaks.setdefault((server.participant.name, in_flight), processes.peak_mib(pid))
        return result

    async def _sample(self, server: Running, in_flight: int, number: int, seconds: float) -> None:
        pid = server.child.pid
        before: float | None = None
        calls = 0

        def begin() -> None:
            nonlocal before, calls
            before, calls = processes.cpu_s(pid), self._provider.calls

        result = await self._measure(server, in_flight, seconds, begin=begin)
        after = processes.cpu_s(pid)
        answers = len(result.latencies)
        if fault := fault_of(result.wrong, answers):
            await self._fail(server, in_flight, fault)
            self._progress.count(f"{self._case.name:<14} {in_flight:>4} in flight: {server.participant.name} failed")
            return
        busy = result.busy_s / result.seconds
        sample = Sample(
            case=self._case.name,
            server=server.participant.name,
            in_flight=in_flight,
            round=number,
            exchanges=answers,
            per_second=result.per_second,
            p50_ms=result.percentile_ms(50),
            p99_ms=result.percentile_ms(99),
            cpu_ms=(after - before) / answers * 1000 if before is not None and after is not None else None,
            peak_mib=self._peaks[server.participant.name, in_flight],
            calls=(self._provider.calls - calls) / answers,
            load_busy=busy,
            cores=self._cores.left(server.participant.workers, busy),
        )
        self._measurements.samples.append(sample)
        self._progress.sample(sample)

    async def _fail(self, server: Running, in_flight: int, fault: str) -> None:
        name = server.participant.name
        self._measurements.failures[self._case.name, name, in_flight] = fault
        self._progress.say(f"  {name}, {self._case.name}, {in_flight} in flight: {fault}")
        await self._settle(server)

    async def _settle(self, server: Running) -> None:
        """Wait until a server no longer works at what nobody waits for: it would disturb the others."""
        end = time.monotonic() + SETTLE_S
        before = None
        while before != (now := (processes.cpu_s(server.child.pid), self._provider.calls)) and time.monotonic() < end:
            before = now
            await asyncio.sleep(0.5)
