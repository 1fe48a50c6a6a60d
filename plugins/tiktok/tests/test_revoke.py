"""How TikTok is told that a user is gone, while the token of the login lives."""

from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.credentials import AuthorizationCode
from accredit.errors import (
    ExchangeError,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken
from accredit_tiktok.simulator import CLIENT_SECRET, TikTokSimulator
from accredit_tiktok.simulator.tokens import CALLBACK, CLIENT_KEY, LIFE_S, VERIFIER

PATH = "/v2/oauth/revoke/"
TOKEN = "act.sim-good-ada"
KEPT = RevocableToken.of(TOKEN, kind="access_token", client_id=CLIENT_KEY)


def code(number: int = 0, key: str = "ada") -> AuthorizationCode:
    value = f"sim-good-{key}" + (f".{number}" if number else "")
    return AuthorizationCode.of(value, code_verifier=VERIFIER, redirect_uri=CALLBACK)


async def status_of(simulator: TikTokSimulator, token: str) -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app()), base_url="http://tiktok") as client:
        headers = {"Authorization": f"Bearer {token}"}
        return (await client.get("/v2/user/info/", params={"fields": "open_id"}, headers=headers)).status_code


async def test_the_app_is_disconnected_and_every_token_of_the_user_is_dead_then(
    connect: Any, simulator: TikTokSimulator, requests: list[httpx.Request]
) -> None:
    async with connect() as (strategy, ctx):
        for one in (code(), code(1), code(key="grace")):
            await strategy.verify(one, ctx)
        requests.clear()
        await strategy.revoke(KEPT, ctx)
    [request] = requests
    assert (request.method, request.url.path, request.url.query) == ("POST", PATH, b"")
    assert dict(parse_qsl(request.content.decode())) == {
        "client_key": CLIENT_KEY,
        "client_secret": CLIENT_SECRET,
        "token": TOKEN,
    }
    tokens = (TOKEN, f"{TOKEN}.1", "act.sim-good-grace")
    assert [await status_of(simulator, one) for one in tokens] == [401, 401, 200]


async def test_token_that_tiktok_does_not_know_is_done(connect: Any) -> None:
    async with connect() as (strategy, ctx):
        await strategy.revoke(RevocableToken.of("garbage", kind="access_token", client_id=CLIENT_KEY), ctx)
        await strategy.verify(code(), ctx)
        for _ in range(2):
            await strategy.revoke(KEPT, ctx)


@pytest.mark.parametrize("is_kept", [True, False])
async def test_a_code_brings_the_access_token_until_it_ends_where_that_is_to_be_kept(
    connect: Any, now: int, is_kept: bool
) -> None:
    kept = RevocableToken.of(TOKEN, kind="access_token", client_id=CLIENT_KEY, expires_at=now + LIFE_S)
    async with connect(keep_provider_token=is_kept) as (strategy, ctx):
        assert (await strategy.verify(code(), ctx)).provider_token == (kept if is_kept else None)


@pytest.mark.parametrize("body", [b"", b"{}"], ids=["nothing", "an empty object"])
async def test_success_says_nothing(connect: Any, body: bytes) -> None:
    async with connect({PATH: (200, body)}) as (strategy, ctx):
        await strategy.revoke(KEPT, ctx)


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"error": "invalid_client"}, ProviderMisconfigured),
        (401, {"error": "unauthorized_client"}, ProviderMisconfigured),
        (200, {"error": "invalid_request"}, ProviderProtocolError),
        (200, {"error": "access_denied"}, UnlistedRefusal),
        (200, {"error": {"code": "access_token_invalid"}}, UnlistedRefusal),
        (200, {"error": {"code": "ok"}}, ProviderUnavailable),
        (200, {"error": "server_error"}, ProviderUnavailable),
        (200, {"ok": True}, ProviderUnavailable),
        (200, b"<html>", ProviderUnavailable),
        (204, b"", ProviderUnavailable),
        (404, b"", ProviderUnavailable),
        (429, b"", ProviderUnavailable),
        (500, {"error": "invalid_grant"}, ProviderUnavailable),
        (503, b"<html>", ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    connect: Any, status: int, body: object, error: type[ExchangeError]
) -> None:
    async with connect({PATH: (status, body)}) as (strategy, ctx):
        with pytest.raises(ExchangeError) as raised:
            await strategy.revoke(KEPT, ctx)
    assert type(raised.value) is error
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    ("client_id", "connection"),
    [(CLIENT_KEY, {"client_secret": "wrong"}), ("another", {}), (None, {})],
    ids=["wrong secret", "another app", "no app"],
)
async def test_what_only_the_operator_can_mend_is_told_as_that(
    connect: Any, client_id: str | None, connection: dict[str, Any]
) -> None:
    async with connect(**connection) as (strategy, ctx):
        with pytest.raises(ProviderMisconfigured):
            await strategy.revoke(RevocableToken.of(TOKEN, kind="access_token", client_id=client_id), ctx)
