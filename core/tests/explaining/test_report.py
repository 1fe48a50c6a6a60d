"""What is reported of a login, beside what `accredit explain` prints."""

import json

import pytest
from core.tests.acme import ADA, acme_raising, acme_that
from core.tests.bench import Bench, bench
from core.tests.explaining.logins import explained

from accredit import AppBound, Profile, Verification
from accredit.audience import Unbound
from accredit.credentials import Credential
from accredit.errors import ProviderUnavailable
from accredit.explaining.steps import LOGIN, VERIFY


async def test_the_checks_of_a_login_are_those_that_are_listed(wire: Bench) -> None:
    told = await explained(wire)
    assert ([check["name"] for check in told.checks], told.not_reached) == (list(LOGIN), [])


async def test_the_checks_of_a_verification_are_those_that_are_listed(wire: Bench) -> None:
    told = await explained(wire, only_verified=True)
    assert ([check["name"] for check in told.checks], told.not_reached) == (list(VERIFY), [])


async def test_the_checks_after_a_refusal_were_not_reached(wire: Bench) -> None:
    told = await explained(wire, "foreign-token")
    begun = [check["name"] for check in told.checks]
    assert (begun[-1], told.not_reached[0]) == ("check_audience", "check_user_hint")
    assert (*begun, *told.not_reached) == LOGIN


async def test_of_a_refused_token_it_is_told_whose_it_is(wire: Bench) -> None:
    told = await explained(wire, "foreign-token")
    assert (told.whose, told.user_id, told.profile) == ({"user_id": "1000", "name": "Ada Lovelace"}, None, None)


async def test_of_an_accepted_token_the_profile_tells_whose_it_is(wire: Bench) -> None:
    told = await explained(wire)
    assert told.profile is not None
    assert (told.whose, told.user_id, told.profile["name"]) == (None, "1000", "Ada Lovelace")


async def test_where_the_provider_does_not_say_nobody_knows_whose_it_is(wire: Bench) -> None:
    assert (await explained(wire, "unknown-token")).whose is None


@pytest.mark.parametrize("made", [SystemExit(0), RuntimeError("boom"), "Ada"], ids=["exit", "error", "no-profile"])
async def test_a_strategy_that_fails_over_a_refused_tokens_profile_leaves_the_user_id(made: object) -> None:
    async def verify(_: Credential, __: object) -> Verification:
        return Verification(user_id="1000", audience=AppBound("their-app"), claims=ADA)

    class Failing(acme_that(verify)):  # type: ignore[misc]  # a class that a function has made
        def normalize(self, _: Verification) -> Profile:
            if isinstance(made, BaseException):
                raise made
            return made  # type: ignore[return-value]  # as a broken one would

    async with bench(acme=Failing) as one:
        assert (await explained(one)).whose == {"user_id": "1000", "name": None}


async def test_each_claim_is_told_with_where_it_came_from(wire: Bench) -> None:
    told = await explained(wire)
    assert told.origins is not None
    assert (told.origins["name"], told.origins["address"]) == (["name"], ["city"])


async def test_of_a_refused_token_no_claim_is_told_and_none_has_an_origin(wire: Bench) -> None:
    assert (await explained(wire, "foreign-token")).origins is None


async def test_the_event_is_told_as_the_log_has_it(wire: Bench) -> None:
    told = await explained(wire, "foreign-token")
    [(level, line)] = wire.log.events()
    line.pop("timestamp")
    assert (told.event, told.event["level"]) == (line, level)
    assert next(iter(told.event)) == "event"
    assert json.loads(json.dumps(told.as_json()))["event"] == line


async def test_it_is_told_who_has_said_whose_token_it_is() -> None:
    async with bench({"connections": {"acme": {"cache_s": 60}}}) as one:
        first = await explained(one)
        one.forget()
        second = await explained(one)
    assert [told.verified_by for told in (first, second)] == ["provider", "cache"]
    assert second.calls == []


async def test_where_the_provider_fails_the_checks_after_it_were_not_reached() -> None:
    async with bench(acme=acme_raising(ProviderUnavailable("down"))) as one:
        told = await explained(one)
    assert (told.verdict, told.whose, told.not_reached[0]) == ("failed", None, "check_audience")


async def test_what_has_no_proof_names_no_app() -> None:
    async def verify(_: Credential, __: object) -> Verification:
        return Verification(user_id="1000", audience=Unbound("nothing says so"), claims=ADA)

    async with bench(acme=acme_that(verify)) as one:
        assert (await explained(one)).audience == {"proof": "Unbound"}


@pytest.mark.parametrize(
    ("called", "shown"), [("ada.l@contoso.example", "a***@contoso.example"), ("@ada", "@ada"), ("ada", "ada")]
)
async def test_an_address_that_people_are_called_by_is_masked_like_the_one_of_their_mail(
    called: str, shown: str
) -> None:
    async def verify(_: Credential, __: object) -> Verification:
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA)

    class Calling(acme_that(verify)):  # type: ignore[misc]  # a class that a function has made
        def normalize(self, _: Verification) -> Profile:
            return Profile(preferred_username=called)

    async with bench(acme=Calling) as one:
        masked = await explained(one)
        one.forget()
        whole = await explained(one, show_email=True)
    assert [told.profile and told.profile["preferred_username"] for told in (masked, whole)] == [shown, called]
