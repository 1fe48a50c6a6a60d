"""How Facebook is told that a user is gone: by the user's id and our own token."""

import hashlib
import hmac
from typing import Any

import pytest

from accredit.credentials import AccessToken, IdToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken
from accredit.testing import exchange_for, person
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.simulator.app import APP_ID, APP_SECRET

ADA = RevocableToken.of(str(person("ada").number), kind="user_id", client_id=APP_ID)
GOOD = "EAAsim-good-ada"


@pytest.fixture
def simulator() -> FacebookSimulator:
    """One for each test: what is taken back stays so."""
    return FacebookSimulator(clock=lambda: 1_800_000_000)


async def revoke(simulator: FacebookSimulator, facebook: Any, token: RevocableToken = ADA, **connection: Any) -> None:
    async with exchange_for(simulator, connection=connection, transport=facebook) as exchange:
        found = exchange.engine.connections["facebook"]
        await found.strategy.revoke(token, exchange.engine.context(found))


async def test_all_is_taken_back_by_our_apps_token_and_then_the_users_is_dead(
    simulator: FacebookSimulator, facebook: Any, verify: Any
) -> None:
    await verify(GOOD)
    await revoke(simulator, facebook)
    request = facebook.requests["permissions"]
    app_token = f"{APP_ID}|{APP_SECRET}"
    assert (request.method, request.url.path) == ("DELETE", f"/v25.0/{ADA.reveal()}/permissions")
    assert request.headers["authorization"] == f"Bearer {app_token}"
    proof = hmac.new(APP_SECRET.encode(), app_token.encode(), hashlib.sha256).hexdigest()
    assert dict(request.url.params) == {"appsecret_proof": proof}
    with pytest.raises(InvalidProviderToken, match="190/458"):
        await verify(GOOD)
    assert (await verify("EAAsim-good-grace")).user_id == str(person("grace").number)


async def test_who_has_removed_the_app_is_done(simulator: FacebookSimulator, facebook: Any) -> None:
    for _ in range(2):
        await revoke(simulator, facebook)


@pytest.mark.parametrize("is_kept", [True, False])
async def test_a_user_id_is_brought_by_an_access_token_that_is_to_be_kept_and_by_no_jwt(
    simulator: FacebookSimulator, is_kept: bool
) -> None:
    connection = {"keep_provider_token": is_kept}
    async with exchange_for(simulator, connection=connection, clock=simulator.clock) as exchange:
        found = exchange.engine.connections["facebook"]
        ctx = exchange.engine.context(found)
        assert (await found.strategy.verify(AccessToken.of(GOOD), ctx)).provider_token == (ADA if is_kept else None)
        jwt = IdToken.of(simulator.id_tokens.mint(person("ada"), changes={"nonce": None}))
        assert (await found.strategy.verify(jwt, ctx)).provider_token is None


@pytest.mark.threat(45)
@pytest.mark.parametrize("body", [True, {"success": True}], ids=["true", "object"])
async def test_both_forms_of_a_success_are_read(simulator: FacebookSimulator, facebook: Any, body: object) -> None:
    facebook.says("permissions", body)
    await revoke(simulator, facebook)


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, False, ProviderUnavailable),
        (200, {"success": False}, ProviderUnavailable),
        (200, {"success": "true"}, ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (200, b"<html>", ProviderUnavailable),
        (201, {"success": True}, ProviderUnavailable),
        (204, b"", ProviderUnavailable),
        (400, {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported delete request."}}, UnlistedRefusal),
        (400, {"error": {"code": 190, "message": "Invalid OAuth access token signature."}}, ProviderMisconfigured),
        (400, {"error": {"code": 190, "error_subcode": 460}}, ProviderMisconfigured),
        (400, {"error": {"code": 100, "message": "Invalid appsecret_proof provided"}}, ProviderMisconfigured),
        (400, {"error": {"code": 987}}, UnlistedRefusal),
        (400, {}, ProviderUnavailable),
        (403, {"error": {"code": 4}}, ProviderQuotaExhausted),
        (403, {"error": {"code": 17}}, ProviderRateLimited),
        (500, {"error": {"code": 190, "error_subcode": 458}}, ProviderUnavailable),
        (500, {"error": {"code": 2, "is_transient": True}}, ProviderUnavailable),
        (503, b"", ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    simulator: FacebookSimulator, facebook: Any, status: int, body: object, error: type[ExchangeError]
) -> None:
    facebook.says("permissions", body, status=status)
    with pytest.raises(ExchangeError) as raised:
        await revoke(simulator, facebook)
    assert type(raised.value) is error


async def test_what_only_the_operator_can_mend_is_told_as_that(simulator: FacebookSimulator, facebook: Any) -> None:
    with pytest.raises(ProviderMisconfigured):
        await revoke(simulator, facebook, app_secret="wrong")
    for client_id in ("100000000000099", None):
        with pytest.raises(ProviderMisconfigured):
            await revoke(simulator, facebook, RevocableToken.of(ADA.reveal(), kind="user_id", client_id=client_id))
    assert simulator.graph.removed == set()
