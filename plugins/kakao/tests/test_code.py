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
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit.testing import Between, exchange_for
from accredit.testing.between import Instead
from accredit_kakao.refusals import EXCHANGE_ERRORS
from accredit_kakao.simulator import KakaoSimulator
from accredit_kakao.simulator.answers import exchange_refused
from accredit_kakao.simulator.codes import CALLBACK, VERIFIER
from accredit_kakao.simulator.tokens import CLIENT_SECRET, REST_KEY

NOW = 1_800_000_000
ADA = "1000000000000001"


async def log_in(
    *,
    token: str = "sim-good-ada",
    begun_with: str | None = VERIFIER,
    verifier: str | None = VERIFIER,
    redirect_uri: str | None = CALLBACK,
    nonce: str | None = None,
    with_id_token: bool = True,
    token_nonce: str | None = None,
    late_s: float = 0,
    code: str | None = None,
    instead: Mapping[str, Instead] | None = None,
    **connection: Any,
) -> tuple[Identity, list[httpx.Request]]:
    now = float(NOW)
    simulator = KakaoSimulator(clock=lambda: now)
    between = Between(simulator, instead)
    value = code or simulator.new_code(token, verifier=begun_with, with_id_token=with_id_token, nonce=token_nonce)
    now += late_s
    async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: now) as exchange:
        credential = AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=redirect_uri, nonce=nonce)
        return await exchange.verify("kakao", credential), between.requests


async def test_a_code_is_exchanged_by_the_rest_api_key_and_logs_in_by_what_that_proves() -> None:
    identity, requests = await log_in(with_id_token=False)

    assert (identity.user_id, identity.audience) == (ADA, CodeExchanged(REST_KEY, "app_key"))
    assert identity.expires_at == NOW + 21_599
    claims = identity.profile.claims()
    assert (claims["email"], claims["email_verified"]) == ("ada@example.com", True)
    exchanged, me = requests
    form = dict(parse_qsl(exchanged.content.decode()))
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", "/oauth/token", b"")
    assert form == {
        "grant_type": "authorization_code",
        "client_id": REST_KEY,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": CALLBACK,
        "code": form["code"],
        "code_verifier": VERIFIER,
    }
    assert (me.url.path, me.headers["authorization"]) == ("/v2/user/me", "Bearer sim-good-ada")


async def test_the_id_token_that_comes_of_a_code_is_verified_and_is_the_proof() -> None:
    identity, requests = await log_in()
    assert (identity.user_id, identity.audience) == (ADA, JwtAudience((REST_KEY,), family="app_key"))
    assert identity.profile.claims()["email_verified"] is True
    assert [one.url.path for one in requests] == ["/oauth/token", "/.well-known/jwks.json", "/v2/user/me"]


@pytest.mark.threat(10)
async def test_a_nonce_binds_the_code_by_its_id_token() -> None:
    assert (await log_in(nonce="n-1", token_nonce="n-1"))[0].user_id == ADA
    for nonce, token_nonce in (("n-1", "n-2"), ("n-1", None), (None, "n-1")):
        with pytest.raises(InvalidProviderToken, match="nonce"):
            await log_in(nonce=nonce, token_nonce=token_nonce)
    with pytest.raises(InvalidProviderToken, match="nonce"):
        await log_in(nonce="n-1", with_id_token=False)


@pytest.mark.threat(8)
async def test_an_id_token_of_another_user_than_the_new_access_tokens_is_no_login() -> None:
    with pytest.raises(ProviderUnavailable, match="different users"):
        await log_in(instead={"/v2/user/me": (200, {"id": int(ADA) + 1})})


async def test_codes_need_a_rest_api_key_and_the_redirect_uri() -> None:
    with pytest.raises(InvalidParameter, match="code: needs client_id"):
        await log_in(client_id=None, client_secret=None, redirect_uris=[], redirect_uri=None)
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


@pytest.mark.parametrize("changes", [{"client_secret": "wrong"}, {"client_secret": None}, {"client_id": "another"}])
async def test_a_wrong_secret_or_key_is_the_operators_fault(changes: dict[str, Any]) -> None:
    with pytest.raises(ProviderMisconfigured):
        await log_in(**changes)


CASES: list[tuple[str, str, type[ExchangeError]]] = [
    ("invalid_grant", "KOE303", InvalidProviderToken),
    ("invalid_grant", "KOE320", InvalidProviderToken),
    ("invalid_grant", "KOE999", InvalidProviderToken),
    ("invalid_request", "KOE004", ProviderMisconfigured),
    ("invalid_request", "KOE006", ProviderMisconfigured),
    ("invalid_client", "KOE008", ProviderMisconfigured),
    ("invalid_client", "KOE010", ProviderMisconfigured),
    ("invalid_client", "KOE101", ProviderMisconfigured),
    ("invalid_client", "KOE999", ProviderMisconfigured),
    ("misconfigured", "KOE999", ProviderMisconfigured),
    ("invalid_request", "KOE237", ProviderRateLimited),
    ("server_error", "KOE003", ProviderUnavailable),
    ("server_error", "KOE999", ProviderUnavailable),
    ("invalid_request", "KOE002", ProviderProtocolError),
    ("invalid_request", "KOE001", UnlistedRefusal),
]


def test_every_line_of_the_table_is_tested() -> None:
    assert {word for case in CASES for word in case[:2]} - {"invalid_request", "KOE001", "KOE999"} == set(
        EXCHANGE_ERRORS
    )


@pytest.mark.parametrize(("error", "code", "expected"), CASES)
async def test_a_refusal_is_classified_by_its_code_else_by_its_word(
    error: str, code: str, expected: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as caught:
        await log_in(instead={"/oauth/token": (400, exchange_refused(error, code).body)})
    assert type(caught.value) is expected
    assert "In words" not in str(caught.value)


GOOD = {"access_token": "sim-good-ada", "expires_in": 60}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {"error": "invalid_request", "error_code": "KOE237"}, ProviderRateLimited),
        (200, {**GOOD, "error": "invalid_grant"}, InvalidProviderToken),
        (400, {"error": "words with blanks", "error_code": 320}, ProviderUnavailable),
        (503, {"error": "invalid_grant"}, ProviderUnavailable),
        (400, b"<!DOCTYPE html>", ProviderUnavailable),
        (200, b"<!DOCTYPE html>", ProviderUnavailable),
        (200, [], ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (200, {**GOOD, "access_token": None}, ProviderUnavailable),
        (200, {**GOOD, "access_token": "a b"}, ProviderUnavailable),
        (200, {**GOOD, "id_token": 1}, ProviderUnavailable),
        (200, {**GOOD, "id_token": "x"}, InvalidProviderToken),
        (200, {**GOOD, "expires_in": "60"}, ProviderUnavailable),
        (200, {**GOOD, "expires_in": True}, ProviderUnavailable),
        (200, {**GOOD, "expires_in": 0}, ProviderUnavailable),
    ],
)
async def test_an_answer_that_is_no_token_is_no_login(status: int, body: object, expected: type[ExchangeError]) -> None:
    assert (await log_in(instead={"/oauth/token": (200, GOOD)}))[0].expires_at == NOW + 60
    with pytest.raises(ExchangeError) as caught:
        await log_in(instead={"/oauth/token": (status, body)})
    assert type(caught.value) is expected


@pytest.mark.parametrize("code", [-2, -101, -401])
async def test_a_new_token_that_is_refused_at_once_is_nobodys_fault(code: int) -> None:
    with pytest.raises(ProviderUnavailable):
        await log_in(instead={"/v2/user/me": (401, {"msg": "this access token does not exist", "code": code})})


@pytest.mark.parametrize(("token", "expected"), [("dormant", ProviderUserBlocked), ("ip", ProviderMisconfigured)])
async def test_what_kakao_says_of_user_and_app_holds_for_a_new_token_too(
    token: str, expected: type[ExchangeError]
) -> None:
    with pytest.raises(expected):
        await log_in(token=f"sim-{token}-ada")


async def test_an_exchange_that_fails_is_never_tried_again() -> None:
    simulator = KakaoSimulator(clock=lambda: NOW)
    between = Between(simulator, {"/oauth/token": (503, b"")})
    limits = {"provider_retries": 2}
    async with exchange_for(simulator, transport=between, clock=lambda: NOW, limits=limits) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange.verify("kakao", AuthorizationCode.of("c", code_verifier=VERIFIER, redirect_uri=CALLBACK))
    assert len(between.requests) == 1
