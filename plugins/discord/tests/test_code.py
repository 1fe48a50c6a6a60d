"""What comes of an authorization code, and what is asked to learn it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.audience import CodeExchanged
from accredit.credentials import AuthorizationCode
from accredit.errors import (
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
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit.testing import Between, exchange_for
from accredit.testing.between import Instead
from accredit_discord.refusals import EXCHANGE_ERRORS
from accredit_discord.simulator import DiscordSimulator
from accredit_discord.simulator.codes import CALLBACK, VERIFIER
from accredit_discord.simulator.tokens import CLIENT_ID

NOW = 1_795_000_000
TOKEN_PATH = "/api/v10/oauth2/token"


async def log_in(
    *,
    token: str = "sim-good-ada",
    begun_with: str | None = VERIFIER,
    verifier: str | None = VERIFIER,
    redirect_uri: str | None = CALLBACK,
    late_s: float = 0,
    code: str | None = None,
    instead: Mapping[str, Instead] | None = None,
    **connection: Any,
) -> tuple[Identity, list[httpx.Request]]:
    now = float(NOW)
    simulator = DiscordSimulator(clock=lambda: now)
    between = Between(simulator, instead)
    value = code or simulator.new_code(token, verifier=begun_with)
    now += late_s
    async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: now) as exchange:
        credential = AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=redirect_uri)
        return await exchange.verify("discord", credential), between.requests


async def test_code_logs_in_by_what_the_exchange_proves() -> None:
    identity, requests = await log_in()

    assert (identity.user_id, identity.audience) == ("1000000000000001", CodeExchanged(CLIENT_ID))
    assert identity.provider_scopes == {"identify", "email"}
    assert (identity.expires_at, identity.profile.claims()["email"]) == (NOW + 604_800, "ada@example.com")
    exchanged, user = requests
    form = dict(parse_qsl(exchanged.content.decode()))
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", TOKEN_PATH, b"")
    assert exchanged.headers["authorization"].startswith("Basic ")
    assert form == {
        "grant_type": "authorization_code",
        "code": form["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    assert user.url.path == "/api/v10/users/@me"
    assert all(one.headers["user-agent"].startswith("DiscordBot (") for one in requests)


async def test_code_without_a_redirect_uri_is_refused_before_it_is_used() -> None:
    with pytest.raises(MissingParameter):
        await log_in(redirect_uri=None)


async def test_code_is_refused_where_the_operator_has_set_no_secret() -> None:
    with pytest.raises(InvalidParameter, match="code: needs client_secret"):
        await log_in(client_secret=None)


async def test_code_that_was_not_for_identify_lacks_a_permission() -> None:
    with pytest.raises(MissingPermission):
        await log_in(token="sim-no_identify-ada")


@pytest.mark.parametrize("redirect_uri", ["https://evil.example.com/", f"{CALLBACK}/", CALLBACK.upper()])
async def test_redirect_uri_that_is_not_listed_is_refused(redirect_uri: str) -> None:
    with pytest.raises(InvalidParameter):
        await log_in(redirect_uri=redirect_uri)


@pytest.mark.parametrize(("late_s", "is_good"), [(59, True), (60, False)])
async def test_code_is_good_for_a_minute(late_s: float, is_good: bool) -> None:
    if is_good:
        await log_in(late_s=late_s)
    else:
        with pytest.raises(InvalidProviderToken):
            await log_in(late_s=late_s)


async def test_code_that_discord_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(code="sim-code-bad")


async def test_code_of_a_login_that_another_device_has_begun_is_refused() -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(begun_with="x" * 43)


async def test_code_without_a_verifier_is_refused_unless_the_operator_lets_it_pass() -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(begun_with=None, verifier=None)
    assert raised.value.status == 400
    await log_in(begun_with=None, verifier=None, require_pkce=False)


async def test_wrong_secret_is_the_operators_fault() -> None:
    with pytest.raises(ProviderMisconfigured):
        await log_in(client_secret="wrong")


CASES: list[tuple[str, type[ExchangeError]]] = [
    ("invalid_grant", InvalidProviderToken),
    ("invalid_client", ProviderMisconfigured),
    ("unauthorized_client", ProviderMisconfigured),
    ("unsupported_grant_type", ProviderProtocolError),
    ("invalid_request", UnlistedRefusal),
]


def test_every_line_of_the_table_is_tested() -> None:
    assert {error for error, _ in CASES} - {"invalid_request"} | {"ban", "limit", 40333, 130000} == set(EXCHANGE_ERRORS)


@pytest.mark.parametrize(("error", "expected"), CASES)
async def test_refusal_is_classified_by_its_code(error: str, expected: type[ExchangeError]) -> None:
    with pytest.raises(expected) as raised:
        await log_in(instead={TOKEN_PATH: (400, {"error": error, "error_description": "In words."})})
    assert error in raised.value.detail


GOOD = {"access_token": "sim-good-ada", "scope": "identify", "expires_in": 604_800}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {"message": "You are being rate limited.", "retry_after": 1.5}, ProviderRateLimited),
        (429, b"error code: 1015", ProviderQuotaExhausted),
        (403, {"message": "internal network error", "code": 40333}, ProviderMisconfigured),
        (503, {"error": "invalid_grant"}, ProviderUnavailable),
        (400, b"<!DOCTYPE html>", ProviderUnavailable),
        (200, [], ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (200, {**GOOD, "access_token": None}, ProviderUnavailable),
        (200, {**GOOD, "access_token": "a b"}, ProviderUnavailable),
        (200, {**GOOD, "scope": ["identify"]}, ProviderUnavailable),
        (200, {**GOOD, "expires_in": "604800"}, ProviderUnavailable),
        (200, {**GOOD, "expires_in": True}, ProviderUnavailable),
        (200, {**GOOD, "expires_in": 0}, ProviderUnavailable),
    ],
)
async def test_answer_that_is_no_token_is_an_outage_or_a_limit(
    status: int, body: object, expected: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(instead={TOKEN_PATH: (status, body)})
    assert type(raised.value) is expected


@pytest.mark.parametrize("code", [0, 40001, 50014, 50025])
async def test_new_token_that_is_refused_at_once_is_nobodys_fault(code: int) -> None:
    with pytest.raises(ProviderUnavailable):
        await log_in(instead={"/api/v10/users/@me": (401, {"message": "401: Unauthorized", "code": code})})


async def test_exchange_that_fails_is_never_tried_again() -> None:
    simulator = DiscordSimulator(clock=lambda: NOW)
    between = Between(simulator, {TOKEN_PATH: (503, b"")})
    async with exchange_for(
        simulator, transport=between, clock=lambda: NOW, limits={"provider_retries": 2}
    ) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange.verify("discord", AuthorizationCode.of("c", code_verifier=VERIFIER, redirect_uri=CALLBACK))
    assert len(between.requests) == 1
