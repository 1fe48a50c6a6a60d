"""What the kit asks of a simulator's samples, and what it leaves to the provider."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from core.tests.testing.conformance.good import APP_ID, Good, GoodSimulator, GoodSuite
from starlette.responses import Response

from accredit import Unbound, Verification
from accredit.credentials import Credential
from accredit.strategy import VerifyContext
from accredit.testing import Person, Sample
from accredit.testing.conformance.accepted import Accepted

pytestmark = pytest.mark.slow

FOREIGN = "test_another_apps_token_is_refused"
COVER = "test_samples_cover_the_verdicts"
KINDS = "test_every_kind_has_a_sample_that_is_accepted"


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


class NamesNoApp(Good):
    """An access token is bound by nothing, an ID token as ever."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        found = await super().verify(token, ctx)
        return found if token.is_jwt else replace(found, audience=Unbound("no answer names an app"))


class NamesNoAppSimulator(GoodSimulator):
    """Without the setting its access tokens are refused, all of them."""

    def samples(self) -> Sequence[Sample]:
        *people, jwt, dead, foreign = super().samples()
        unbound = [replace(one, expected="wrong_audience", claims={}) for one in (foreign, people[0])]
        return [jwt, dead, *unbound]


def suite_of(simulator: type[GoodSimulator], strategy: type[Good] = Good) -> Any:
    return type("Suite", (GoodSuite,), {"strategy": strategy, "simulator": simulator})()


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


def test_a_kind_that_nothing_binds_is_seen_with_the_setting_that_accepts_it() -> None:
    suite = suite_of(NamesNoAppSimulator, NamesNoApp)
    getattr(suite, KINDS)()
    assert suite.seen_accepted == {
        Accepted("id_token", "JwtAudience", nonce=False, pkce=False),
        Accepted("access_token", "Unbound", nonce=False, pkce=False),
    }


def test_a_kind_that_is_accepted_without_that_setting_is_seen_so_alone() -> None:
    class Both(NamesNoApp):
        """Of some people's access tokens the provider names the app."""

        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            if "ada" in token.reveal():
                return await super().verify(token, ctx)
            return await Good.verify(self, token, ctx)

    class Mixed(NamesNoAppSimulator):
        def samples(self) -> Sequence[Sample]:
            return [*super().samples(), GoodSimulator.samples(self)[1]]

    suite = suite_of(Mixed, Both)
    getattr(suite, KINDS)()
    assert {one.proof for one in suite.seen_accepted} == {"JwtAudience", "AppBound"}


def test_a_kind_whose_samples_are_all_refused_is_named() -> None:
    class Refused(GoodSimulator):
        def samples(self) -> Sequence[Sample]:
            return [one for one in super().samples() if one.name in {"jwt", "dead", "foreign_app"}]

    with pytest.raises(pytest.fail.Exception, match=r"in `accepts` is accepted: access_token$"):
        getattr(suite_of(Refused), KINDS)()
