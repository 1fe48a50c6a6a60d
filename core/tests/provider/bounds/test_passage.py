"""A passage: begun by the first call of a verification, ended with it."""

import asyncio

import pytest
from core.tests.clock import Clock

from accredit.errors import CircuitOpen, ConnectionBusy, PluginFailed
from accredit.provider.bounds.breaker import FIRST_REST_S, Breaker, Word
from accredit.provider.bounds.bulkhead import Bulkhead
from accredit.provider.bounds.passage import Bounds, Passage


@pytest.fixture
def bounds(clock: Clock) -> Bounds:
    return Bounds(Breaker(outages=2, clock=clock, changed=lambda _: None), Bulkhead(2))


def verify(bounds: Bounds, *words: Word) -> None:
    """Go through with a call for each word."""
    with Passage(bounds) as passage:
        for word in words:
            passage.begin()
            passage.note(word)


def test_whoever_calls_nobody_is_bounded_by_nothing(bounds: Bounds) -> None:
    verify(bounds, "outage")
    verify(bounds, "outage")
    assert bounds.breaker.state == "open"
    verify(bounds)
    with Passage(bounds) as passage:
        assert bounds.bulkhead.in_flight == 0
        with pytest.raises(CircuitOpen):
            passage.begin()
    assert bounds.bulkhead.in_flight == 0


def test_many_calls_take_one_place_until_the_end(bounds: Bounds) -> None:
    with Passage(bounds) as passage:
        passage.begin()
        passage.begin()
        assert bounds.bulkhead.in_flight == 1
    assert bounds.bulkhead.in_flight == 0


def test_a_share_that_is_taken_refuses_at_once_and_costs_no_probe(bounds: Bounds, clock: Clock) -> None:
    verify(bounds, "outage")
    verify(bounds, "outage")
    clock.now += FIRST_REST_S
    bounds.bulkhead.in_flight = 2
    with Passage(bounds) as passage, pytest.raises(ConnectionBusy) as refused:
        passage.begin()
    assert refused.value.retry_after_s == 1
    assert (bounds.breaker.state, bounds.bulkhead.in_flight, bounds.bulkhead.refused) == ("open", 2, 1)


def test_a_host_that_answers_does_not_hide_that_the_other_one_is_down(bounds: Bounds) -> None:
    verify(bounds, "answered", "outage")
    verify(bounds, "outage", "answered")
    assert bounds.breaker.state == "open"


def test_whoever_stumbles_may_have_been_answered_and_may_meet_an_outage(bounds: Bounds) -> None:
    verify(bounds, "outage")
    verify(bounds, "answered", "stumbled")
    verify(bounds, "outage", "stumbled")
    states = [bounds.breaker.state]
    verify(bounds, "stumbled", "outage")
    assert [*states, bounds.breaker.state] == ["closed", "open"]


def test_a_probe_makes_all_its_calls_and_none_again(bounds: Bounds, clock: Clock) -> None:
    with Passage(bounds) as passage:
        passage.begin()
        assert passage.may_retry
        passage.note("outage")
    verify(bounds, "outage")
    clock.now += FIRST_REST_S
    with Passage(bounds) as passage:
        passage.begin()
        passage.begin()
        assert not passage.may_retry
        passage.note("answered")
    assert bounds.breaker.state == "closed"


def test_nothing_is_made_again_where_another_node_has_found_the_provider_down(bounds: Bounds) -> None:
    with Passage(bounds) as passage:
        passage.begin()
        bounds.breaker.warn(5)
        assert not passage.may_retry
        passage.note("answered")


def test_whoever_is_cancelled_says_nothing_and_frees_the_place(bounds: Bounds) -> None:
    def leave() -> None:
        with Passage(bounds) as passage:
            passage.begin()
            raise asyncio.CancelledError

    verify(bounds, "outage")
    with pytest.raises(asyncio.CancelledError):
        leave()
    assert bounds.bulkhead.in_flight == 0
    assert bounds.breaker.state == "closed"


def test_without_bounds_everything_passes() -> None:
    with Passage() as passage:
        passage.begin()
        passage.note("outage")
        assert passage.may_retry


def test_a_call_after_the_end_is_refused_and_takes_no_place(bounds: Bounds) -> None:
    with Passage(bounds) as passage:
        passage.begin()
    with pytest.raises(PluginFailed):
        passage.begin()
    assert bounds.bulkhead.in_flight == 0


def test_a_call_after_the_end_does_not_pass_for_a_probe(bounds: Bounds, clock: Clock) -> None:
    verify(bounds, "outage")
    verify(bounds, "outage")
    clock.now += FIRST_REST_S
    with Passage(bounds) as passage:
        pass
    with pytest.raises(PluginFailed):
        passage.begin()
    verify(bounds, "answered")
    assert bounds.breaker.state == "closed"
