"""What time it is: the context's clock says so, and no other."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accredit.testing.conformance.bench.bench import make_simulator
from accredit.testing.conformance.bench.between import Call, Place, changed, fields_of, written
from accredit.testing.conformance.bench.samples import accepted_samples
from accredit.testing.conformance.bench.ways import Way, stage_for, walked, ways_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.simulator.simulator import ACCEPTED

_A_YEAR_S = 366 * 86_400
_ENDS = frozenset({"exp", "expiresat", "expiresin", "expirein"})
"""Names of the end, however they are written. Source: RFC 6749 section 5.1, RFC 7662 section 2.2."""
_EPOCH_S = 10**9
"""A number below it is no time of these decades, but seconds that are left."""
_LENIENT_S = 300
"""More than clocks differ by."""
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
        """Where a login hangs on a time to come in an answer, five minutes ago by the context's clock is too late."""
        tried = False
        for step_s in _STEPS_S:
            clock = _clock(step_s)
            simulator = make_simulator(self, clock)
            for way in await walked(self, simulator, accepted_samples(simulator.samples()), clock=clock):
                async with stage_for(self, simulator=simulator, clock=clock) as stage:
                    for call, place, value in _times(way, clock()):
                        ends = []
                        for at in (1, int(clock()) - _LENIENT_S):
                            new = str(at) if isinstance(value, str) else at
                            stage.between.changing = {call: _with(place, new)}
                            ends.append(not (await stage.login(way.sample)).accepted)
                        tried = True
                        what = f"{way.sample.name}, {_told(step_s)}: {written(place)} of {call[1]} is five minutes ago"
                        require(ends[1] or not ends[0], f"{what}, and the login goes on")
        if not tried:
            not_applicable("no answer holds a time")

    @pytest.mark.threat(7)
    @check
    async def test_no_time_left_is_no_login(self) -> None:
        """Where an answer names the end of a token, or the seconds it has left, an end that is past is no login."""
        tried = False
        for way in await ways_of(self):
            ends = [one for one in way.said if not one.is_key_set and any(_ends(one.json()))]
            async with stage_for(self, simulator=way.simulator) as stage:
                for left_s in (0, -_LENIENT_S) if ends else ():
                    tried = True
                    over = _over(left_s, int(way.simulator.clock()) - _LENIENT_S)
                    stage.between.changing = {one.call: over for one in ends}
                    outcome = await stage.login(way.sample)
                    what = f"{way.sample.name}: {', '.join(one.path for one in ends)} says that the token has ended"
                    require(not outcome.accepted, f"{what}, and the login goes on")
        if not tried:
            not_applicable("no answer names an end")


def _clock(step_s: int) -> Clock:
    clock = Clock()
    clock.now = float(int(time.time()) + step_s)
    return clock


def _told(step_s: int) -> str:
    return f"a year {'after' if step_s > 0 else 'before'} the machine's clock"


def _times(way: Way, now: float) -> Iterator[tuple[Call, Place, Any]]:
    """Yield the fields of the answers that look like epoch seconds of the coming years."""
    for said in {one.call: one for one in way.said if not one.is_key_set}.values():
        for place, value in fields_of(said.json()):
            if type(value) in (int, str) and str(value).isdecimal() and 0 < int(value) - now < 10 * _A_YEAR_S:
                yield said.call, place, value


def _ends(document: Any) -> Iterator[tuple[Place, Any]]:
    """Yield the fields that say by their name when a token ends, or in how many seconds it will."""
    for place, value in fields_of(document):
        named = str(place[-1]).lower().replace("_", "") in _ENDS
        if named and type(value) in (int, str) and str(value).isdecimal() and int(value):
            yield place, value


def _over(left_s: int, ended_at: int) -> Callable[[Any], Any]:
    """Return what lets every end of an answer be past: times are `ended_at`, seconds that are left are `left_s`."""

    def change(document: Any) -> Any:
        for place, value in _ends(document):
            new = left_s if int(value) < _EPOCH_S else ended_at
            document = changed(document, place, str(new) if isinstance(value, str) else new)
        return document

    return change


def _with(place: Place, value: Any) -> Callable[[Any], Any]:
    return lambda document: changed(document, place, value)
