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
    ProviderMisconfigured,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit.testing import Between, exchange_for
from accredit.testing.between import Instead
from accredit_github.refusals import EXCHANGE_ERRORS
from accredit_github.simulator import CLIENT_SECRET, GitHubSimulator
from accredit_github.simulator.answers import oauth_error
from accredit_github.simulator.codes import CALLBACK, VERIFIER
from accredit_github.simulator.tokens import CLIENT_ID

NOW = 1_795_000_000
TOKEN_PATH = "/login/oauth/access_token"


async def log_in(
    *,
    token: str = "gho_sim_good_ada",
    begun_with: str | None = VERIFIER,
    verifier: str | None = VERIFIER,
    redirect_uri: str | None = CALLBACK,
    late_s: float = 0,
    code: str | None = None,
    instead: Mapping[str, Instead] | None = None,
    **connection: Any,
) -> tuple[Identity, list[httpx.Request]]:
    now = float(NOW)
    simulator = GitHubSimulator(clock=lambda: now)
    between = Between(simulator, instead)
    value = code or simulator.new_code(token, verifier=begun_with)
    now += late_s
    async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: now) as exchange:
        credential = AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=redirect_uri)
        return await exchange.verify("github", credential), between.requests


async def test_code_logs_in_by_what_the_exchange_proves() -> None:
    identity, requests = await log_in()

    assert (identity.user_id, identity.audience) == ("1000000000000001", CodeExchanged(CLIENT_ID))
    assert identity.provider_scopes == {"read:user", "user:email"}
    assert (identity.expires_at, identity.profile.claims()["email"]) == (None, "ada@example.com")
    exchanged, *gets = requests
    form = dict(parse_qsl(exchanged.content.decode()))
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", TOKEN_PATH, b"")
    assert form == {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code": form["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    assert sorted(one.url.path for one in gets) == ["/user", "/user/emails"]


async def test_token_of_a_github_app_ends_when_its_hours_are_over() -> None:
    identity, _ = await log_in(token="ghu_sim_app_ada")
    assert identity.expires_at == NOW + 28_800


async def test_redirect_uri_is_sent_only_where_the_app_has_sent_one() -> None:
    _, (exchanged, *_) = await log_in(redirect_uri=None)
    assert "redirect_uri" not in dict(parse_qsl(exchanged.content.decode()))


@pytest.mark.parametrize("redirect_uri", ["https://evil.example.com/", f"{CALLBACK}/", CALLBACK.upper()])
async def test_redirect_uri_that_is_not_listed_is_refused(redirect_uri: str) -> None:
    with pytest.raises(InvalidParameter):
        await log_in(redirect_uri=redirect_uri)


@pytest.mark.parametrize(("late_s", "is_good"), [(599, True), (600, False)])
async def test_code_is_good_for_ten_minutes(late_s: float, is_good: bool) -> None:
    if is_good:
        await log_in(late_s=late_s)
    else:
        with pytest.raises(InvalidProviderToken):
            await log_in(late_s=late_s)


async def test_code_that_github_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(code="00000000000000000bad")


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
    ("bad_verification_code", InvalidProviderToken),
    ("incorrect_client_credentials", ProviderMisconfigured),
    ("redirect_uri_mismatch", ProviderMisconfigured),
    ("unverified_user_email", ProviderUserBlocked),
    ("unheard_of", UnlistedRefusal),
]


def test_every_line_of_the_table_is_tested() -> None:
    assert {error for error, _ in CASES} - {"unheard_of"} | {"primary limit", "limit"} == set(EXCHANGE_ERRORS)


@pytest.mark.parametrize(("error", "expected"), CASES)
async def test_refusal_under_status_200_is_classified_by_its_code(error: str, expected: type[ExchangeError]) -> None:
    with pytest.raises(expected) as raised:
        await log_in(instead={TOKEN_PATH: (200, oauth_error(error))})
    assert error in raised.value.detail


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {"message": "You have exceeded a secondary rate limit."}, ProviderRateLimited),
        (404, b"<!DOCTYPE html>", ProviderUnavailable),
        (503, {"error": "bad_verification_code"}, ProviderUnavailable),
        (200, b"access_token=gho_sim_good_ada&scope=&token_type=bearer", ProviderUnavailable),
        (200, [], ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (200, {"error": None}, ProviderUnavailable),
        (200, {"access_token": None, "scope": ""}, ProviderUnavailable),
        (200, {"access_token": "gho a", "scope": ""}, ProviderUnavailable),
        (200, {"access_token": "gho_sim_good_ada", "scope": None}, ProviderUnavailable),
        (200, {"access_token": "gho_sim_good_ada", "scope": "", "expires_in": "28800"}, ProviderUnavailable),
        (200, {"access_token": "gho_sim_good_ada", "scope": "", "expires_in": True}, ProviderUnavailable),
        (200, {"access_token": "gho_sim_good_ada", "scope": "", "expires_in": 0}, ProviderUnavailable),
    ],
)
async def test_answer_that_is_no_token_is_an_outage_or_a_limit(
    status: int, body: object, expected: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(instead={TOKEN_PATH: (status, body)})
    assert type(raised.value) is expected


@pytest.mark.parametrize("path", ["/user", "/user/emails"])
async def test_new_token_that_is_refused_at_once_is_nobodys_fault(path: str) -> None:
    with pytest.raises(ProviderUnavailable):
        await log_in(instead={path: (401, {"message": "Bad credentials"})})


async def test_exchange_that_fails_is_never_tried_again() -> None:
    simulator = GitHubSimulator(clock=lambda: NOW)
    between = Between(simulator, {TOKEN_PATH: (503, b"")})
    async with exchange_for(
        simulator, transport=between, clock=lambda: NOW, limits={"provider_retries": 2}
    ) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange.verify("github", AuthorizationCode.of("c", code_verifier=VERIFIER, redirect_uri=CALLBACK))
    assert len(between.requests) == 1
