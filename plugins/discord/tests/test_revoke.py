"""How Discord is told that a user is gone."""

import base64
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import ValidationError

from accredit.credentials import AccessToken, AuthorizationCode
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken, TokenKind
from accredit_discord.settings import DiscordSettings
from accredit_discord.simulator import CLIENT_SECRET, DiscordSimulator
from accredit_discord.simulator.codes import CALLBACK
from accredit_discord.simulator.tokens import CLIENT_ID

PATH = "/api/v10/oauth2/token/revoke"
GOOD = "sim-good-ada"
REFRESH = RevocableToken.of(f"{GOOD}-refresh", kind="refresh_token", client_id=CLIENT_ID)


@pytest.mark.parametrize(("value", "kind"), [(GOOD, "access_token"), (f"{GOOD}-refresh", "refresh_token")])
async def test_the_whole_authorization_is_taken_back_by_either_token(
    connect: Any, requests: list[httpx.Request], value: str, kind: TokenKind
) -> None:
    async with connect() as (strategy, ctx):
        await strategy.verify(AccessToken.of(GOOD), ctx)
        requests.clear()
        await strategy.revoke(RevocableToken.of(value, kind=kind, client_id=CLIENT_ID), ctx)
        [request] = requests
        with pytest.raises(InvalidProviderToken):
            await strategy.verify(AccessToken.of(GOOD), ctx)
        await strategy.verify(AccessToken.of("sim-good-grace"), ctx)
    assert (request.method, request.url.path, request.url.query) == ("POST", PATH, b"")
    assert dict(parse_qsl(request.content.decode())) == {"token": value, "token_type_hint": kind}
    ours = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {ours}"
    assert request.headers["user-agent"].startswith("DiscordBot (")


async def test_token_that_discord_does_not_know_is_done(connect: Any) -> None:
    async with connect() as (strategy, ctx):
        await strategy.revoke(RevocableToken.of("garbage", kind="access_token", client_id=CLIENT_ID), ctx)
        for _ in range(2):
            await strategy.revoke(REFRESH, ctx)


async def test_a_code_brings_its_refresh_token_and_an_access_token_itself_until_it_ends(
    connect: Any, simulator: DiscordSimulator
) -> None:
    code = AuthorizationCode.of(simulator.new_code(GOOD), redirect_uri=CALLBACK)
    async with connect(require_pkce=False, keep_provider_token=True) as (strategy, ctx):
        assert (await strategy.verify(code, ctx)).provider_token == REFRESH
        verified = await strategy.verify(AccessToken.of(GOOD), ctx)
    kept = RevocableToken.of(GOOD, kind="access_token", client_id=CLIENT_ID, expires_at=verified.expires_at)
    assert verified.expires_at is not None
    assert verified.provider_token == kept


async def test_a_code_without_a_refresh_token_logs_in_all_the_same(connect: Any, simulator: DiscordSimulator) -> None:
    code = AuthorizationCode.of(simulator.new_code(GOOD), redirect_uri=CALLBACK)
    answers, settings = {"/api/v10/oauth2/token": {"refresh_token": ...}}, {"keep_provider_token": True}
    async with connect(answers, require_pkce=False, **settings) as (strategy, ctx):
        assert (await strategy.verify(code, ctx)).provider_token is None


@pytest.mark.parametrize("value", ["", "a b", 7], ids=["empty", "blank", "number"])
async def test_a_refresh_token_that_is_none_is_an_outage(
    connect: Any, simulator: DiscordSimulator, value: object
) -> None:
    code = AuthorizationCode.of(simulator.new_code(GOOD), redirect_uri=CALLBACK)
    async with connect({"/api/v10/oauth2/token": {"refresh_token": value}}) as (strategy, ctx):
        with pytest.raises(ProviderUnavailable, match="refresh_token is no token"):
            await strategy.verify(code, ctx)


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"error": "invalid_client"}, ProviderUnavailable),
        (200, b"<html>", ProviderUnavailable),
        (200, [], ProviderUnavailable),
        (204, b"", ProviderUnavailable),
        (400, {"error": "invalid_request"}, UnlistedRefusal),
        (400, {"error": "invalid_grant"}, UnlistedRefusal),
        (400, b"<html>", ProviderUnavailable),
        (401, {"error": "invalid_client"}, ProviderMisconfigured),
        (403, {"message": "internal network error", "code": 40333}, ProviderMisconfigured),
        (404, b"", ProviderUnavailable),
        (429, {"message": "You are being rate limited.", "retry_after": 1.5}, ProviderRateLimited),
        (429, b"error code: 1015", ProviderQuotaExhausted),
        (500, {"error": "invalid_client"}, ProviderUnavailable),
        (503, b"", ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    connect: Any, status: int, body: object, error: type[ExchangeError]
) -> None:
    async with connect({PATH: (status, body)}) as (strategy, ctx):
        with pytest.raises(ExchangeError) as raised:
            await strategy.revoke(REFRESH, ctx)
    assert type(raised.value) is error
    assert REFRESH.reveal() not in str(raised.value)


@pytest.mark.parametrize("body", [b"", {}], ids=["nothing", "an empty object"])
async def test_success_says_nothing(connect: Any, body: object) -> None:
    async with connect({PATH: (200, body)}) as (strategy, ctx):
        await strategy.revoke(REFRESH, ctx)


@pytest.mark.parametrize(
    ("client_id", "connection"),
    [(CLIENT_ID, {"client_secret": None}), (CLIENT_ID, {"client_secret": "wrong"}), ("7", {}), (None, {})],
    ids=["no secret", "wrong secret", "another application", "no application"],
)
async def test_what_only_the_operator_can_mend_is_told_as_that(
    connect: Any, simulator: DiscordSimulator, client_id: str | None, connection: dict[str, Any]
) -> None:
    async with connect(**connection) as (strategy, ctx):
        with pytest.raises(ProviderMisconfigured):
            await strategy.revoke(RevocableToken.of(GOOD, kind="access_token", client_id=client_id), ctx)
    assert simulator.revoked == set()


async def test_where_nothing_is_to_be_kept_nothing_is_brought(connect: Any, simulator: DiscordSimulator) -> None:
    async with connect(require_pkce=False) as (strategy, ctx):
        code = AuthorizationCode.of(simulator.new_code(GOOD), redirect_uri=CALLBACK)
        for credential in (code, AccessToken.of(GOOD)):
            assert (await strategy.verify(credential, ctx)).provider_token is None


def test_keeping_needs_the_secret() -> None:
    table = {"client_id": "1", "keep_provider_token": True}
    with pytest.raises(ValidationError, match="keep_provider_token needs client_secret"):
        DiscordSettings.model_validate(table)
    DiscordSettings.model_validate({**table, "client_secret": "s3cret-of-ours"})
