"""A login hangs on its token, its settings and the provider's word, and it can be stopped."""

import asyncio

import pytest

from accredit.strategy import Strategy
from accredit.testing.conformance.attacks.failures import OUTAGES
from accredit.testing.conformance.bench.asking import asked_of_the_machine
from accredit.testing.conformance.bench.between import Call
from accredit.testing.conformance.bench.samples import samples_of
from accredit.testing.conformance.bench.snapshot import modules_of
from accredit.testing.conformance.bench.watch import left_behind
from accredit.testing.conformance.bench.ways import Stage, Way, stage_for, ways_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.simulator.simulator import Sample

_FAILURES = ("503", "429 without a word", "a time-out", "nonsense")
"""After these somebody may wait, and ask again."""
_TURNS = 100
"""Turns of the event loop."""
_LONGEST_S = 30.0
"""Far more than a login takes to begin a call, or to end when it is told to."""


class Machine(Suite):
    """What is asked of the machine, and logins that are stopped."""

    @pytest.mark.threat(7, 33)
    @check
    async def test_nothing_is_asked_of_the_machine(self) -> None:
        """The strategy's own code reads no wall clock, environment or caller's frame, runs no text and never waits."""
        simulator, samples = samples_of(self)
        clock = Clock()
        names = {module.__name__ for module in modules_of(self.strategy, Strategy)}
        async with stage_for(self, simulator=simulator, clock=clock) as stage:
            for sample in samples:
                clock.cool_down()
                with asked_of_the_machine(names) as asked:
                    await stage.login(sample)
                require(not asked, f"{sample.name}: the strategy asks the machine: {', '.join(sorted(asked))}")
        for way in await ways_of(self):
            for call in dict.fromkeys(one.call for one in way.said):
                async with stage_for(self, simulator=way.simulator) as stage:
                    for name in _FAILURES:
                        stage.between.failing = {call: OUTAGES[name]}
                        with asked_of_the_machine(names) as asked:
                            await stage.login(way.sample)
                        what = f"{way.sample.name}, while {' '.join(call)} answers with {name}"
                        require(not asked, f"{what}: the strategy asks the machine: {', '.join(sorted(asked))}")

    @pytest.mark.threat(45)
    @check
    async def test_a_login_that_is_stopped_ends(self) -> None:
        """Stopped while a call hangs, a login ends at once: it is no yes, goes on to no other call, leaves nothing."""
        tried = False
        for way in await ways_of(self):
            # A key set is core's to fetch, for all who wait for it, and so is a document that names it.
            for call in dict.fromkeys(one.call for one in way.said if not one.is_shared):
                tried = True
                await self._stop(way, call)
        if not tried:
            not_applicable("no call is made but for keys")

    async def _stop(self, way: Way, call: Call) -> None:
        what = f"{way.sample.name}, stopped while {' '.join(call)} hangs"
        async with stage_for(self, simulator=way.simulator) as stage:
            stage.between.hanging = call
            with left_behind() as still:
                login = asyncio.create_task(_verified(stage, way.sample))
                hangs = asyncio.create_task(stage.between.hangs.wait())
                await asyncio.wait({login, hangs}, timeout=_LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
                require(hangs.done(), f"{way.sample.name}: {' '.join(call)} is not made")
                for _ in range(_TURNS):
                    await asyncio.sleep(0)  # calls that are made at once with it begin, and are no further ones
                made = stage.between.begun
                login.cancel()
                await asyncio.wait({login}, timeout=_LONGEST_S)
                require(login.cancelled(), f"{what}: the login goes on")
                require(stage.between.begun == made, f"{what}: another call is made")
                require(not still(), f"{what}: something runs on: {', '.join(still())}")


async def _verified(stage: Stage, sample: Sample) -> None:
    sent = stage.bench.fresh(sample.parameters)
    await stage.bench.exchange.verify(stage.bench.strategy, sample.handed(sent))
