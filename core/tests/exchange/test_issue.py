"""The second half alone: `exchange.issue`, for hosts that know who it is."""

from dataclasses import replace
from typing import Any

import pytest
from core.tests.bench import EVERYTHING, ISSUER, NOW, Bench, bench, good_request
from core.tests.oauth.access_token.verifier import verified
from pydantic import SecretStr

from accredit import AccessDenied, ExchangeEvent, ExtraClaims, Identity, Login, ProviderToken, RefreshRequest, hookimpl
from accredit.errors import (
    ConnectionDisabled,
    ConnectionNotFound,
    ExchangeError,
    InvalidParameter,
    InvalidTarget,
    PluginFailed,
    SubjectBlocked,
    UnknownClient,
)
from accredit.parameters import LONGEST


async def identified(wire: Bench) -> Identity:
    identity = await wire.exchange.verify("acme", ProviderToken.of("good-token"))
    wire.events.clear()
    return identity


async def test_what_verify_has_found_becomes_tokens(wire: Bench) -> None:
    identity = await identified(wire)
    tokens = await wire.exchange.issue(
        identity, client_id="app", scopes=tuple(EVERYTHING.split()), nonce=SecretStr("n-1"), device="phone"
    )
    assert tokens.id_token is not None
    claims = await verified(wire, tokens.id_token.get_secret_value(), audience="app")
    assert (claims["iss"], claims["sub"], claims["nonce"], claims["auth_time"]) == (ISSUER, "acme|1000", "n-1", NOW)
    assert (await wire.exchange.subjects.sessions("acme|1000"))[0].device == "phone"


async def test_it_leaves_one_event_that_shows_its_way(wire: Bench) -> None:
    await wire.exchange.issue(await identified(wire), client_id="app", scopes=("openid",))
    event = wire.event
    assert isinstance(event, ExchangeEvent)
    assert (event.outcome, event.subject, event.client_id, event.connection) == ("accepted", "acme|1000", "app", "acme")
    assert (event.audience_proof, event.calls) == (None, ())
    assert [check.name for check in event.checks][:2] == ["check_given", "find_connection"]


async def test_the_host_may_say_which_of_its_users_it_is(wire: Bench) -> None:
    tokens = await wire.exchange.issue(await identified(wire), client_id="app", subject="user-7")
    assert tokens.subject == "user-7"


async def test_a_login_that_was_issued_goes_on_by_its_refresh_token(wire: Bench) -> None:
    tokens = await wire.exchange.issue(
        await identified(wire), client_id="app", subject="user-7", scopes=("offline_access",)
    )
    assert tokens.refresh_token is not None
    refreshed = await wire.exchange.refresh(RefreshRequest(client_id="app", refresh_token=tokens.refresh_token))
    assert refreshed.subject == "user-7"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"client_id": "nobody"}, UnknownClient),
        ({"client_id": "other"}, ConnectionDisabled),
        ({"client_id": "x" * 257}, InvalidParameter),
        ({"audience": "https://other.example.com"}, InvalidTarget),
        ({"subject": "svc@clients"}, PluginFailed),
        ({"subject": "two words"}, PluginFailed),
        ({"subject": "globex|1"}, PluginFailed),
    ],
)
async def test_what_a_login_could_not_be_is_refused(
    wire: Bench, given: dict[str, Any], error: type[ExchangeError]
) -> None:
    identity = await identified(wire)
    with pytest.raises(error):
        await wire.exchange.issue(identity, **{"client_id": "app", **given})
    assert wire.storage.kept == {}
    assert wire.event.outcome != "accepted"


@pytest.mark.threat(60)
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("client_id", None),
        ("scopes", "openid"),
        ("scopes", None),
        ("scopes", (b"openid",)),
        ("scopes", ("x" * (LONGEST["scope"] + 1),)),
        ("audience", 7),
        ("audience", "x" * (LONGEST["audience"] + 1)),
        ("device", b"phone"),
        ("device", "two\nlines"),
        ("device", "\ud800"),
        ("device", "x" * (LONGEST["device"] + 1)),
        ("nonce", "no secret"),
        ("nonce", SecretStr("")),
        ("nonce", SecretStr("a\x00b")),
        ("nonce", SecretStr("x" * (LONGEST["nonce"] + 1))),
    ],
)
async def test_what_no_wire_would_take_is_refused(wire: Bench, parameter: str, value: Any) -> None:
    identity = await identified(wire)
    with pytest.raises(InvalidParameter) as refused:
        await wire.exchange.issue(identity, **{"client_id": "app", "scopes": ("openid",), parameter: value})
    assert refused.value.description == f"invalid {parameter.replace('scopes', 'scope')} parameter"
    assert wire.storage.kept == {}
    assert (wire.event.outcome, wire.event.alert) == ("refused", False)


async def test_a_scope_that_is_asked_for_twice_is_granted_once(wire: Bench) -> None:
    twice = ("openid", "email", "openid")
    issued = await wire.exchange.issue(await identified(wire), client_id="app", scopes=twice)
    logged_in = await wire.exchange(good_request(scopes=twice))
    assert issued.scopes == logged_in.scopes == ("openid", "email")


@pytest.mark.parametrize("identity", [None, "acme|1000", {"connection": "acme"}])
async def test_what_is_no_identity_is_refused(wire: Bench, identity: Any) -> None:
    with pytest.raises(InvalidParameter):
        await wire.exchange.issue(identity, client_id="app")
    assert (wire.event.outcome, wire.event.client_id) == ("refused", "app")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"connection": ["acme"]}, InvalidParameter),
        ({"connection": "nowhere"}, ConnectionNotFound),
        ({"connection": "off"}, ConnectionDisabled),
        ({"connection": "globex"}, InvalidParameter),
        ({"strategy": "globex"}, InvalidParameter),
        ({"namespace": "globex"}, InvalidParameter),
        ({"user_id": "1|2"}, InvalidParameter),
        ({"user_id": 1000}, InvalidParameter),
        ({"profile": None}, InvalidParameter),
    ],
)
async def test_an_identity_that_is_none_of_its_connection_is_refused(
    wire: Bench, changed: dict[str, Any], error: type[ExchangeError]
) -> None:
    identity = replace(await identified(wire), **changed)
    with pytest.raises(error):
        await wire.exchange.issue(identity, client_id="app")
    assert wire.storage.kept == {}


async def test_a_blocked_user_is_refused_whoever_names_it(wire: Bench) -> None:
    identity = await identified(wire)
    await wire.exchange.subjects.block("user-7")
    with pytest.raises(SubjectBlocked):
        await wire.exchange.issue(identity, client_id="app", subject="user-7")
    await wire.exchange.subjects.block("acme|1000")
    with pytest.raises(SubjectBlocked):
        await wire.exchange.issue(identity, client_id="app")


class Staff:
    """Denies one login, and adds a claim to the others."""

    @hookimpl
    async def authorize(self, login: Login) -> None:
        if login.subject.id == "guest":
            raise AccessDenied("staff only")

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims:
        return ExtraClaims(access_token={"tenant": "north"})


async def test_the_hooks_of_any_login_are_asked() -> None:
    async with bench(plugins=[Staff()]) as wire:
        identity = await identified(wire)
        tokens = await wire.exchange.issue(identity, client_id="app", subject="user-7")
        claims = await verified(wire, tokens.access_token.get_secret_value(), audience=ISSUER)
        assert claims["tenant"] == "north"
        with pytest.raises(AccessDenied):
            await wire.exchange.issue(identity, client_id="app", subject="guest")
