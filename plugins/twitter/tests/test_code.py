"""What comes of an authorization code of OAuth 2.0, and what is asked to learn it."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import ValidationError

from accredit.audience import CodeExchanged
from accredit.credentials import AccessToken, AuthorizationCode
from accredit.errors import (
    CredentialReused,
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for, person
from accredit_twitter.refusals.tables import EXCHANGE, NEW_TOKEN, SIGNED, Sign
from accredit_twitter.settings import TwitterSettings
from accredit_twitter.simulator import TwitterSimulator
from accredit_twitter.simulator.codes import (
    CALLBACK,
    CLIENT_ID,
    CLIENT_SECRET,
    CODE_SETTINGS,
    NATIVE_CLIENT_ID,
    OTHER_CLIENT_ID,
)
from accredit_twitter.simulator.tokens import bearer_name

NOW = 1_790_000_000
ADA = person("ada")
GOOD = bearer_name(ADA, "Good")
TOKEN_PATH, USER_PATH = "/2/oauth2/token", "/2/users/me"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
Instead = Mapping[str, tuple[int, object] | tuple[int, object, Mapping[str, str]]]


class Between(httpx.AsyncBaseTransport):
    """The simulated X, with answers put in the place of its own, by path; remembers every request."""

    def __init__(self, simulator: TwitterSimulator, instead: Instead) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._instead = instead
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if (chosen := self._instead.get(request.url.path)) is None:
            return await self._simulator.handle_async_request(request)
        status, body, *headers = chosen
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, headers=headers[0] if headers else {}, stream=httpx.ByteStream(content))


async def log_in(
    *,
    bearer: str = GOOD,
    issued_to: str = CLIENT_ID,
    begun_with: str = VERIFIER,
    verifier: str | None = VERIFIER,
    redirect_uri: str | None = CALLBACK,
    late_s: float = 0,
    code: str | None = None,
    instead: Instead | None = None,
    **connection: Any,
) -> tuple[Identity, list[httpx.Request]]:
    now = float(NOW)
    simulator = TwitterSimulator(clock=lambda: now)
    between = Between(simulator, instead or {})
    value = code or simulator.new_code(bearer, verifier=begun_with, client_id=issued_to)
    now += late_s
    settings = {**CODE_SETTINGS, **connection}
    async with exchange_for(simulator, connection=settings, transport=between, clock=lambda: now) as exchange:
        credential = AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=redirect_uri)
        return await exchange.verify("twitter", credential), between.requests


async def test_code_logs_in_by_what_the_exchange_proves() -> None:
    identity, requests = await log_in()

    assert (identity.user_id, identity.audience) == (str(ADA.number), CodeExchanged(CLIENT_ID))
    assert identity.provider_scopes == {"tweet.read", "users.read", "users.email"}
    assert (identity.expires_at, identity.profile.claims()["email"]) == (NOW + 7200, ADA.email)
    exchanged, user = requests
    form = dict(parse_qsl(exchanged.content.decode()))
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", TOKEN_PATH, b"")
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert exchanged.headers["authorization"] == f"Basic {basic}"
    assert form == {
        "grant_type": "authorization_code",
        "code": form["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": CLIENT_ID,
    }
    assert (user.url.path, user.headers["authorization"]) == (USER_PATH, f"Bearer {GOOD}")


async def test_a_native_app_exchanges_without_a_secret() -> None:
    native: dict[str, Any] = {"oauth2_client_id": NATIVE_CLIENT_ID, "oauth2_client_secret": None}
    identity, requests = await log_in(issued_to=NATIVE_CLIENT_ID, **native)
    assert identity.audience == CodeExchanged(NATIVE_CLIENT_ID)
    assert "authorization" not in requests[0].headers


async def test_a_code_does_not_open_bearers() -> None:
    settings = {**CODE_SETTINGS}
    async with exchange_for(TwitterSimulator(clock=lambda: NOW), connection=settings, clock=lambda: NOW) as exchange:
        with pytest.raises(MissingParameter, match="access_token_secret"):
            await exchange.verify("twitter", AccessToken.of(GOOD))


async def test_users_are_asked_about_by_v2_whatever_profile_api_says() -> None:
    _, requests = await log_in(profile_api="v1.1")
    assert [one.url.path for one in requests] == [TOKEN_PATH, USER_PATH]


async def test_code_is_refused_where_the_operator_has_set_no_client_id() -> None:
    with pytest.raises(InvalidParameter, match="code: needs oauth2_client_id"):
        await log_in(oauth2_client_id=None, oauth2_client_secret=None)


async def test_code_without_a_redirect_uri_is_refused_before_it_is_used() -> None:
    with pytest.raises(MissingParameter, match="redirect_uri"):
        await log_in(redirect_uri=None)


@pytest.mark.parametrize("require_pkce", [True, False])
async def test_code_without_a_verifier_is_refused_whatever_the_operator_says(require_pkce: bool) -> None:
    with pytest.raises(MissingParameter, match="code_verifier"):
        await log_in(verifier=None, require_pkce=require_pkce)


@pytest.mark.parametrize("redirect_uri", ["https://evil.example.com/", f"{CALLBACK}/", CALLBACK.upper()])
async def test_redirect_uri_that_is_not_listed_is_refused(redirect_uri: str) -> None:
    with pytest.raises(InvalidParameter):
        await log_in(redirect_uri=redirect_uri)


async def test_redirect_uri_of_another_login_is_the_codes_fault() -> None:
    other = "https://app.example.com/other"
    with pytest.raises(InvalidProviderToken):
        await log_in(redirect_uri=other, redirect_uris=[CALLBACK, other])


@pytest.mark.parametrize(("late_s", "is_good"), [(29, True), (30, False)])
async def test_code_is_good_for_half_a_minute(late_s: float, is_good: bool) -> None:
    if is_good:
        await log_in(late_s=late_s)
    else:
        with pytest.raises(InvalidProviderToken):
            await log_in(late_s=late_s)


@pytest.mark.threat(1)
@pytest.mark.parametrize(
    "wrong",
    [{"code": "SimCodeBad"}, {"issued_to": OTHER_CLIENT_ID}, {"begun_with": "x" * 43}],
    ids=lambda one: next(iter(one)),
)
async def test_code_that_is_not_ours_or_not_this_logins_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(**wrong)


async def test_code_is_good_once() -> None:
    simulator = TwitterSimulator(clock=lambda: NOW)
    code = AuthorizationCode.of(
        simulator.new_code(GOOD, verifier=VERIFIER), code_verifier=VERIFIER, redirect_uri=CALLBACK
    )
    between = Between(simulator, {})
    settings = {**CODE_SETTINGS}
    async with exchange_for(simulator, connection=settings, transport=between, clock=lambda: NOW) as exchange:
        await exchange.verify("twitter", code)
        with pytest.raises(CredentialReused):
            await exchange.verify("twitter", code)
    async with exchange_for(simulator, connection=settings, transport=between, clock=lambda: NOW) as exchange:
        with pytest.raises(InvalidProviderToken):  # another storage has forgotten it: X has not
            await exchange.verify("twitter", code)


@pytest.mark.threat(49)
@pytest.mark.parametrize(
    "wrong",
    [{"oauth2_client_secret": "wrong"}, {"oauth2_client_secret": None}, {"oauth2_client_id": "U2ltTm9ib2R5"}],
    ids=["wrong secret", "no secret", "unknown client"],
)
async def test_wrong_credentials_are_the_operators_fault(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProviderMisconfigured):
        await log_in(**wrong)


def says(sign: Sign) -> tuple[int, object]:
    """Return an answer that holds the sign, and nothing else that tells."""
    if isinstance(sign, int):
        return 400, {"errors": [{"code": sign, "message": "In words."}]}
    if sign.startswith("status "):
        _, status, *words = sign.split(" ", 2)
        return int(status), {"title": "In words", "detail": " ".join(words), "type": "about:blank"}
    word, _, text = sign.partition(" ")
    if word.startswith(("invalid_", "unauthorized_", "unsupported_")):
        return 400, {"error": word, "error_description": f"In words, {text.capitalize()}."}
    return 400, {"title": "In words", "detail": "", "type": f"https://api.x.com/2/problems/{word}"}


@pytest.mark.parametrize("sign", EXCHANGE, ids=str)
async def test_refusal_of_the_exchange_is_that_of_its_line(sign: Sign) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(instead={TOKEN_PATH: says(sign)})
    assert type(raised.value) is EXCHANGE[sign].error


@pytest.mark.parametrize("sign", NEW_TOKEN, ids=str)
async def test_refusal_of_the_new_token_is_that_of_its_line(sign: Sign) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(instead={USER_PATH: says(sign)})
    assert type(raised.value) is NEW_TOKEN[sign].error


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("NoUsersRead", MissingPermission), ("Expired", ProviderUnavailable), ("NotEnrolled", ProviderMisconfigured)],
)
async def test_new_token_that_x_refuses_is_never_called_invalid(kind: str, expected: type[ExchangeError]) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(bearer=bearer_name(ADA, kind))
    assert type(raised.value) is expected
    assert not any(issubclass(line.error, InvalidProviderToken) for line in NEW_TOKEN.values())
    assert any(issubclass(line.error, InvalidProviderToken) for line in SIGNED.values())


async def test_user_who_is_suspended_is_told_from_a_dead_token() -> None:
    with pytest.raises(ProviderUserBlocked):
        await log_in(instead={USER_PATH: says(64)})


ANSWER = {"token_type": "bearer", "expires_in": 7200, "access_token": GOOD, "scope": "users.read tweet.read"}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": "invalid_request", "error_description": "Something new."}, UnlistedRefusal),
        (400, {"error": "invalid_request", "error_description": 1}, UnlistedRefusal),
        (400, {"error": "invalid_request"}, UnlistedRefusal),
        (401, {"error": "new_word"}, UnlistedRefusal),
        (200, {"error": "invalid_grant"}, InvalidProviderToken),
        (503, {"error": "invalid_grant"}, ProviderUnavailable),
        (429, b"", ProviderRateLimited),
        (402, b"", ProviderMisconfigured),
        (404, b"", ProviderProtocolError),
        (400, b"<!DOCTYPE html>", ProviderUnavailable),
        (400, {"error": ""}, ProviderUnavailable),
        (200, [], ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (200, {**ANSWER, "access_token": None}, ProviderUnavailable),
        (200, {**ANSWER, "access_token": "a b"}, ProviderUnavailable),
        (200, {**ANSWER, "scope": None}, ProviderUnavailable),
        (200, {**ANSWER, "expires_in": "7200"}, ProviderUnavailable),
        (200, {**ANSWER, "expires_in": True}, ProviderUnavailable),
        (200, {**ANSWER, "expires_in": 0}, ProviderUnavailable),
    ],
)
async def test_answer_that_is_no_token_is_classified(status: int, body: object, expected: type[ExchangeError]) -> None:
    await log_in(instead={TOKEN_PATH: (200, ANSWER)})
    with pytest.raises(ExchangeError) as raised:
        await log_in(instead={TOKEN_PATH: (status, body)})
    assert type(raised.value) is expected


async def test_app_whose_day_is_used_up_is_the_operators_quota() -> None:
    reset = {"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": str(NOW + 60)}
    with pytest.raises(ProviderQuotaExhausted):
        await log_in(instead={USER_PATH: (*says(88), reset)})


async def test_path_that_x_does_not_know_is_our_fault() -> None:
    with pytest.raises(ProviderProtocolError):
        await log_in(instead={USER_PATH: (404, b"")})


async def test_exchange_that_fails_is_never_tried_again() -> None:
    simulator = TwitterSimulator(clock=lambda: NOW)
    between = Between(simulator, {TOKEN_PATH: (503, b"")})
    connection, limits = {**CODE_SETTINGS}, {"provider_retries": 2}
    async with exchange_for(
        simulator, connection=connection, transport=between, clock=lambda: NOW, limits=limits
    ) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange.verify("twitter", AuthorizationCode.of("c", code_verifier=VERIFIER, redirect_uri=CALLBACK))
    assert len(between.requests) == 1


@pytest.mark.parametrize("setting", ["oauth2_client_id", "oauth2_client_secret"])
@pytest.mark.parametrize("value", ["", "a b", "x\n", 7])
def test_a_wrong_client_is_no_setting(setting: str, value: object) -> None:
    good = {"consumer_key": "k", "consumer_secret": "s", **CODE_SETTINGS}
    assert TwitterSettings.model_validate(good).accepted_audiences == {"k", CLIENT_ID}
    with pytest.raises(ValidationError):
        TwitterSettings.model_validate({**good, setting: value})
