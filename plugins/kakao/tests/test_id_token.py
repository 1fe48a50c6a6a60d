from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken, WrongAudience
from accredit.models import Identity
from accredit.testing import person
from accredit_kakao.simulator import KakaoSimulator
from accredit_kakao.simulator.tokens import APP_ID, NATIVE_KEY, REST_KEY

Verify = Callable[..., Awaitable[Identity]]

ADA = "1000000000000001"


@pytest.mark.parametrize("key", [NATIVE_KEY, REST_KEY])
async def test_an_id_token_of_each_key_is_accepted_with_an_unverified_address(
    verify: Verify, simulator: KakaoSimulator, key: str
) -> None:
    identity = await verify(simulator.id_tokens.mint(person("ada"), changes={"aud": key}))
    assert (identity.user_id, identity.audience) == (ADA, JwtAudience((key,), family="app_key"))
    claims = identity.profile.claims()
    assert (claims["email"], claims["email_verified"]) == ("ada@example.com", False)


@pytest.mark.threat(1, 2)
async def test_without_the_key_an_id_token_is_another_apps(verify: Verify, simulator: KakaoSimulator) -> None:
    token = simulator.id_tokens.mint(person("ada"))
    with pytest.raises(WrongAudience):
        await verify(token, app_keys=[REST_KEY])


@pytest.mark.threat(1)
@pytest.mark.parametrize("changes", [{"aud": str(APP_ID)}, {"aud": [NATIVE_KEY, str(APP_ID)]}, {"azp": str(APP_ID)}])
async def test_the_apps_number_is_no_audience_of_an_id_token(
    verify: Verify, simulator: KakaoSimulator, changes: dict[str, Any]
) -> None:
    with pytest.raises(WrongAudience):
        await verify(simulator.id_tokens.mint(person("ada"), changes=changes))


@pytest.mark.threat(27)
@pytest.mark.parametrize("sub", ["0", "01000000000000001", "abc", "1 ", "-1", "1|2"])
async def test_a_sub_that_is_no_member_number_is_refused(verify: Verify, simulator: KakaoSimulator, sub: str) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(simulator.id_tokens.mint(person("ada"), changes={"sub": sub}))
