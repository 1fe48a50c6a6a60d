from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.audience import AppBound
from accredit.errors import InvalidProviderToken, ProviderUnavailable, WrongAudience
from accredit.models import Identity
from accredit_kakao.simulator.tokens import APP_ID, FOREIGN_ID

Verify = Callable[..., Awaitable[Identity]]

ADA = 1_000_000_000_000_001


def info(**changes: Any) -> tuple[int, dict[str, Any]]:
    body = {"id": ADA, "expires_in": 60, "app_id": APP_ID, **changes}
    return 200, {name: value for name, value in body.items() if value is not ...}


async def test_an_access_token_of_our_app_is_accepted_with_its_proof_and_end(
    verify: Verify, requests: list[httpx.Request], now: int
) -> None:
    identity = await verify()
    assert (identity.user_id, identity.audience) == (str(ADA), AppBound(str(APP_ID), "app_number"))
    assert identity.expires_at == now + 21_599
    assert sorted((one.method, one.url.path, one.url.query) for one in requests) == [
        ("GET", "/v1/user/access_token_info", b""),
        ("GET", "/v2/user/me", b"secure_resource=true"),
    ]
    assert {one.headers["authorization"] for one in requests} == {"Bearer sim-good-ada"}


@pytest.mark.threat(1, 2)
@pytest.mark.parametrize("app_id", [FOREIGN_ID, APP_ID * 10, APP_ID // 10, APP_ID + 1])
async def test_a_token_of_another_app_is_refused(verify: Verify, app_id: int) -> None:
    with pytest.raises(WrongAudience):
        await verify(info=info(app_id=app_id))


@pytest.mark.threat(49)
async def test_what_kakao_says_of_another_app_is_no_alert_of_ours(verify: Verify) -> None:
    with pytest.raises(WrongAudience) as caught:
        await verify(info=info(app_id=FOREIGN_ID), me=(400, {"msg": "off", "code": -3}))
    assert not caught.value.alert


@pytest.mark.threat(2, 27)
@pytest.mark.parametrize("value", [None, "", 0, -1, True, [1], 1.0, str(ADA), str(APP_ID), 10**20])
async def test_ids_are_whole_numbers_or_not_believed(verify: Verify, value: Any) -> None:
    for name in ("id", "app_id"):
        with pytest.raises(ProviderUnavailable):
            await verify(info=info(**{name: value}))
    with pytest.raises(ProviderUnavailable):
        await verify(me=(200, {"id": value}))


async def test_whoever_has_not_joined_the_app_is_refused(verify: Verify) -> None:
    with pytest.raises(InvalidProviderToken, match="not joined"):
        await verify(info=info(id=...))


@pytest.mark.threat(8)
async def test_two_calls_that_name_two_users_are_no_login(verify: Verify) -> None:
    with pytest.raises(ProviderUnavailable, match="different users"):
        await verify(me=(200, {"id": ADA + 1}))


@pytest.mark.parametrize(
    ("left_s", "error"),
    [(0, InvalidProviderToken), (-1, InvalidProviderToken)]
    + [(value, ProviderUnavailable) for value in (..., None, "60", 60.0, True, 10**10)],
    ids=str,
)
async def test_an_end_that_is_past_or_no_number_is_no_login(
    verify: Verify, left_s: Any, error: type[Exception]
) -> None:
    assert (await verify(info=info(expires_in=1))).user_id == str(ADA)
    with pytest.raises(error):
        await verify(info=info(expires_in=left_s))


@pytest.mark.threat(16)
@pytest.mark.parametrize("token", ["sim-good-ada x", "=", '"sim-good-ada"', "a,b"])
async def test_what_cannot_be_a_bearer_token_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request], token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token)
    assert requests == []
