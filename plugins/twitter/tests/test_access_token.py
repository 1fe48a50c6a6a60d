"""What the strategy does with tokens, seen from the engine around it, against the simulated X."""

import base64
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from accredit.audience import SignedByUs, Unbound
from accredit.credentials import Credential, ProviderToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    WrongAudience,
)
from accredit.models import Identity
from accredit.provider.transport import make_transport
from accredit.testing import ACCEPTED, BASE_URL, PEOPLE, InProcess, Person, Sample, exchange_for, person, serve
from accredit_twitter.simulator import TwitterSimulator
from accredit_twitter.simulator.tokens import OTHER_APP, SUSPENDED_APP, bearer_name, secret_of, token_name

NOW = 1_790_000_000.25
ADA = person("ada")
UNBOUND = {"accept_unbound_tokens": True}


class Recording(httpx.AsyncBaseTransport):
    """Forward to the simulator, and keep what was sent."""

    def __init__(self, simulator: TwitterSimulator) -> None:
        self.requests: list[httpx.Request] = []
        self._inner = InProcess({BASE_URL: simulator.app()})

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return await self._inner.handle_async_request(request)


def simulator() -> TwitterSimulator:
    return TwitterSimulator(clock=lambda: NOW)


async def verify(
    *tokens: ProviderToken | Credential,
    connection: dict[str, Any] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Callable[[], float] = lambda: NOW,
) -> Identity:
    """Verify each token in one engine, and return the last identity."""
    async with exchange_for(simulator(), connection=connection, transport=transport, clock=clock) as exchange:
        for token in tokens:
            identity = await exchange.verify("twitter", token)
    return identity


def paths_of(recording: Recording) -> list[str]:
    return [request.url.path for request in recording.requests]


def signed(who: Person = ADA, kind: str = "Good") -> ProviderToken:
    return ProviderToken.of(token_name(who, kind), secret=secret_of(who, kind))


def bearer(kind: str = "Good") -> ProviderToken:
    return ProviderToken.of(bearer_name(ADA, kind))


@pytest.mark.slow
@pytest.mark.parametrize("sample", simulator().samples(), ids=lambda sample: sample.name)
@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
async def test_every_sample_ends_as_it_says(sample: Sample, profile_api: str) -> None:
    if sample.name == "not_enrolled" and profile_api == "v1.1":
        profile_api = "v2"  # client-forbidden is a problem of v2
    token = sample.handed()
    connection = {"profile_api": profile_api}
    if sample.expected == ACCEPTED:
        identity = await verify(token, connection=connection)
        assert sample.claims.items() <= identity.profile.claims().items()
    else:
        with pytest.raises(ExchangeError) as refused:
            await verify(token, connection=connection)
        assert refused.value.reason == sample.expected


def test_the_first_sample_is_the_good_one_of_the_complete_person() -> None:
    first = simulator().samples()[0]
    assert (first.name, first.parameters["access_token"]) == ("good", "1000000000000001-SimGoodAda")


def test_sample_names_are_unique() -> None:
    names = [sample.name for sample in simulator().samples()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.key)
async def test_a_signed_token_is_bound_to_our_consumer_key(who: Person, profile_api: str) -> None:
    identity = await verify(signed(who), connection={"profile_api": profile_api})
    assert identity.user_id == str(who.number)
    assert identity.audience == SignedByUs("SimConsumerKey")
    assert identity.expires_at is None


async def test_a_login_costs_one_call_and_puts_no_token_into_the_url() -> None:
    recording = Recording(simulator())
    await verify(signed(), transport=recording)
    assert [request.method for request in recording.requests] == ["GET"]
    url = str(recording.requests[0].url)
    assert url.startswith(f"{BASE_URL}/2/users/me?user.fields=")
    assert "Sim" not in url


async def test_the_token_secret_never_leaves_the_server() -> None:
    recording = Recording(simulator())
    await verify(signed(), transport=recording)
    sent = str(recording.requests[0].url) + str(dict(recording.requests[0].headers))
    assert "SimTokenSecret" not in sent
    assert "SimConsumerSecret" not in sent


@pytest.mark.threat(21)
async def test_two_logins_in_the_same_second_do_not_share_a_nonce() -> None:
    identity = await verify(signed(), signed())
    assert identity.user_id == str(ADA.number)


async def test_token_and_secret_joined_by_a_colon_are_one_pair() -> None:
    joined = ProviderToken.of(f"{token_name(ADA, 'Good')}:{secret_of(ADA, 'Good')}")
    assert (await verify(joined)).audience == SignedByUs("SimConsumerKey")


@pytest.mark.parametrize("value", ["bare", "a:", ":b", "a:b:c", ":", "::", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_token_without_secret_is_refused_before_any_call(value: str) -> None:
    recording = Recording(simulator())
    with pytest.raises(MissingParameter) as refused:
        await verify(ProviderToken.of(value), transport=recording)
    assert refused.value.description == "missing access_token_secret parameter"
    assert recording.requests == []


async def test_a_jwt_is_sent_on_as_an_opaque_token() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"1"}').decode().rstrip("=")
    token = ProviderToken.of(f"{header}.e30.c2ln", secret="secret")
    assert token.is_jwt
    recording = Recording(simulator())
    with pytest.raises(InvalidProviderToken):
        await verify(token, transport=recording)
    assert paths_of(recording) == ["/2/users/me", "/oauth/request_token"]


@pytest.mark.parametrize("value", ["a b", 'a"b', "a,b", "a%41", "a:b", "=", "a=b", "a&b", "a#b"])
async def test_a_token_that_x_cannot_have_issued_costs_no_call(value: str) -> None:
    for token, connection in ((ProviderToken.of(value, secret="s"), {}), (ProviderToken.of(value), UNBOUND)):
        if connection and value == "a:b":
            continue  # that is a pair, not a bearer
        recording = Recording(simulator())
        with pytest.raises(InvalidProviderToken, match="form"):
            await verify(token, connection=connection, transport=recording)
        assert recording.requests == []


@pytest.mark.parametrize("value", ["a-b", "a.b~c_d", "AAAA+/x==", "1-" + "z" * 4000])
async def test_a_token_of_any_form_x_might_issue_is_asked_about(value: str) -> None:
    recording = Recording(simulator())
    with pytest.raises(InvalidProviderToken, match="401"):
        await verify(ProviderToken.of(value, secret='any "secret", %41 & more'), transport=recording)
    assert paths_of(recording) == ["/2/users/me", "/oauth/request_token"]


async def test_a_token_secret_of_any_characters_is_signed_with_correctly() -> None:
    # Refused for the secret it is, not for the characters in it: code 32, not 215.
    token = ProviderToken.of(token_name(ADA, "Good"), secret="&%+ =,")
    with pytest.raises(InvalidProviderToken, match="32"):
        await verify(token, connection={"profile_api": "v1.1"})


@pytest.mark.threat(1)
async def test_a_bearer_is_accepted_only_where_unbound_tokens_are() -> None:
    recording = Recording(simulator())
    identity = await verify(bearer(), connection=UNBOUND | {"profile_api": "v1.1"}, transport=recording)
    assert identity.user_id == str(ADA.number)
    assert isinstance(identity.audience, Unbound)
    request = recording.requests[0]
    assert request.url.path == "/2/users/me"  # v1.1 takes no bearer of OAuth 2.0
    assert request.headers["authorization"] == f"Bearer {bearer_name(ADA, 'Good')}"
    with pytest.raises(MissingParameter):
        await verify(bearer())


async def test_a_signed_token_stays_bound_where_unbound_tokens_are_accepted() -> None:
    assert (await verify(signed(), connection=UNBOUND)).audience == SignedByUs("SimConsumerKey")


async def test_another_apps_bearer_passes_where_unbound_tokens_are_accepted() -> None:
    # This is why they are refused by default: X has no way to tell them apart.
    identity = await verify(bearer("ForeignApp"), connection=UNBOUND)
    assert identity.user_id == str(ADA.number)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Expired", InvalidProviderToken),
        ("Revoked", InvalidProviderToken),
        ("AppOnly", InvalidProviderToken),
        ("NoUsersRead", MissingPermission),
        ("NotEnrolled", ProviderMisconfigured),
        ("OtherAppNotEnrolled", WrongAudience),
    ],
)
async def test_a_bad_bearer_is_refused(kind: str, expected: type[ExchangeError]) -> None:
    with pytest.raises(ExchangeError) as refused:
        await verify(bearer(kind), connection=UNBOUND)
    assert type(refused.value) is expected


async def test_a_bearer_without_the_email_scope_yields_no_email() -> None:
    assert (await verify(bearer(), connection=UNBOUND)).profile.email is not None
    assert (await verify(bearer("NoEmail"), connection=UNBOUND)).profile.email is None


@pytest.mark.threat(1, 21)
@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
async def test_another_apps_token_and_secret_do_not_work_under_our_signature(profile_api: str) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(signed(kind="ForeignApp"), connection={"profile_api": profile_api})
    theirs = {"consumer_key": OTHER_APP.consumer_key, "consumer_secret": OTHER_APP.consumer_secret}
    identity = await verify(signed(kind="ForeignApp"), connection=theirs | {"profile_api": profile_api})
    assert identity.audience == SignedByUs(OTHER_APP.consumer_key)


@pytest.mark.parametrize("consumer_key", ["SimConsumerKe", "SimConsumerKeyX", "simconsumerkey", "ConsumerKey"])
async def test_a_consumer_key_is_compared_exactly(consumer_key: str) -> None:
    with pytest.raises(ProviderMisconfigured, match="oauth/request_token"):
        await verify(signed(), connection={"consumer_key": consumer_key})


@pytest.mark.threat(21, 49)
@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
async def test_our_wrong_secret_is_never_blamed_on_the_user(profile_api: str) -> None:
    # X answers code 32 to a bad token as well, so it is asked about our keys alone.
    recording = Recording(simulator())
    connection = {"consumer_secret": "wrong", "profile_api": profile_api}
    with pytest.raises(ProviderMisconfigured) as refused:
        await verify(signed(), connection=connection, transport=recording)
    assert (refused.value.status, refused.value.alert) == (500, True)
    assert paths_of(recording)[1:] == ["/oauth/request_token"]


@pytest.mark.threat(49)
@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
@pytest.mark.parametrize("kind", ["Expired", "Revoked", "ForeignApp", "Replayed"])
async def test_a_bad_token_calls_nobody(kind: str, profile_api: str) -> None:
    with pytest.raises(InvalidProviderToken) as refused:
        await verify(signed(kind=kind), connection={"profile_api": profile_api})
    assert (refused.value.status, refused.value.alert) == (401, False)


async def test_no_part_of_the_user_is_in_the_question_about_our_keys() -> None:
    recording = Recording(simulator())
    with pytest.raises(InvalidProviderToken):
        await verify(signed(kind="Revoked"), transport=recording)
    request = recording.requests[-1]
    assert (request.method, request.url.path, request.url.query) == ("POST", "/oauth/request_token", b"")
    told = f"{request.headers} {request.content!r}"
    for secret in (token_name(ADA, "Revoked"), secret_of(ADA, "Revoked"), "SimConsumerSecretNotReal"):
        assert secret not in told
    assert 'oauth_callback="oob"' in request.headers["authorization"]


async def check_credentials(**connection: Any) -> None:
    async with exchange_for(simulator(), connection=connection, clock=lambda: NOW) as exchange:
        one = exchange.engine.connections["twitter"]
        await one.strategy.check_credentials(exchange.engine.context(one))


async def test_our_keys_can_be_checked_without_a_user() -> None:
    await check_credentials()


@pytest.mark.parametrize(
    "wrong",
    [
        {"consumer_secret": "wrong"},
        {"consumer_key": "wrong"},
        {"consumer_key": SUSPENDED_APP.consumer_key, "consumer_secret": SUSPENDED_APP.consumer_secret},
    ],
)
async def test_wrong_keys_are_found_without_a_user(wrong: dict[str, str]) -> None:
    with pytest.raises(ProviderMisconfigured, match="oauth/request_token"):
        await check_credentials(**wrong)


async def test_our_suspended_app_is_not_blamed_on_the_user() -> None:
    connection = {"consumer_key": SUSPENDED_APP.consumer_key, "consumer_secret": SUSPENDED_APP.consumer_secret}
    with pytest.raises(ProviderMisconfigured, match="416"):
        await verify(signed(), connection=connection)


@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
@pytest.mark.parametrize("skew_s", [-300, 300])
async def test_our_clock_may_be_off_by_as_much_as_x_takes(skew_s: int, profile_api: str) -> None:
    identity = await verify(signed(), connection={"profile_api": profile_api}, clock=lambda: int(NOW) + skew_s + 0.25)
    assert identity.user_id == str(ADA.number)


@pytest.mark.threat(21)
@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
@pytest.mark.parametrize("skew_s", [-301, 301])
async def test_our_clock_being_wrong_is_not_blamed_on_the_user(skew_s: int, profile_api: str) -> None:
    with pytest.raises(ProviderMisconfigured, match="135"):
        await verify(signed(), connection={"profile_api": profile_api}, clock=lambda: int(NOW) + skew_s + 0.25)


@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
async def test_what_is_signed_is_what_goes_over_the_wire(profile_api: str) -> None:
    # An engine closes only the transport that it has made itself.
    with serve(simulator().app()) as base_url:
        async with aclosing(make_transport(max_connections=2)) as transport:
            connection = {"api_url": f"{base_url}/", "profile_api": profile_api}
            identity = await verify(signed(), connection=connection, transport=transport)
            stranger = signed(kind="ForeignApp")
            with pytest.raises(InvalidProviderToken):
                await verify(stranger, connection=connection, transport=transport)
    assert identity.profile.email is not None
    assert identity.profile.email.address == ADA.email
