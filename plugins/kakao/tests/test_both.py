"""An access token with the ID token that came beside it: one user, one app, in both."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken, WrongAudience
from accredit.models import Identity
from accredit.testing import person
from accredit_kakao.simulator import KakaoSimulator
from accredit_kakao.simulator.tokens import APP_ID, FOREIGN_ID, FOREIGN_KEY, NATIVE_KEY

Verify = Callable[..., Awaitable[Identity]]

ADA = 1_000_000_000_000_001


async def test_both_of_one_user_log_in_with_the_claims_of_the_first_and_the_end_of_the_sooner(
    verify: Verify, simulator: KakaoSimulator, now: int
) -> None:
    id_token = simulator.id_tokens.mint(person("ada"), changes={"exp": now + 60, "email": "other@example.com"})
    identity = await verify(id_token=id_token)
    assert (identity.user_id, identity.audience) == (str(ADA), JwtAudience((NATIVE_KEY,), family="app_key"))
    assert identity.expires_at == now + 60
    claims = identity.profile.claims()
    assert (claims["email"], claims["email_verified"]) == ("ada@example.com", True)
    later = simulator.id_tokens.mint(person("ada"))
    assert (await verify(id_token=later, info=(200, {"id": ADA, "expires_in": 5, "app_id": APP_ID}))).expires_at == (
        now + 5
    )


@pytest.mark.threat(8)
async def test_tokens_of_two_users_are_no_login(verify: Verify, simulator: KakaoSimulator) -> None:
    with pytest.raises(InvalidProviderToken, match="another user"):
        await verify(id_token=simulator.id_tokens.mint(person("grace")))


@pytest.mark.threat(1)
@pytest.mark.parametrize("aud", [FOREIGN_KEY, str(APP_ID), [NATIVE_KEY, FOREIGN_KEY]], ids=str)
async def test_an_id_token_of_another_app_is_refused_beside_a_token_of_ours(
    verify: Verify, simulator: KakaoSimulator, aud: Any
) -> None:
    with pytest.raises(WrongAudience):
        await verify(id_token=simulator.id_tokens.mint(person("ada"), changes={"aud": aud}))


@pytest.mark.threat(1)
async def test_an_access_token_of_another_app_is_refused_beside_an_id_token_of_ours(
    verify: Verify, simulator: KakaoSimulator
) -> None:
    id_token = simulator.id_tokens.mint(person("ada"))
    with pytest.raises(WrongAudience):
        await verify(id_token=id_token, info=(200, {"id": ADA, "expires_in": 60, "app_id": FOREIGN_ID}))


@pytest.mark.threat(6)
async def test_an_id_token_that_is_none_is_refused_beside_a_good_access_token(
    verify: Verify, simulator: KakaoSimulator, now: int
) -> None:
    ada = person("ada")
    for bad in ("x", simulator.id_tokens.mint(ada, header={"alg": "none"}), simulator.id_tokens.mint(ada)[:-8]):
        with pytest.raises(InvalidProviderToken):
            await verify(id_token=bad)
    with pytest.raises(InvalidProviderToken):
        await verify(id_token=simulator.id_tokens.mint(ada, changes={"exp": now}))


@pytest.mark.threat(10)
async def test_the_nonce_is_that_of_the_id_token(verify: Verify, simulator: KakaoSimulator) -> None:
    bound = simulator.id_tokens.mint(person("ada"), changes={"nonce": "n-1"})
    assert (await verify(id_token=bound, nonce="n-1")).user_id == str(ADA)
    for nonce in ("n-2", None):
        with pytest.raises(InvalidProviderToken):
            await verify(id_token=bound, nonce=nonce)
