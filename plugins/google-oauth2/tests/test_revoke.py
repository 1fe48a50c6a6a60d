"""How Google is told that a user is gone."""

from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.credentials import AccessToken, AuthorizationCode, IdToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken, TokenKind
from accredit.testing import person
from accredit_google_oauth2.simulator import GoogleSimulator
from accredit_google_oauth2.simulator.codes import CODE_SETTINGS
from accredit_google_oauth2.simulator.tokens import WEB

GOOD, REFRESH = "ya29.sim-good-ada", "1//sim-refresh-ada"
KEPT = RevocableToken.of(REFRESH, kind="refresh_token")
KEEPS = {"keep_provider_token": True}
CODES = {**CODE_SETTINGS, **KEEPS, "require_pkce": False}


@pytest.fixture
def simulator(now: int) -> GoogleSimulator:
    """One for each test: what is revoked stays so."""
    return GoogleSimulator(clock=lambda: now)


def code_of(simulator: GoogleSimulator, *, is_offline: bool) -> AuthorizationCode:
    return AuthorizationCode.of(simulator.exchange.issue(person("ada"), is_offline=is_offline))


@pytest.mark.parametrize(("value", "kind"), [(GOOD, "access_token"), (REFRESH, "refresh_token")])
async def test_all_that_a_user_has_granted_is_taken_back_by_either_token(
    connect: Any, simulator: GoogleSimulator, requests: list[httpx.Request], value: str, kind: TokenKind
) -> None:
    async with connect(**CODES) as (strategy, ctx):
        await strategy.verify(code_of(simulator, is_offline=True), ctx)
        await strategy.verify(AccessToken.of(GOOD), ctx)
        requests.clear()
        await strategy.revoke(RevocableToken.of(value, kind=kind), ctx)
        [request] = requests
        with pytest.raises(InvalidProviderToken):
            await strategy.verify(AccessToken.of(GOOD), ctx)
        await strategy.verify(AccessToken.of("ya29.sim-good-grace"), ctx)
    assert (request.method, request.url.path, request.url.query) == ("POST", "/revoke", b"")
    assert dict(parse_qsl(request.content.decode())) == {"token": value}


async def test_token_that_google_does_not_know_is_done(connect: Any, simulator: GoogleSimulator) -> None:
    async with connect(**CODES) as (strategy, ctx):
        await strategy.revoke(RevocableToken.of("garbage", kind="access_token"), ctx)
        await strategy.verify(code_of(simulator, is_offline=True), ctx)
        for _ in range(2):
            await strategy.revoke(KEPT, ctx)
    assert simulator.revoked == {"ada"}


async def test_a_code_brings_its_refresh_token_else_the_access_token_until_that_ends(
    connect: Any, simulator: GoogleSimulator, now: int
) -> None:
    access = RevocableToken.of(GOOD, kind="access_token", expires_at=now + 3599)
    async with connect(**CODES) as (strategy, ctx):
        for is_offline, brought in ((True, KEPT), (False, access)):
            found = await strategy.verify(code_of(simulator, is_offline=is_offline), ctx)
            assert found.provider_token == brought


async def test_an_access_token_brings_itself_until_it_ends_and_an_id_token_nothing(
    connect: Any, simulator: GoogleSimulator
) -> None:
    async with connect(**KEEPS) as (strategy, ctx):
        found = await strategy.verify(AccessToken.of(GOOD), ctx)
        assert found.provider_token == RevocableToken.of(GOOD, kind="access_token", expires_at=found.expires_at)
        id_token = IdToken.of(simulator.id_tokens.mint(person("ada")))
        assert (await strategy.verify(id_token, ctx)).provider_token is None


async def test_where_nothing_is_to_be_kept_nothing_is_brought(connect: Any, simulator: GoogleSimulator) -> None:
    async with connect(**{**CODES, "keep_provider_token": False}) as (strategy, ctx):
        for credential in (code_of(simulator, is_offline=True), AccessToken.of(GOOD)):
            assert (await strategy.verify(credential, ctx)).provider_token is None


@pytest.mark.parametrize(
    "said",
    [
        {"access_token": GOOD},
        {"access_token": GOOD, "expires_in": 10**9},
        {"access_token": "a b", "expires_in": 3599},
        {"refresh_token": 7, "access_token": "", "expires_in": 3599},
    ],
    ids=["no time", "no end", "a blank", "a number"],
)
async def test_an_exchange_that_brings_nothing_to_revoke_logs_in_all_the_same(
    connect: Any, simulator: GoogleSimulator, said: dict[str, Any]
) -> None:
    id_token = simulator.id_tokens.mint(person("ada"), changes={"aud": WEB, "azp": WEB})
    async with connect({"/token": (200, {"id_token": id_token, **said}, {})}, **CODES) as (strategy, ctx):
        assert (await strategy.verify(code_of(simulator, is_offline=True), ctx)).provider_token is None


@pytest.mark.parametrize("body", ["", {}], ids=["nothing", "an empty object"])
async def test_success_says_nothing(connect: Any, body: object) -> None:
    async with connect({"/revoke": (200, body, {})}) as (strategy, ctx):
        await strategy.revoke(KEPT, ctx)


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"error": "invalid_token"}, UnlistedRefusal),
        (200, {"ok": True}, ProviderUnavailable),
        (200, "<html>", ProviderUnavailable),
        (204, "", ProviderUnavailable),
        (400, {"error": "unsupported_token_type"}, UnlistedRefusal),
        (400, {"error": "invalid_request"}, ProviderProtocolError),
        (400, "<html>", ProviderUnavailable),
        (401, {"error": "invalid_token"}, UnlistedRefusal),
        (404, "<html>", ProviderProtocolError),
        (429, "", ProviderRateLimited),
        (500, {"error": "invalid_token"}, ProviderUnavailable),
        (503, "", ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    connect: Any, status: int, body: object, error: type[ExchangeError]
) -> None:
    async with connect({"/revoke": (status, body, {})}) as (strategy, ctx):
        with pytest.raises(ExchangeError) as raised:
            await strategy.revoke(KEPT, ctx)
    assert type(raised.value) is error
    assert REFRESH not in str(raised.value)
