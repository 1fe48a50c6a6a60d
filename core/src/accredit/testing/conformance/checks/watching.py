"""Whatever a login does, it does through its context: the whole process is watched while a strategy runs."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from accredit.testing.conformance.attacks.failures import OUTAGES, Failure
from accredit.testing.conformance.bench.samples import samples_of
from accredit.testing.conformance.bench.watch import READS, THREADS, WAYS_OUT, left_behind, watch
from accredit.testing.conformance.bench.ways import stage_for, ways_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, check, require

_MOST_CALLS = 8
"""More calls than any provider needs for a login."""
_MOST_ALIKE = 2
"""A call may be sent once more, and no third time: a provider that is down has no use for our patience."""


class Watching(Suite):
    """Sockets, files, processes, threads, tasks and calls, while all goes well and while calls fail."""

    @pytest.mark.threat(33, 44)
    @check
    async def test_the_context_is_the_only_way_out(self) -> None:
        """No sample opens a socket, starts a process or a thread, writes a file or changes the environment."""
        simulator, samples = samples_of(self)
        environment, clock = dict(os.environ), Clock()
        async with stage_for(self, simulator=simulator, clock=clock) as stage:
            for sample in samples:
                clock.cool_down()
                with watch("open", *WAYS_OUT, *THREADS) as done:
                    await stage.login(sample)
                found = sorted(set(done) - {"open"})  # to read a file once is how modules are imported
                require(not found, f"{sample.name}: the strategy goes past its context: {', '.join(found)}")
            with watch(*READS) as done:
                for sample in samples:
                    clock.cool_down()
                    await stage.login(sample)
            require(not done, f"the strategy reads files in every login: {', '.join(sorted(set(done)))}")
        require(dict(os.environ) == environment, "the strategy changes the environment")

    @pytest.mark.threat(18, 44)
    @check
    async def test_no_failure_opens_another_way(self) -> None:
        """Whichever call fails, the strategy has no second client: nothing is opened, started or written then."""
        for way in await ways_of(self):
            for call in dict.fromkeys(one.call for one in way.said):
                async with stage_for(self, simulator=way.simulator) as stage:
                    for name, failure in _failures(keeps_keys=way.keeps_keys):
                        stage.between.failing = {call: failure}
                        with watch("open", *WAYS_OUT, *THREADS) as done:
                            await stage.login(way.sample)
                        found = ", ".join(sorted(set(done) - {"open"}))
                        what = f"{way.sample.name}, while {' '.join(call)} answers with {name}"
                        require(not found, f"{what}: the strategy goes past its context: {found}")

    @check
    async def test_nothing_runs_on_after_a_login(self) -> None:
        """When a login has its answer, every task and thread that it has begun has ended, also where a call fails."""
        simulator, samples = samples_of(self)
        async with stage_for(self, simulator=simulator) as stage:
            for sample in samples:
                with left_behind() as still:
                    await stage.login(sample)
                    require(not still(), f"{sample.name}: something runs on: {', '.join(still())}")
        for way in await ways_of(self):
            for call in dict.fromkeys(one.call for one in way.said):
                async with stage_for(self, simulator=way.simulator) as stage:
                    for name, failure in _failures(keeps_keys=way.keeps_keys):
                        stage.between.failing = {call: failure}
                        with left_behind() as still:
                            await stage.login(way.sample)
                            what = f"{way.sample.name}, while {' '.join(call)} answers with {name}"
                            require(not still(), f"{what}: something runs on: {', '.join(still())}")

    @pytest.mark.threat(18)
    @check
    async def test_a_failing_call_is_not_repeated(self) -> None:
        """A login makes a handful of calls, and none more than twice, however a call fails."""
        for way in await ways_of(self):
            _require_few([one.call for one in way.said], way.sample.name)
            for call in dict.fromkeys(one.call for one in way.said):
                async with stage_for(self, simulator=way.simulator) as stage:
                    for name, failure in _failures(keeps_keys=way.keeps_keys):
                        stage.between.failing = {call: failure}
                        before = len(stage.between.said)
                        await stage.login(way.sample)
                        made = [one.call for one in stage.between.said[before:]]
                        _require_few(made, f"{way.sample.name}, while {' '.join(call)} answers with {name}")


def _failures(*, keeps_keys: bool) -> Iterator[tuple[str, Failure]]:
    """Yield the ways to fail; of a key set only the first is seen, since nobody asks again for a while."""
    yield from list(OUTAGES.items())[: 1 if keeps_keys else None]


def _require_few(made: list[tuple[str, str]], what: str) -> None:
    require(len(made) <= _MOST_CALLS, f"{what}: {len(made)} calls")
    for call, count in Counter(made).items():
        require(count <= _MOST_ALIKE, f"{what}: {' '.join(call)} is called {count} times")
