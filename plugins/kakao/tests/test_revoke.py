"""How Kakao is told that a user is gone: by our admin key and the user's number."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import ValidationError

from accredit.credentials import AccessToken, AuthorizationCode, Credential, IdToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken
from accredit.testing import person
from accredit_kakao.settings import KakaoSettings
from accredit_kakao.simulator import KakaoSimulator
from accredit_kakao.simulator.codes import CALLBACK
from accredit_kakao.simulator.tokens import ADMIN_KEY, APP_ID

PATH = "/v1/user/unlink"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NUMBER = str(person("ada").number)
ADA = RevocableToken.of(NUMBER, kind="user_id", client_id=str(APP_ID))


@pytest.fixture
def simulator(now: int) -> KakaoSimulator:
    """One for each test: who is unlinked stays so."""
    return KakaoSimulator(clock=lambda: now)


async def test_the_user_is_unlinked_by_the_admin_key_and_the_users_tokens_are_dead_then(
    connect: Any, requests: list[httpx.Request], verify: Any
) -> None:
    await verify()
    requests.clear()
    async with connect() as (strategy, ctx):
        await strategy.revoke(ADA, ctx)
    [request] = requests
    assert (request.method, request.url.path, request.url.query) == ("POST", PATH, b"")
    assert request.headers["authorization"] == f"KakaoAK {ADMIN_KEY}"
    assert dict(parse_qsl(request.content.decode())) == {"target_id_type": "user_id", "target_id": NUMBER}
    with pytest.raises(InvalidProviderToken):
        await verify()
    await verify("sim-good-grace")


async def test_who_is_not_linked_is_done(connect: Any, simulator: KakaoSimulator) -> None:
    async with connect() as (strategy, ctx):
        for _ in range(2):
            await strategy.revoke(ADA, ctx)
    assert simulator.unlinked == {NUMBER}


@pytest.mark.parametrize("kind", ["access_token", "id_token", "code"])
@pytest.mark.parametrize("is_kept", [True, False])
async def test_the_number_is_brought_where_it_is_to_be_kept(
    connect: Any, simulator: KakaoSimulator, kind: str, is_kept: bool
) -> None:
    credentials: Mapping[str, Credential] = {
        "access_token": AccessToken.of("sim-good-ada"),
        "id_token": IdToken.of(simulator.id_tokens.mint(person("ada"), changes={"nonce": None})),
        "code": AuthorizationCode.of(
            simulator.new_code("sim-good-ada", verifier=VERIFIER), code_verifier=VERIFIER, redirect_uri=CALLBACK
        ),
    }
    async with connect(keep_provider_token=is_kept) as (strategy, ctx):
        verified = await strategy.verify(credentials[kind], ctx)
    assert verified.provider_token == (ADA if is_kept else None)


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"id": 7}, ProviderUnavailable),
        (200, {"id": NUMBER}, ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (200, "<html>", ProviderUnavailable),
        (200, {"msg": "NotRegisteredUserException", "code": -101}, UnlistedRefusal),
        (400, {"msg": "target_id", "code": -2}, ProviderProtocolError),
        (400, {"msg": "not existing kakao account", "code": -103}, ProviderUserBlocked),
        (400, {"msg": "API limit has been exceeded", "code": -10}, ProviderRateLimited),
        (400, {"msg": "new", "code": -777}, UnlistedRefusal),
        (400, {"code": "-101"}, ProviderUnavailable),
        (401, {"msg": "wrong appKey", "code": -401}, ProviderMisconfigured),
        (401, {"msg": "ip mismatched! callerIp=192.0.2.1.", "code": -401}, ProviderMisconfigured),
        (403, {"msg": "no permission", "code": -5}, ProviderMisconfigured),
        (500, {"msg": "NotRegisteredUserException", "code": -101}, ProviderUnavailable),
        (503, {"msg": "maintained", "code": -9798}, ProviderUnavailable),
        (502, "<html>", ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    connect: Any, status: int, body: Any, error: type[ExchangeError]
) -> None:
    async with connect({PATH: (status, body)}) as (strategy, ctx):
        with pytest.raises(ExchangeError) as raised:
            await strategy.revoke(ADA, ctx)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("client_id", "connection"),
    [(str(APP_ID), {"admin_key": None}), (str(APP_ID), {"admin_key": "f" * 32}), ("7", {}), (None, {})],
    ids=["no key", "wrong key", "another app", "no app"],
)
async def test_what_only_the_operator_can_mend_is_told_as_that(
    connect: Any, simulator: KakaoSimulator, client_id: str | None, connection: dict[str, Any]
) -> None:
    token = RevocableToken.of(NUMBER, kind="user_id", client_id=client_id)
    async with connect(**connection) as (strategy, ctx):
        with pytest.raises(ProviderMisconfigured):
            await strategy.revoke(token, ctx)
    assert simulator.unlinked == set()


def test_keeping_needs_the_admin_key() -> None:
    table = {"app_id": "1", "app_keys": ["a"], "keep_provider_token": True}
    with pytest.raises(ValidationError, match="keep_provider_token needs admin_key"):
        KakaoSettings.model_validate(table)
    KakaoSettings.model_validate({**table, "admin_key": ADMIN_KEY})
