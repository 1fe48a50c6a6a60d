"""How Apple is told that a user is gone: by the refresh token that a code has brought."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from pydantic import SecretStr

from accredit.credentials import AuthorizationCode, IdToken
from accredit.errors import (
    ExchangeError,
    ProviderMisconfigured,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken
from accredit.testing import person
from accredit_apple.simulator import AppleSimulator
from accredit_apple.simulator.team import BUNDLE_ID, FOREIGN, SERVICES_ID, is_client_secret

PATH = "/auth/revoke"
ADA = person("ada")


async def kept_by(strategy: Any, ctx: Any, apple: AppleSimulator) -> RevocableToken:
    code = AuthorizationCode.of(apple.new_code(ADA), extras={"apple_client_id": BUNDLE_ID})
    token = (await strategy.verify(code, ctx)).provider_token
    assert isinstance(token, RevocableToken)
    return token


async def test_what_a_code_has_brought_is_revoked_and_may_be_again(
    connect: Any, apple: AppleSimulator, between: Any, clock: Any
) -> None:
    async with connect() as (_, strategy, ctx):
        token = await kept_by(strategy, ctx, apple)
        assert apple.refresh_tokens == {token.value.get_secret_value()}
        between.requests.clear()
        await strategy.revoke(token, ctx)
        assert apple.refresh_tokens == set()
        await strategy.revoke(token, ctx)

    request = between.requests[0]
    form = dict(parse_qsl(request.content.decode()))
    assert (request.method, request.url.path, request.url.query) == ("POST", PATH, b"")
    assert is_client_secret(form.pop("client_secret"), client_id=BUNDLE_ID, now=clock())
    assert form == {
        "client_id": BUNDLE_ID,
        "token": token.value.get_secret_value(),
        "token_type_hint": "refresh_token",
    }


async def test_token_that_apple_does_not_know_is_done(connect: Any) -> None:
    async with connect() as (_, strategy, ctx):
        unknown = RevocableToken(value=SecretStr("garbage"), kind="refresh_token", client_id=SERVICES_ID)
        await strategy.revoke(unknown, ctx)


async def test_id_token_brings_nothing_to_revoke(connect: Any, apple: AppleSimulator) -> None:
    async with connect() as (_, strategy, ctx):
        assert (await strategy.verify(IdToken.of(apple.id_tokens.mint(ADA)), ctx)).provider_token is None


async def test_exchange_without_a_refresh_token_logs_in_all_the_same(
    connect: Any, apple: AppleSimulator, between: Any
) -> None:
    between.instead["/auth/token"] = (200, {"id_token": apple.id_tokens.mint(ADA), "expires_in": 3600})
    async with connect() as (_, strategy, ctx):
        code = AuthorizationCode.of("c", extras={"apple_client_id": BUNDLE_ID})
        assert (await strategy.verify(code, ctx)).provider_token is None


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_client"}, ProviderMisconfigured),
        (400, {"error": "unauthorized_client"}, ProviderMisconfigured),
        (400, {"error": "invalid_grant"}, UnlistedRefusal),
        (400, {"error": "invalid_request"}, UnlistedRefusal),
        (400, b"<html>", ProviderUnavailable),
        (401, {}, ProviderUnavailable),
        (404, b"", ProviderUnavailable),
        (429, b"", ProviderRateLimited),
        (500, {"error": "invalid_client"}, ProviderUnavailable),
        (503, b"", ProviderUnavailable),
        (201, b"", ProviderUnavailable),
        (204, b"", ProviderUnavailable),
        (302, b"", ProviderUnavailable),
        (200, b"<html>maintenance</html>", ProviderUnavailable),
        (200, {"error": "invalid_client"}, ProviderMisconfigured),
        (200, {"ok": True}, ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    connect: Any, between: Any, status: int, body: object, error: type[ExchangeError]
) -> None:
    between.instead[PATH] = (status, body)
    token = RevocableToken(value=SecretStr("rsim-kept"), kind="refresh_token", client_id=BUNDLE_ID)
    async with connect() as (_, strategy, ctx):
        with pytest.raises(ExchangeError) as raised:
            await strategy.revoke(token, ctx)
    assert type(raised.value) is error
    assert "rsim-kept" not in str(raised.value)


@pytest.mark.parametrize(
    ("client_id", "settings"),
    [
        (FOREIGN, {}),
        (None, {}),
        (BUNDLE_ID, {"client_ids": [SERVICES_ID]}),
        (BUNDLE_ID, {"team_id": None, "key_id": None, "private_key": None}),
        (BUNDLE_ID, {"team_id": "SIMTEAM002"}),
    ],
)
async def test_what_only_the_operator_can_mend_is_told_as_that(
    connect: Any, client_id: str | None, settings: dict[str, Any]
) -> None:
    token = RevocableToken(value=SecretStr("rsim-kept"), kind="refresh_token", client_id=client_id)
    async with connect(**settings) as (_, strategy, ctx):
        with pytest.raises(ProviderMisconfigured):
            await strategy.revoke(token, ctx)
