"""A refresh from Python: `exchange.refresh`, with the same way, hooks and observers as a login."""

from typing import Any

import pytest
from core.tests.bench import Bench, good_request
from core.tests.oauth.support import token_bench
from pydantic import SecretStr

from accredit import RefreshEvent, RefreshRequest, ReuseEvent
from accredit.errors import (
    GrantNotAllowed,
    InvalidGrant,
    InvalidParameter,
    InvalidScope,
    MissingParameter,
    RefreshTokenReused,
    UnknownClient,
)

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
WAY = (
    "authenticate_client check_limits find_refresh_token check_refresh_token check_subject_limit"
    " grant_audience grant_scopes authorize claims build_claims confirm_subject sign_tokens rotate"
)


async def refresh_token_of(wire: Bench, client_id: str = "app") -> SecretStr:
    request = good_request(client_id=client_id, scopes=("openid", "offline_access"))
    token = (await wire.exchange(request)).refresh_token
    assert token is not None
    return token


async def test_new_tokens_for_a_login_that_goes_on(wire: Bench) -> None:
    token = await refresh_token_of(wire)
    tokens = await wire.exchange.refresh(RefreshRequest(client_id="app", refresh_token=token, scopes=("openid",)))
    assert (tokens.subject, tokens.scopes) == ("acme|1000", ("openid",))
    assert tokens.refresh_token not in (None, token)
    event = wire.heard[-1]
    assert isinstance(event, RefreshEvent)
    assert (event.outcome, event.subject, event.client_id, event.connection) == ("accepted", "acme|1000", "app", "acme")
    assert [check.name for check in event.checks] == WAY.split()
    assert {check.verdict for check in event.checks} == {"passed"}


async def test_a_refusal_names_the_step_that_refused(wire: Bench) -> None:
    token = await refresh_token_of(wire)
    with pytest.raises(InvalidScope):
        await wire.exchange.refresh(RefreshRequest(client_id="app", refresh_token=token, scopes=("phone",)))
    event = wire.heard[-1]
    assert isinstance(event, RefreshEvent)
    assert (event.checks[-1].name, event.checks[-1].verdict) == ("grant_scopes", "refused")


async def test_a_reuse_is_an_event_of_its_own(wire: Bench) -> None:
    token = await refresh_token_of(wire)
    request = RefreshRequest(client_id="app", refresh_token=token)
    await wire.exchange.refresh(request)
    wire.clock.advance(31)
    with pytest.raises(RefreshTokenReused):
        await wire.exchange.refresh(request)
    assert isinstance(wire.heard[-1], ReuseEvent)
    assert await wire.exchange.subjects.sessions("acme|1000") == ()


@pytest.mark.parametrize(
    ("client_id", "error"), [("nobody", UnknownClient), ("no-refresh", GrantNotAllowed), ("other", InvalidGrant)]
)
async def test_another_client_cannot_use_it(wire: Bench, client_id: str, error: type[Exception]) -> None:
    token = await refresh_token_of(wire)
    with pytest.raises(error):
        await wire.exchange.refresh(RefreshRequest(client_id=client_id, refresh_token=token))
    await wire.exchange.refresh(RefreshRequest(client_id="app", refresh_token=token))


async def test_a_confidential_client_has_to_be_vouched_for() -> None:
    async with token_bench({"clients": {"svc": {"grant_types": ["refresh_token", TOKEN_EXCHANGE]}}}) as wire:
        svc = wire.exchange.vouch_for("svc")
        request = good_request(client_id="svc", scopes=("openid", "offline_access"))
        with pytest.raises(GrantNotAllowed):
            await wire.exchange(request)
        tokens = await wire.exchange(request, client=svc)
        assert tokens.refresh_token is not None
        again = RefreshRequest(client_id="svc", refresh_token=tokens.refresh_token)
        with pytest.raises(GrantNotAllowed):
            await wire.exchange.refresh(again)
        assert (await wire.exchange.refresh(again, client=svc)).subject == "acme|1000"


async def test_the_client_that_calls_must_be_the_one_that_is_named() -> None:
    async with token_bench() as wire:
        with pytest.raises(InvalidParameter):
            await wire.exchange(good_request(client_id="app"), client=wire.exchange.vouch_for("svc"))


@pytest.mark.parametrize("wrong", ["svc", True, {"id": "svc"}])
async def test_what_is_no_client_has_proven_nothing(wrong: Any) -> None:
    async with token_bench() as wire:
        with pytest.raises(InvalidParameter):
            await wire.exchange(good_request(client_id="svc"), client=wrong)
        assert (wire.event.outcome, wire.event.alert) == ("refused", False)


async def test_a_client_counts_for_what_it_may_do_here_and_not_elsewhere() -> None:
    more, less = {"elsewhere": {"connections": ["acme"]}}, {"svc": {"grant_types": ["client_credentials"]}}
    async with token_bench({"clients": more}) as there, token_bench({"clients": less}) as here:
        with pytest.raises(UnknownClient):
            await here.exchange(good_request(client_id="elsewhere"), client=there.exchange.vouch_for("elsewhere"))
        with pytest.raises(GrantNotAllowed):
            await here.exchange(good_request(client_id="svc"), client=there.exchange.vouch_for("svc"))
        assert here.storage.kept == {}


async def test_nobody_vouches_for_a_client_that_there_is_not(wire: Bench) -> None:
    with pytest.raises(UnknownClient):
        wire.exchange.vouch_for("nobody")
    assert wire.exchange.vouch_for("app").id == "app"


def test_a_request_that_says_nothing_is_refused() -> None:
    with pytest.raises(MissingParameter):
        RefreshRequest(client_id="app", refresh_token=SecretStr(""))
    with pytest.raises(MissingParameter):
        RefreshRequest(client_id="", refresh_token=SecretStr("x"))
    with pytest.raises(InvalidParameter):
        RefreshRequest(client_id="app", refresh_token="plain")  # type: ignore[arg-type] # what a caller may do
    with pytest.raises(InvalidParameter):
        RefreshRequest(client_id="app", refresh_token=SecretStr("x"), audience="a\nb")


def test_its_token_is_shown_nowhere() -> None:
    assert "hush" not in repr(RefreshRequest(client_id="app", refresh_token=SecretStr("hush")))


async def test_what_is_no_refresh_token_is_refused(wire: Bench) -> None:
    with pytest.raises(InvalidGrant):
        await wire.exchange.refresh(RefreshRequest(client_id="app", refresh_token=SecretStr("x")))
