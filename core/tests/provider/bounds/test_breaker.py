"""A breaker: after outages in a row nobody asks but one probe at a time, until one is answered."""

from collections.abc import Iterator

import pytest
from core.tests.clock import Clock
from hypothesis import settings, strategies
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accredit.errors import CircuitOpen
from accredit.provider.bounds.breaker import FIRST_REST_S, LONGEST_REST_S, Breaker, State, Word

OUTAGES = 3


class Watched(Breaker):
    """A breaker with its clock, and what it has told."""

    def __init__(self, outages: int = OUTAGES) -> None:
        self.clock = Clock()
        self.told: list[State] = []
        super().__init__(outages=outages, clock=self.clock, changed=self.told.append)

    @property
    def said(self) -> str:
        """The state; of a plain text mypy does not think that it stays the same."""
        return self.state

    def ask(self, word: Word | None) -> None:
        self.leave(self.enter(), word)

    def break_down(self) -> None:
        for _ in range(OUTAGES):
            self.ask("outage")


@pytest.fixture
def breaker() -> Watched:
    return Watched()


def test_it_opens_after_so_many_outages_in_a_row(breaker: Watched) -> None:
    for word in ("outage", "outage", "answered", "outage", None, "outage"):
        breaker.ask(word)
    assert breaker.said == "closed"
    breaker.ask("outage")
    assert (breaker.said, breaker.told) == ("open", ["open"])


def test_nobody_asks_while_it_is_open_and_all_are_told_how_long(breaker: Watched) -> None:
    breaker.break_down()
    for _ in range(4):
        with pytest.raises(CircuitOpen) as refused:
            breaker.enter()
        assert refused.value.retry_after_s == FIRST_REST_S
    assert breaker.refused == 4


def test_one_probe_at_a_time_finds_out_that_the_provider_is_back(breaker: Watched) -> None:
    breaker.break_down()
    breaker.clock.now += FIRST_REST_S
    probe = breaker.enter()
    assert breaker.said == "half_open"
    with pytest.raises(CircuitOpen) as refused:
        breaker.enter()
    assert refused.value.retry_after_s == 1
    breaker.leave(probe, "answered")
    assert (breaker.said, breaker.told) == ("closed", ["open", "closed"])
    breaker.ask("outage")
    assert breaker.said == "closed"


def test_each_probe_that_fails_doubles_the_rest_up_to_a_bound(breaker: Watched) -> None:
    breaker.break_down()
    for rest_s in (1, 2, 4, 8, 16, 30, 30, *[30] * 20):
        breaker.clock.now += rest_s - 0.5
        with pytest.raises(CircuitOpen):
            breaker.enter()
        breaker.clock.now += 0.5
        breaker.ask("outage")
    assert LONGEST_REST_S == 30
    assert breaker.told == ["open"]
    breaker.clock.now += LONGEST_REST_S
    breaker.ask("answered")
    breaker.break_down()
    breaker.clock.now += FIRST_REST_S
    breaker.ask("answered")


def test_a_probe_that_cannot_tell_lets_the_next_one_probe_at_once(breaker: Watched) -> None:
    breaker.break_down()
    breaker.clock.now += FIRST_REST_S
    breaker.ask(None)
    assert breaker.said == "open"
    breaker.ask("answered")
    assert breaker.said == "closed"


def test_a_probe_that_stumbles_closes_it_and_whoever_stumbles_otherwise_says_nothing(breaker: Watched) -> None:
    for word in ("outage", "stumbled", "outage"):
        breaker.ask(word)
    assert breaker.said == "closed"
    breaker.ask("outage")
    assert breaker.said == "open"
    breaker.clock.now += FIRST_REST_S
    breaker.ask("stumbled")
    assert (breaker.said, breaker.told) == ("closed", ["open", "closed"])


def test_what_began_before_the_last_change_says_nothing_about_now(breaker: Watched) -> None:
    old = [breaker.enter() for _ in range(2 * OUTAGES)]
    breaker.break_down()
    breaker.leave(old.pop(), "answered")
    assert breaker.said == "open"
    breaker.clock.now += FIRST_REST_S
    probe = breaker.enter()
    breaker.leave(old.pop(), "outage")
    assert breaker.said == "half_open"
    breaker.leave(probe, "answered")
    for one in old:
        breaker.leave(one, "outage")
    assert breaker.said == "closed"


def test_with_zero_it_never_opens() -> None:
    breaker = Watched(outages=0)
    for _ in range(100):
        breaker.ask("outage")
    assert breaker.said == "closed"


class Model(RuleBasedStateMachine):
    """Whoever asks and leaves in whatever order: a list of what was said since the last change is the whole truth."""

    inside = Bundle("inside")

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Watched()
        self.state: State = "closed"
        self.in_a_row = self.failed_probes = self.changes = 0
        self.probe_at = 0.0

    def may_enter(self) -> bool:
        return self.state == "closed" or (self.state == "open" and self.breaker.clock.now >= self.probe_at)

    @precondition(lambda self: self.may_enter())
    @rule(target=inside)
    def enter(self) -> tuple[int, int]:
        if self.state == "open":
            self.state = "half_open"
            self.changes += 1
        return self.breaker.enter(), self.changes

    @precondition(lambda self: not self.may_enter())
    @rule()
    def is_refused(self) -> None:
        with pytest.raises(CircuitOpen) as refused:
            self.breaker.enter()
        assert 1 <= (refused.value.retry_after_s or 0) <= LONGEST_REST_S

    @rule(one=consumes(inside), word=strategies.sampled_from(["answered", "outage", "outage", None]))
    def leave(self, one: tuple[int, int], word: Word | None) -> None:
        era, changes = one
        self.breaker.leave(era, word)
        if changes != self.changes:
            return
        if self.state == "closed":
            self.in_a_row = {"outage": self.in_a_row + 1, "answered": 0, None: self.in_a_row}[word]
            if self.in_a_row < OUTAGES:
                return
        elif word == "answered":
            self.in_a_row = self.failed_probes = 0
        else:
            self.failed_probes += word == "outage"
        self.changes += 1
        was, self.state = self.state, "closed" if self.in_a_row == 0 else "open"
        if self.state == "open" and word == "outage":
            rests = 0 if was == "closed" else self.failed_probes
            self.probe_at = self.breaker.clock.now + min(2**rests, LONGEST_REST_S)

    @rule(seconds=strategies.sampled_from([0.5, 1.0, 7.0, 30.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.breaker.clock.now += seconds

    @invariant()
    def both_agree(self) -> None:
        assert self.breaker.state == self.state

    @invariant()
    def an_outage_is_told_once_and_its_end_once(self) -> None:
        told = ["open", "closed"] * len(self.breaker.told)
        assert self.breaker.told == told[: len(self.breaker.told)]
        assert (len(self.breaker.told) % 2 == 0) == (self.state == "closed")


def test_it_does_what_the_model_does_whoever_asks_and_leaves_in_whatever_order() -> None:
    run_state_machine_as_test(Model, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))


def test_the_longest_rest_is_kept_for_a_provider_that_is_down_for_a_year(breaker: Watched) -> None:
    def probes() -> Iterator[float]:
        breaker.break_down()
        for _ in range(5000):
            breaker.clock.now += LONGEST_REST_S
            breaker.ask("outage")
            yield breaker.clock.now

    assert len(list(probes())) == 5000


def test_one_outage_is_enough_for_as_long_as_it_is_warned(breaker: Watched) -> None:
    breaker.warn(5)
    breaker.clock.now += 5
    breaker.ask("outage")
    assert breaker.said == "closed"
    breaker.warn(5)
    breaker.clock.now += 4
    breaker.ask("answered")
    assert breaker.said == "closed"
    breaker.ask("outage")
    assert breaker.said == "open"


def test_a_breaker_that_never_opens_does_not_open_for_a_warning() -> None:
    breaker = Watched(outages=0)
    breaker.warn(5)
    breaker.ask("outage")
    assert breaker.said == "closed"
