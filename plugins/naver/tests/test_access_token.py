"""Access tokens: nothing that Naver answers to one names its app."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.audience import Unbound
from accredit.credentials import AccessToken, ProviderToken
from accredit.errors import InvalidProviderToken, WrongAudience
from accredit.models import Identity
from accredit.testing import Between, person
from accredit_naver.simulator.tokens import user_id

Verify = Callable[..., Awaitable[Identity]]
ADA = user_id(person("ada"))


@pytest.fixture
def verify(connect: Any) -> Verify:
    async def verify(token: str = "AAAAsim-good-ada", *, nonce: str | None = None, **connection: Any) -> Identity:
        async with connect(**connection) as exchange:
            identity: Identity = await exchange.verify("naver", ProviderToken.of(token, nonce=nonce))
            return identity

    return verify


@pytest.mark.threat(1, 2)
@pytest.mark.parametrize("token", ["AAAAsim-good-ada", "AAAAsim-foreign-ada"])
async def test_no_access_token_logs_in_by_itself(verify: Verify, token: str) -> None:
    with pytest.raises(WrongAudience, match="cannot prove"):
        await verify(token)


@pytest.mark.threat(1, 23)
async def test_where_a_connection_does_without_a_proof_it_asserts_no_address(verify: Verify, between: Between) -> None:
    user = {"id": ADA, "email": "ada@naver.com"}
    between.instead["/v1/nid/me"] = (200, {"resultcode": "00", "message": "success", "response": user})
    identity = await verify(accept_unbound_tokens=True, trust_email=True)

    assert isinstance(identity.audience, Unbound)
    assert (identity.user_id, identity.expires_at) == (ADA, None)
    assert identity.profile.claims()["email_verified"] is False
    (request,) = between.requests
    assert (request.url.path, request.headers["authorization"]) == ("/v1/nid/me", "Bearer AAAAsim-good-ada")


async def test_a_token_of_another_app_has_another_id_so_that_it_opens_no_account_of_ours(verify: Verify) -> None:
    assert (await verify("AAAAsim-foreign-ada", accept_unbound_tokens=True)).user_id != ADA


async def test_a_login_by_an_access_token_leaves_nothing_to_revoke(connect: Any) -> None:
    async with connect() as exchange:
        connection = exchange.engine.connections["naver"]
        found = await connection.strategy.verify(
            AccessToken.of("AAAAsim-good-ada"), exchange.engine.context(connection)
        )
    assert found.provider_token is None


@pytest.mark.threat(16)
@pytest.mark.parametrize("token", ["a b", "=", '"a"', "a,b", "a.b.c", "a" * 513])
async def test_what_cannot_be_an_access_token_is_refused_without_a_call(
    verify: Verify, between: Between, token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token, accept_unbound_tokens=True)
    assert between.requests == []


@pytest.mark.parametrize("token", ["a" * 512, "AAAA+/Ab12=="])
async def test_what_can_be_one_is_asked_about(verify: Verify, between: Between, token: str) -> None:
    with pytest.raises(InvalidProviderToken, match="024"):
        await verify(token)
    assert len(between.requests) == 1
