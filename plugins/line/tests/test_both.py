"""An access token with the ID token that came beside it: one user, one channel, in both."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken, WrongAudience
from accredit.models import Identity
from accredit.testing import person
from accredit_line.simulator import LineSimulator
from accredit_line.simulator.tokens import CHANNEL_ID, FOREIGN

Verify = Callable[..., Awaitable[Identity]]

ADA = f"U{1_000_000_000_000_001:032x}"


async def test_both_of_one_user_log_in_and_the_id_token_adds_the_address(
    verify: Verify, simulator: LineSimulator, now: int
) -> None:
    identity = await verify(id_token=simulator.id_tokens.mint(person("ada"), changes={"name": "Another"}))
    assert (identity.user_id, identity.audience) == (ADA, JwtAudience((CHANNEL_ID,)))
    assert identity.expires_at == now + 3600
    assert identity.provider_scopes == {"profile", "openid"}
    claims = identity.profile.claims()
    assert (claims["email"], claims["email_verified"]) == ("ada@example.com", False)
    assert claims["name"] == person("ada").name
    granted = (200, {"scope": "profile openid", "client_id": CHANNEL_ID, "expires_in": 5})
    assert (await verify(id_token=simulator.id_tokens.mint(person("ada")), granted=granted)).expires_at == now + 5


async def test_a_web_logins_id_token_is_verified_by_the_secret_where_the_operator_says_so(
    verify: Verify, simulator: LineSimulator
) -> None:
    web = simulator.web_id_tokens.mint(person("ada"))
    assert (await verify(id_token=web, signing_alg="HS256")).user_id == ADA
    with pytest.raises(InvalidProviderToken):
        await verify(id_token=web)


@pytest.mark.threat(8)
async def test_tokens_of_two_users_are_no_login(verify: Verify, simulator: LineSimulator) -> None:
    with pytest.raises(InvalidProviderToken, match="another user"):
        await verify(id_token=simulator.id_tokens.mint(person("grace")))


@pytest.mark.threat(1)
@pytest.mark.parametrize("aud", [FOREIGN, [CHANNEL_ID, FOREIGN]], ids=str)
async def test_an_id_token_of_another_channel_is_refused_beside_a_token_of_ours(
    verify: Verify, simulator: LineSimulator, aud: Any
) -> None:
    with pytest.raises(WrongAudience):
        await verify(id_token=simulator.id_tokens.mint(person("ada"), changes={"aud": aud}))


@pytest.mark.threat(1)
async def test_an_access_token_of_another_channel_is_refused_beside_an_id_token_of_ours(
    verify: Verify, simulator: LineSimulator
) -> None:
    granted = (200, {"scope": "profile openid", "client_id": FOREIGN, "expires_in": 60})
    with pytest.raises(WrongAudience):
        await verify(id_token=simulator.id_tokens.mint(person("ada")), granted=granted)


@pytest.mark.threat(6)
async def test_an_id_token_that_is_none_is_refused_beside_a_good_access_token(
    verify: Verify, simulator: LineSimulator, now: int
) -> None:
    ada = person("ada")
    for bad in ("x", simulator.id_tokens.mint(ada, header={"alg": "none"}), simulator.id_tokens.mint(ada)[:-8]):
        with pytest.raises(InvalidProviderToken):
            await verify(id_token=bad)
    with pytest.raises(InvalidProviderToken):
        await verify(id_token=simulator.id_tokens.mint(ada, changes={"exp": now}))


@pytest.mark.threat(10)
async def test_the_nonce_is_that_of_the_id_token(verify: Verify, simulator: LineSimulator) -> None:
    bound = simulator.id_tokens.mint(person("ada"), changes={"nonce": "n-1"})
    assert (await verify(id_token=bound, nonce="n-1")).user_id == ADA
    for nonce in ("n-2", None):
        with pytest.raises(InvalidProviderToken):
            await verify(id_token=bound, nonce=nonce)
