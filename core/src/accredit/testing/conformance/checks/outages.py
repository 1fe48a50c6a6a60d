"""Every call of a login fails alone, in every way, while the others answer."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack

import pytest

from accredit.errors import WrongAudience
from accredit.testing.conformance.attacks.failures import EMPTY, OUTAGES, REFUSALS, Failure, unheard_of
from accredit.testing.conformance.bench.between import Call
from accredit.testing.conformance.bench.samples import samples_of
from accredit.testing.conformance.bench.ways import Outcome, Way, everything_said, stage_for, walked, ways_of
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.simulator.simulator import Sample, Simulator
from accredit.testing.verdict import verdict_of

_OPERATOR = frozenset({"provider_misconfigured", "provider_protocol_error"})
"""What a status that the provider never answers with may also be taken for: we call what is not there."""


class Outages(Suite):
    """Calls that fail alone: no word from the provider is neither a yes nor a no."""

    @pytest.mark.threat(45)
    @check
    async def test_no_outage_lets_a_refused_token_in(self) -> None:
        """Whichever call fails, and however, another app's token and a dead one are never a login."""
        simulator, samples = samples_of(self)
        tried = 0
        for way in await self._refused(simulator, samples):
            async for call, name, outcome, _ in _failing(self, way, REFUSALS):
                tried += 1
                what = f"{way.sample.name} is accepted while {_shown(call)} answers with {name}"
                require(not outcome.accepted, what)
        if not tried:
            not_applicable("no call is made for a refused token")

    @pytest.mark.threat(45)
    @check
    async def test_a_call_that_fails_alone_is_an_outage(self) -> None:
        """A good token is a 503 while one of its calls fails, or a login of the same user that lacks some claims."""
        simulator, samples = samples_of(self)
        statuses = {one.status for one in await everything_said(self, simulator, samples)}
        ways = [way for way in await ways_of(self) if way.said]
        if not ways:
            not_applicable("no call is made")
        for way in ways:
            async for call, name, outcome, allowed in _failing(self, way, unheard_of(statuses)):
                what = f"{way.sample.name}, while {_shown(call)} answers with {name}"
                _require_outage(outcome, way, what, allowed)

    async def _refused(self, simulator: Simulator, samples: list[Sample]) -> list[Way]:
        """Return refused tokens: for each sequence of calls another app's, and one for each reason."""
        refused = [one for one in samples if verdict_of(one).status == 401]
        foreign = [one for one in refused if one.is_foreign or one.expected == WrongAudience.reason]
        first = {one.expected: one for one in reversed(refused)}
        dead = [one for one in first.values() if one not in foreign]
        return [*await walked(self, simulator, foreign), *await walked(self, simulator, dead)]


async def _failing(
    suite: Suite, way: Way, unheard: Mapping[str, Failure]
) -> AsyncIterator[tuple[Call, str, Outcome, frozenset[str]]]:
    """Yield what comes of a login while one of its calls fails, with the reasons that fit beside an outage."""
    for call in dict.fromkeys(one.call for one in way.said):
        async with AsyncExitStack() as opened:
            stage = await opened.enter_async_context(stage_for(suite, simulator=way.simulator))
            for name, failure, allowed in _all(unheard):
                if way.keeps_keys:  # none may be at hand
                    stage = await opened.enter_async_context(stage_for(suite, simulator=way.simulator))
                stage.between.failing = {call: failure}
                yield call, name, await stage.login(way.sample), allowed


def _require_outage(outcome: Outcome, way: Way, what: str, allowed: frozenset[str]) -> None:
    if outcome.accepted:
        require(outcome.user_id == way.outcome.user_id, f"{what}: another user is logged in")
        require(outcome.proof == way.outcome.proof, f"{what}: the proof of audience is another one")
        more = dict(outcome.claims).items() - dict(way.outcome.claims).items() - {("email_verified", "False")}
        require(not more, f"{what}: claims that the provider did not state: {', '.join(sorted(dict(more)))}")
        return
    fits = outcome.status == 503 or outcome.reason.partition(":")[0] in allowed
    require(fits, f"{what}: status {outcome.status} ({outcome.reason}) instead of 503")


def _all(unheard: Mapping[str, Failure]) -> Iterator[tuple[str, Failure, frozenset[str]]]:
    """Yield each way to fail, with the reasons that fit it beside an outage."""
    yield from ((name, failure, frozenset()) for name, failure in OUTAGES.items())
    yield from ((name, failure, frozenset({"invalid_token"})) for name, failure in EMPTY.items())
    yield from ((name, failure, _OPERATOR) for name, failure in unheard.items())


def _shown(call: Call) -> str:
    return " ".join(call)
