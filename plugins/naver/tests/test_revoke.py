"""How Naver is told that a user is gone, and how it is asked whether it knows us."""

from typing import Any
from urllib.parse import parse_qsl

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
from accredit.testing import Between
from accredit_naver.simulator import NaverSimulator
from accredit_naver.simulator.codes import CALLBACK, STATE, VERIFIER
from accredit_naver.simulator.tokens import CLIENT_ID, CLIENT_SECRET

PATH = "/oauth2.0/revoke"


async def kept_by(strategy: Any, ctx: Any) -> RevocableToken:
    code = AuthorizationCode.of(
        "sim-good-ada", code_verifier=VERIFIER, redirect_uri=CALLBACK, extras={"naver_state": STATE}
    )
    token = (await strategy.verify(code, ctx)).provider_token
    assert isinstance(token, RevocableToken)
    return token


def kept(value: str = "r", *, client_id: str | None = CLIENT_ID) -> RevocableToken:
    return RevocableToken.of(value, kind="refresh_token", client_id=client_id)


async def test_what_a_code_has_brought_is_revoked_and_may_be_again(
    connect: Any, naver: NaverSimulator, between: Between
) -> None:
    async with connect() as exchange:
        connection = exchange.engine.connections["naver"]
        strategy, ctx = connection.strategy, exchange.engine.context(connection)
        token = await kept_by(strategy, ctx)
        assert (token.kind, token.client_id) == ("refresh_token", CLIENT_ID)
        assert set(naver.refresh_tokens) == {token.reveal()}
        between.requests.clear()
        await strategy.revoke(token, ctx)
        assert naver.refresh_tokens == {}
        await strategy.revoke(token, ctx)

    request = between.requests[0]
    assert (request.method, request.url.path, request.url.query) == ("POST", PATH, b"")
    assert dict(parse_qsl(request.content.decode())) == {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "token": token.reveal(),
        "token_type_hint": "refresh_token",
    }


async def test_a_token_that_naver_does_not_know_is_done(connect: Any) -> None:
    async with connect() as exchange:
        connection = exchange.engine.connections["naver"]
        await connection.strategy.revoke(kept("garbage"), exchange.engine.context(connection))


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_request"}, ProviderProtocolError),
        (401, {"error": "unauthorized_client"}, ProviderMisconfigured),
        (503, {"error": "temporarily_unavailable"}, ProviderUnavailable),
        (400, {"error": "something_new"}, UnlistedRefusal),
        (403, {}, ProviderUnavailable),
        (202, "", ProviderUnavailable),
        (204, "", ProviderUnavailable),
        (502, "<html>", ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    connect: Any, between: Between, status: int, body: object, error: type[ExchangeError]
) -> None:
    between.instead[PATH] = (status, body)
    async with connect() as exchange:
        connection = exchange.engine.connections["naver"]
        with pytest.raises(ExchangeError) as raised:
            await connection.strategy.revoke(kept(), exchange.engine.context(connection))
    assert type(raised.value) is error


@pytest.mark.parametrize("client_id", ["jSimNaverApp_0", None])
async def test_a_token_of_an_app_that_we_were_before_is_sent_to_nobody(
    connect: Any, between: Between, client_id: str | None
) -> None:
    async with connect() as exchange:
        connection = exchange.engine.connections["naver"]
        with pytest.raises(ProviderMisconfigured):
            await connection.strategy.revoke(kept(client_id=client_id), exchange.engine.context(connection))
    assert between.requests == []


@pytest.mark.parametrize("changes", [{"client_secret": "another"}, {"client_id": "jSimNaverApp_0"}])
async def test_doctor_finds_a_wrong_id_or_secret(connect: Any, changes: dict[str, str]) -> None:
    for connection_settings, is_known in (({}, True), (changes, False)):
        async with connect(**connection_settings) as exchange:
            connection = exchange.engine.connections["naver"]
            asked = connection.strategy.check_credentials(exchange.engine.context(connection))
            if is_known:
                await asked
                continue
            with pytest.raises(ProviderMisconfigured, match="invalid_client"):
                await asked
