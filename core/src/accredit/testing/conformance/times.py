"""What time it is: the context's clock says so, and no other."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accredit.testing.conformance.between import Call, Place, changed, fields_of, written
from accredit.testing.conformance.desk import make_simulator
from accredit.testing.conformance.samples import accepted_samples
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.conformance.ways import Way, stage_for, walked
from accredit.testing.conformance.witnesses import Clock
from accredit.testing.simulator import ACCEPTED

_A_YEAR_S = 366 * 86_400
_STEPS_S = (_A_YEAR_S, -_A_YEAR_S)


class Times(Suite):
    """The clock of the context, a year from the machine's."""

    @pytest.mark.threat(7, 56)
    @check
    async def test_the_contexts_clock_is_the_only_one(self) -> None:
        """A year ahead of the machine's clock, or behind it, every sample ends as it says."""
        for step_s in _STEPS_S:
            clock = _clock(step_s)
            simulator = make_simulator(self, clock)
            async with stage_for(self, simulator=simulator, clock=clock) as stage:
                for sample in simulator.samples():
                    clock.cool_down()
                    outcome = await stage.login(sample)
                    expected = "ok" if sample.expected == ACCEPTED else sample.expected
                    what = f"{sample.name}, {_told(step_s)}: ended as {outcome.reason} instead of {expected}"
                    require(outcome.reason.partition(":")[0] == expected, what)

    @pytest.mark.threat(7, 56)
    @check
    async def test_what_has_ended_by_the_contexts_clock_has_ended(self) -> None:
        """Where a login hangs on a time in an answer, an hour ago by the context's clock is too late."""
        tried = False
        for step_s in _STEPS_S:
            clock = _clock(step_s)
            simulator = make_simulator(self, clock)
            for way in await walked(self, simulator, accepted_samples(simulator.samples()), clock=clock):
                async with stage_for(self, simulator=simulator, clock=clock) as stage:
                    for call, place, value in _times(way, clock()):
                        ends = []
                        for at in (1, int(clock()) - 3600):
                            new = str(at) if isinstance(value, str) else at
                            stage.between.changing = {call: _with(place, new)}
                            ends.append(not (await stage.login(way.sample)).accepted)
                        tried = True
                        what = f"{way.sample.name}, {_told(step_s)}: {written(place)} of {call[1]} is an hour ago"
                        require(ends[1] or not ends[0], f"{what}, and the login goes on")
        if not tried:
            not_applicable("no answer holds a time")


def _clock(step_s: int) -> Clock:
    clock = Clock()
    clock.now = float(int(time.time()) + step_s)
    return clock


def _told(step_s: int) -> str:
    return f"a year {'after' if step_s > 0 else 'before'} the machine's clock"


def _times(way: Way, now: float) -> Iterator[tuple[Call, Place, Any]]:
    """Yield the fields of the answers that look like epoch seconds of these years."""
    for said in {one.call: one for one in way.said if not one.is_key_set}.values():
        for place, value in fields_of(said.json()):
            if type(value) in (int, str) and str(value).isdecimal() and abs(int(value) - now) < 10 * _A_YEAR_S:
                yield said.call, place, value


def _with(place: Place, value: Any) -> Callable[[Any], Any]:
    return lambda document: changed(document, place, value)
