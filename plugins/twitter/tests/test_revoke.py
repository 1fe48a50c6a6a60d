"""How X is told that a user is gone who has logged in by a code."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import ValidationError

from accredit.credentials import AccessToken, AuthorizationCode
from accredit.errors import (
    ExchangeError,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken, TokenKind
from accredit.testing import BASE_URL, InProcess, exchange_for, person
from accredit_twitter.settings import TwitterSettings
from accredit_twitter.simulator import TwitterSimulator
from accredit_twitter.simulator.codes import CALLBACK, CLIENT_ID, CLIENT_SECRET, CODE_SETTINGS, NATIVE_CLIENT_ID
from accredit_twitter.simulator.tokens import bearer_name

NOW = 1_790_000_000
ADA = person("ada")
GOOD, OFFLINE = bearer_name(ADA, "Good"), bearer_name(ADA, "Offline")
REFRESH = f"{OFFLINE}Refresh"
KEPT = RevocableToken.of(REFRESH, kind="refresh_token", client_id=CLIENT_ID)
PATH, TOKEN_PATH = "/2/oauth2/revoke", "/2/oauth2/token"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
UNKNOWN = "Value passed for the token was invalid."


class Between(httpx.AsyncBaseTransport):
    """The simulated X, with answers put in the place of its own, by path; remembers every request."""

    def __init__(self, simulator: TwitterSimulator, instead: Mapping[str, tuple[int, object]]) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._instead = instead
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if (chosen := self._instead.get(request.url.path)) is None:
            return await self._simulator.handle_async_request(request)
        status, body = chosen
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, stream=httpx.ByteStream(content))


@pytest.fixture
def simulator() -> TwitterSimulator:
    """One for each test: what is revoked stays so."""
    return TwitterSimulator(clock=lambda: NOW)


@asynccontextmanager
async def connect(
    simulator: TwitterSimulator, instead: Mapping[str, tuple[int, object]] | None = None, **connection: Any
) -> AsyncIterator[tuple[Any, Any, list[httpx.Request]]]:
    between = Between(simulator, instead or {})
    settings = {**CODE_SETTINGS, **connection}
    async with exchange_for(simulator, connection=settings, transport=between, clock=lambda: NOW) as exchange:
        found = exchange.engine.connections["twitter"]
        yield found.strategy, exchange.engine.context(found), between.requests


def code_of(simulator: TwitterSimulator, bearer: str, client_id: str = CLIENT_ID) -> AuthorizationCode:
    value = simulator.new_code(bearer, verifier=VERIFIER, client_id=client_id)
    return AuthorizationCode.of(value, code_verifier=VERIFIER, redirect_uri=CALLBACK)


async def status_of(simulator: TwitterSimulator, bearer: str) -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app()), base_url=BASE_URL) as client:
        return (await client.get("/2/users/me", headers={"Authorization": f"Bearer {bearer}"})).status_code


@pytest.mark.parametrize(
    ("value", "kind"), [(OFFLINE, "access_token"), (REFRESH, "refresh_token")], ids=["access token", "refresh token"]
)
async def test_a_token_is_revoked_as_the_client_that_it_was_given_to(
    simulator: TwitterSimulator, value: str, kind: TokenKind
) -> None:
    async with connect(simulator) as (strategy, ctx, requests):
        await strategy.verify(code_of(simulator, OFFLINE), ctx)
        requests.clear()
        await strategy.revoke(RevocableToken.of(value, kind=kind, client_id=CLIENT_ID), ctx)
    [request] = requests
    assert (request.method, request.url.path, request.url.query) == ("POST", PATH, b"")
    form = dict(parse_qsl(request.content.decode()))
    assert form == {"token": value, "token_type_hint": kind, "client_id": CLIENT_ID}
    ours = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {ours}"
    assert [await status_of(simulator, one) for one in (OFFLINE, GOOD)] == [401, 200]


async def test_a_native_client_has_no_secret_to_show(simulator: TwitterSimulator) -> None:
    settings: dict[str, Any] = {"oauth2_client_id": NATIVE_CLIENT_ID, "oauth2_client_secret": None}
    async with connect(simulator, **settings) as (strategy, ctx, requests):
        await strategy.verify(code_of(simulator, OFFLINE, NATIVE_CLIENT_ID), ctx)
        await strategy.revoke(RevocableToken.of(OFFLINE, kind="access_token", client_id=NATIVE_CLIENT_ID), ctx)
    assert "authorization" not in requests[-1].headers
    assert await status_of(simulator, OFFLINE) == 401


async def test_token_that_x_does_not_know_is_done(simulator: TwitterSimulator) -> None:
    async with connect(simulator) as (strategy, ctx, _):
        await strategy.revoke(RevocableToken.of("garbage", kind="access_token", client_id=CLIENT_ID), ctx)
        await strategy.verify(code_of(simulator, OFFLINE), ctx)
        for _ in range(2):
            await strategy.revoke(KEPT, ctx)


@pytest.mark.parametrize("is_kept", [True, False])
async def test_a_code_brings_its_refresh_token_else_the_access_token_where_that_is_to_be_kept(
    simulator: TwitterSimulator, is_kept: bool
) -> None:
    access = RevocableToken.of(GOOD, kind="access_token", client_id=CLIENT_ID, expires_at=NOW + 7200)
    async with connect(simulator, keep_provider_token=is_kept) as (strategy, ctx, _):
        for bearer, kept in ((OFFLINE, KEPT), (GOOD, access)):
            found = await strategy.verify(code_of(simulator, bearer), ctx)
            assert found.provider_token == (kept if is_kept else None)


async def test_tokens_that_no_code_has_brought_leave_nothing(simulator: TwitterSimulator) -> None:
    signed = next(one for one in simulator.samples() if one.expected == "accepted" and one.field == "access_token")
    settings: dict[str, Any] = {"keep_provider_token": True, "accept_unbound_tokens": True}
    async with connect(simulator, **settings) as (strategy, ctx, _):
        for token in (
            AccessToken.of(GOOD),
            AccessToken.of(signed.credential, secret=signed.parameters["access_token_secret"]),
        ):
            assert (await strategy.verify(token, ctx)).provider_token is None


@pytest.mark.parametrize("value", ["", "a b", 7], ids=["empty", "blank", "number"])
async def test_a_refresh_token_that_is_none_is_an_outage(simulator: TwitterSimulator, value: object) -> None:
    said = {"access_token": GOOD, "scope": "users.read", "expires_in": 7200, "refresh_token": value}
    async with connect(simulator, {TOKEN_PATH: (200, said)}) as (strategy, ctx, _):
        with pytest.raises(ProviderUnavailable, match="refresh_token is no token"):
            await strategy.verify(code_of(simulator, GOOD), ctx)


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"revoked": False}, ProviderUnavailable),
        (200, {"revoked": "true"}, ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (200, b"", ProviderUnavailable),
        (200, b"<html>", ProviderUnavailable),
        (200, {"error": "invalid_request", "error_description": UNKNOWN}, UnlistedRefusal),
        (201, {"revoked": True}, ProviderUnavailable),
        (400, {"error": "invalid_request", "error_description": "Missing required parameter"}, ProviderProtocolError),
        (400, {"error": "invalid_request", "error_description": "In new words."}, UnlistedRefusal),
        (400, {"error": "invalid_grant", "error_description": UNKNOWN}, UnlistedRefusal),
        (400, b"<html>", ProviderUnavailable),
        (401, {"error": "unauthorized_client"}, ProviderMisconfigured),
        (401, {"error": "invalid_client"}, ProviderMisconfigured),
        (404, b"", ProviderProtocolError),
        (429, b"", ProviderRateLimited),
        (500, {"error": "invalid_request", "error_description": UNKNOWN}, ProviderUnavailable),
        (503, b"", ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    simulator: TwitterSimulator, status: int, body: object, error: type[ExchangeError]
) -> None:
    async with connect(simulator, {PATH: (status, body)}) as (strategy, ctx, _):
        with pytest.raises(ExchangeError) as raised:
            await strategy.revoke(KEPT, ctx)
    assert type(raised.value) is error
    assert REFRESH not in str(raised.value)


@pytest.mark.parametrize(
    ("client_id", "connection"),
    [
        (CLIENT_ID, {"oauth2_client_secret": "wrong"}),
        (CLIENT_ID, {"oauth2_client_id": None, "oauth2_client_secret": None}),
        (NATIVE_CLIENT_ID, {}),
        (None, {}),
    ],
    ids=["wrong secret", "no client", "another client", "none named"],
)
async def test_what_only_the_operator_can_mend_is_told_as_that(
    simulator: TwitterSimulator, client_id: str | None, connection: dict[str, Any]
) -> None:
    async with connect(simulator, **connection) as (strategy, ctx, _):
        with pytest.raises(ProviderMisconfigured):
            await strategy.revoke(RevocableToken.of(OFFLINE, kind="access_token", client_id=client_id), ctx)
    assert await status_of(simulator, OFFLINE) == 200


def test_keeping_needs_the_client_of_oauth_2() -> None:
    table = {"consumer_key": "a", "consumer_secret": "s3cret-of-ours", "keep_provider_token": True}
    with pytest.raises(ValidationError, match="keep_provider_token needs oauth2_client_id"):
        TwitterSettings.model_validate(table)
    TwitterSettings.model_validate({**table, "oauth2_client_id": "b"})
