"""What comes of an authorization code, and what is asked to learn it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.audience import CodeExchanged, JwtAudience
from accredit.credentials import AuthorizationCode
from accredit.errors import (
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit.testing import Between, exchange_for, person
from accredit.testing.between import Instead
from accredit_line.refusals import EXCHANGE_ERRORS
from accredit_line.simulator import LineSimulator
from accredit_line.simulator.answers import exchange_refused
from accredit_line.simulator.codes import CALLBACK, VERIFIER
from accredit_line.simulator.tokens import CHANNEL_ID, CHANNEL_SECRET

NOW = 1_800_000_000
TOKEN_PATH = "/oauth2/v2.1/token"
ADA = f"U{1_000_000_000_000_001:032x}"


def token_of(name: str) -> str:
    return f"eyJhbGciOiJIUzI1NiJ9.sim-{name}-ada.line"


async def log_in(
    *,
    token: str = "good",
    begun_with: str | None = VERIFIER,
    verifier: str | None = VERIFIER,
    redirect_uri: str | None = CALLBACK,
    nonce: str | None = None,
    token_nonce: str | None = None,
    late_s: float = 0,
    code: str | None = None,
    instead: Mapping[str, Instead] | None = None,
    **connection: Any,
) -> tuple[Identity, list[httpx.Request]]:
    now = float(NOW)
    simulator = LineSimulator(clock=lambda: now)
    between = Between(simulator, instead)
    value = code or simulator.new_code(token_of(token), verifier=begun_with, nonce=token_nonce)
    now += late_s
    async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: now) as exchange:
        credential = AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=redirect_uri, nonce=nonce)
        return await exchange.verify("line", credential), between.requests


@pytest.mark.parametrize("alg", ["ES256", "HS256"])
async def test_a_code_brings_an_id_token_that_published_keys_verify_whatever_others_are_signed_with(alg: str) -> None:
    identity, requests = await log_in(signing_alg=alg)

    assert (identity.user_id, identity.audience) == (ADA, JwtAudience((CHANNEL_ID,)))
    assert identity.expires_at == NOW + 3600
    assert identity.provider_scopes == {"profile", "openid"}
    claims = identity.profile.claims()
    assert (claims["email"], claims["email_verified"]) == ("ada@example.com", False)
    exchanged, keys = requests
    form = dict(parse_qsl(exchanged.content.decode()))
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", TOKEN_PATH, b"")
    assert form == {
        "grant_type": "authorization_code",
        "code": form["code"],
        "redirect_uri": CALLBACK,
        "client_id": CHANNEL_ID,
        "client_secret": CHANNEL_SECRET,
        "id_token_key_type": "JWK",
        "code_verifier": VERIFIER,
    }
    assert keys.url.path == "/oauth2/v2.1/certs"


GOOD = {"access_token": token_of("good"), "scope": "profile", "expires_in": 60}


async def test_without_an_id_token_the_exchange_is_the_proof_and_profile_says_who_it_is() -> None:
    identity, requests = await log_in(instead={TOKEN_PATH: (200, GOOD)})
    assert (identity.user_id, identity.audience) == (ADA, CodeExchanged(CHANNEL_ID))
    assert identity.expires_at == NOW + 60
    assert identity.provider_scopes == {"profile"}
    assert [one.url.path for one in requests] == [TOKEN_PATH, "/v2/profile"]
    assert requests[1].headers["authorization"] == f"Bearer {token_of('good')}"


async def test_a_code_that_brings_neither_names_nobody() -> None:
    with pytest.raises(MissingPermission):
        await log_in(token="no-scope")


@pytest.mark.threat(6)
async def test_an_id_token_signed_with_the_secret_is_not_what_was_asked_for() -> None:
    web = LineSimulator(clock=lambda: NOW).web_id_tokens
    answer = {**GOOD, "id_token": web.mint(person("ada"))}
    with pytest.raises(InvalidProviderToken):
        await log_in(instead={TOKEN_PATH: (200, answer)}, signing_alg="HS256")


@pytest.mark.threat(10)
async def test_a_nonce_binds_the_code_by_its_id_token() -> None:
    assert (await log_in(nonce="n-1", token_nonce="n-1"))[0].user_id == ADA
    for nonce, token_nonce in (("n-1", "n-2"), ("n-1", None), (None, "n-1")):
        with pytest.raises(InvalidProviderToken, match="nonce"):
            await log_in(nonce=nonce, token_nonce=token_nonce)
    with pytest.raises(InvalidProviderToken, match="nonce"):
        await log_in(nonce="n-1", instead={TOKEN_PATH: (200, GOOD)})


async def test_codes_need_the_secret_and_the_redirect_uri() -> None:
    with pytest.raises(InvalidParameter, match="code: needs channel_secret"):
        await log_in(channel_secret=None, redirect_uris=[], redirect_uri=None)
    with pytest.raises(MissingParameter):
        await log_in(redirect_uri=None)


@pytest.mark.parametrize("redirect_uri", ["https://evil.example.com/", f"{CALLBACK}/", CALLBACK.upper()])
async def test_a_redirect_uri_that_is_not_listed_is_refused(redirect_uri: str) -> None:
    with pytest.raises(InvalidParameter):
        await log_in(redirect_uri=redirect_uri)


async def test_a_code_of_another_redirect_uri_than_the_named_one_is_the_clients_fault() -> None:
    other = "https://app.example.com/other"
    with pytest.raises(InvalidProviderToken) as caught:
        await log_in(redirect_uri=other, redirect_uris=[CALLBACK, other])
    assert not caught.value.alert


@pytest.mark.parametrize(("late_s", "is_good"), [(599, True), (600, False)])
async def test_a_code_is_good_for_ten_minutes(late_s: float, is_good: bool) -> None:
    if is_good:
        await log_in(late_s=late_s)
    else:
        with pytest.raises(InvalidProviderToken):
            await log_in(late_s=late_s)


async def test_a_code_is_bound_to_the_device_that_began_the_login() -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(begun_with="x" * 43)
    with pytest.raises(MissingParameter):
        await log_in(begun_with=None, verifier=None)
    await log_in(begun_with=None, verifier=None, require_pkce=False)


async def test_a_wrong_secret_is_the_operators_fault() -> None:
    with pytest.raises(ProviderMisconfigured):
        await log_in(channel_secret="0" * 32)


CASES: list[tuple[str, type[ExchangeError]]] = [
    ("invalid_grant", InvalidProviderToken),
    ("invalid_client", ProviderMisconfigured),
    ("unauthorized_client", ProviderMisconfigured),
    ("unsupported_grant_type", ProviderProtocolError),
    ("invalid_request", UnlistedRefusal),
]


def test_every_line_of_the_table_is_tested() -> None:
    assert {error for error, _ in CASES} - {"invalid_request"} | {"429"} == set(EXCHANGE_ERRORS)


@pytest.mark.parametrize(("error", "expected"), CASES)
async def test_a_refusal_is_classified_by_its_word(error: str, expected: type[ExchangeError]) -> None:
    with pytest.raises(ExchangeError) as caught:
        await log_in(instead={TOKEN_PATH: (400, exchange_refused(error).body)})
    assert type(caught.value) is expected
    assert "In words" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {"message": "limit"}, ProviderRateLimited),
        (200, {**GOOD, "error": "invalid_grant"}, InvalidProviderToken),
        (401, {"error": "invalid_client"}, ProviderMisconfigured),
        (503, {"error": "invalid_grant"}, ProviderUnavailable),
        (400, b"<!DOCTYPE html>", ProviderUnavailable),
        (200, b"<!DOCTYPE html>", ProviderUnavailable),
        (200, [], ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (200, {**GOOD, "access_token": None}, ProviderUnavailable),
        (200, {**GOOD, "access_token": "a b"}, ProviderUnavailable),
        (200, {**GOOD, "id_token": 1}, ProviderUnavailable),
        (200, {**GOOD, "id_token": "x"}, InvalidProviderToken),
        (200, {**GOOD, "scope": ["profile"]}, ProviderUnavailable),
        (200, {**GOOD, "expires_in": "60"}, ProviderUnavailable),
        (200, {**GOOD, "expires_in": True}, ProviderUnavailable),
        (200, {**GOOD, "expires_in": 0}, ProviderUnavailable),
    ],
)
async def test_an_answer_that_is_no_token_is_no_login(status: int, body: object, expected: type[ExchangeError]) -> None:
    with pytest.raises(ExchangeError) as caught:
        await log_in(instead={TOKEN_PATH: (status, body)})
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, ProviderUnavailable), (401, ProviderUnavailable), (403, MissingPermission), (429, ProviderRateLimited)],
)
async def test_a_new_token_that_is_refused_at_once_is_nobodys_fault(status: int, expected: type[ExchangeError]) -> None:
    with pytest.raises(ExchangeError) as caught:
        await log_in(instead={TOKEN_PATH: (200, GOOD), "/v2/profile": (status, {"message": "no"})})
    assert type(caught.value) is expected


async def test_an_exchange_that_fails_is_never_tried_again() -> None:
    simulator = LineSimulator(clock=lambda: NOW)
    between = Between(simulator, {TOKEN_PATH: (503, b"")})
    limits = {"provider_retries": 2}
    async with exchange_for(simulator, transport=between, clock=lambda: NOW, limits=limits) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange.verify("line", AuthorizationCode.of("c", code_verifier=VERIFIER, redirect_uri=CALLBACK))
    assert len(between.requests) == 1
