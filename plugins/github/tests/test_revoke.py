"""How GitHub is told that a user is gone."""

import json

import httpx
import pytest
from pydantic import SecretStr

from accredit.credentials import AccessToken
from accredit.errors import (
    ExchangeError,
    ProviderMisconfigured,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken
from accredit.testing import Between, exchange_for
from accredit.testing.between import Instead
from accredit_github.simulator import CLIENT_SECRET, GitHubSimulator
from accredit_github.simulator.tokens import CLIENT_ID

TOKEN = "gho_sim_good_ada"
GRANT, CHECK = f"/applications/{CLIENT_ID}/grant", f"/applications/{CLIENT_ID}/token"


async def revoke(
    simulator: GitHubSimulator,
    token: str = TOKEN,
    *,
    client_id: str | None = CLIENT_ID,
    secret: str = CLIENT_SECRET,
    instead: dict[str, Instead] | None = None,
) -> list[httpx.Request]:
    between = Between(simulator, instead)
    async with exchange_for(simulator, connection={"client_secret": secret}, transport=between) as exchange:
        connection = exchange.engine.connections["github"]
        kept = RevocableToken(value=SecretStr(token), kind="access_token", client_id=client_id)
        await connection.strategy.revoke(kept, exchange.engine.context(connection))
    return between.requests


async def test_grant_is_deleted_as_our_app() -> None:
    simulator = GitHubSimulator()
    (request,) = await revoke(simulator)

    assert simulator.revoked == {TOKEN}
    assert (request.method, request.url.path, json.loads(request.content)) == ("DELETE", GRANT, {"access_token": TOKEN})
    assert request.headers["authorization"].startswith("Basic ")
    assert TOKEN not in str(request.url)


@pytest.mark.parametrize("token", ["gho_garbage", "gho_sim_revoked_ada"])
async def test_token_that_github_does_not_know_is_done(token: str) -> None:
    assert [one.url.path for one in await revoke(GitHubSimulator(), token)] == [GRANT, CHECK]


async def test_it_may_be_done_twice() -> None:
    simulator = GitHubSimulator()
    await revoke(simulator)
    await revoke(simulator)
    assert simulator.revoked == {TOKEN}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (422, {"message": "Validation Failed"}, UnlistedRefusal),
        (404, {"message": "Not Found"}, UnlistedRefusal),
        (404, {}, ProviderUnavailable),
        (401, {"message": "Bad credentials"}, ProviderMisconfigured),
        (429, {"message": "You have exceeded a secondary rate limit."}, ProviderRateLimited),
        (503, {"message": "x"}, ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (202, {}, ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(status: int, body: object, error: type[ExchangeError]) -> None:
    with pytest.raises(ExchangeError) as raised:
        await revoke(GitHubSimulator(), instead={GRANT: (status, body)})
    assert type(raised.value) is error


async def test_wrong_secret_and_another_apps_token_are_the_operators_to_mend() -> None:
    simulator = GitHubSimulator()
    with pytest.raises(ProviderMisconfigured):
        await revoke(simulator, secret="wrong")
    for client_id in ("Ov23liOther", None):
        with pytest.raises(ProviderMisconfigured):
            await revoke(simulator, client_id=client_id)
    assert simulator.revoked == set()


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize(("token", "ends"), [(TOKEN, False), ("ghu_sim_app_ada", True)])
async def test_token_is_offered_until_it_ends_where_it_is_to_be_kept(token: str, ends: bool, is_kept: bool) -> None:
    simulator = GitHubSimulator()
    async with exchange_for(simulator, connection={"keep_provider_token": is_kept}) as exchange:
        connection = exchange.engine.connections["github"]
        verified = await connection.strategy.verify(AccessToken.of(token), exchange.engine.context(connection))
    kept = RevocableToken.of(token, kind="access_token", client_id=CLIENT_ID, expires_at=verified.expires_at)
    assert (verified.expires_at is not None) is ends
    assert verified.provider_token == (kept if is_kept else None)
