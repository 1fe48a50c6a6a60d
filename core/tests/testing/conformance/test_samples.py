"""What the kit asks of a simulator's samples, and what it leaves to the provider."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from core.tests.testing.conformance.good import APP_ID, Good, GoodSimulator, GoodSuite
from starlette.responses import Response

from accredit.testing import Person, Sample

pytestmark = pytest.mark.slow

FOREIGN = "test_another_apps_token_is_refused"
COVER = "test_samples_cover_the_verdicts"


class Secretive(GoodSimulator):
    """A provider that answers another app's token as it does a dead one."""

    def samples(self) -> Sequence[Sample]:
        *others, foreign = super().samples()
        return [*others, replace(foreign, name="theirs", expected="invalid_token", is_foreign=True)]

    def answer(self, tokens: dict[str, tuple[str, Person]], form: str) -> Response:
        good = {token: (kind, one) for token, (kind, one) in tokens.items() if kind == "good"}
        return super().answer(good, form)


class Undeclared(Secretive):
    def samples(self) -> Sequence[Sample]:
        return [replace(one, is_foreign=False, name=f"foreign_app-{one.name}") for one in super().samples()]


class Generous(GoodSimulator):
    """A provider that takes everybody's token for ours."""

    def answer(self, tokens: dict[str, tuple[str, Person]], form: str) -> Response:
        ours = {token: ("good", one) for token, (_, one) in tokens.items()}
        return super().answer(ours, form)


class NothingDead(Secretive):
    def samples(self) -> Sequence[Sample]:
        return [one for one in super().samples() if one.name != "dead"]


def suite_of(simulator: type[GoodSimulator]) -> Any:
    return type("Suite", (GoodSuite,), {"strategy": Good, "simulator": simulator})()


@pytest.mark.threat(1)
@pytest.mark.parametrize("check", [FOREIGN, COVER, "test_every_sample_gets_its_verdict"])
def test_a_provider_may_refuse_a_foreign_token_as_any_other_where_the_sample_is_declared(check: str) -> None:
    getattr(suite_of(Secretive), check)()


@pytest.mark.parametrize("check", [FOREIGN, COVER])
def test_a_name_alone_makes_no_foreign_sample(check: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"is_foreign=True"):
        getattr(suite_of(Undeclared), check)()


@pytest.mark.threat(1)
def test_a_declared_foreign_sample_that_is_accepted_fails() -> None:
    class Accepting(Generous):
        def samples(self) -> Sequence[Sample]:
            return [replace(one, is_foreign=one.name == "foreign_app") for one in super().samples()]

    with pytest.raises(pytest.fail.Exception, match="accepted: foreign_app"):
        suite_of(Accepting).test_another_apps_token_is_refused()


def test_a_foreign_token_is_no_dead_one() -> None:
    with pytest.raises(pytest.fail.Exception, match="no sample of a dead token"):
        suite_of(NothingDead).test_samples_cover_the_verdicts()


def test_a_sample_is_ours_and_as_good_as_fresh_unless_it_says_otherwise() -> None:
    simulator = GoodSimulator(clock=lambda: 0)
    sample = Sample(name="one", about="", parameters={"access_token": APP_ID}, expected="accepted")
    assert not sample.is_foreign
    assert simulator.fresh(sample) is sample
