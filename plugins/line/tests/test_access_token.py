from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.audience import AppBound
from accredit.credentials import ProviderToken
from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable, WrongAudience
from accredit.models import Identity

Verify = Callable[..., Awaitable[Identity]]

GOOD = "eyJhbGciOiJIUzI1NiJ9.sim-good-ada.line"
OPENID = "eyJhbGciOiJIUzI1NiJ9.sim-openid-ada.line"
ADA = f"U{1_000_000_000_000_001:032x}"
CHANNEL = "1440057261"


def granted(**changes: Any) -> tuple[int, dict[str, Any]]:
    body = {"scope": "profile openid", "client_id": CHANNEL, "expires_in": 60, **changes}
    return 200, {name: value for name, value in body.items() if value is not ...}


async def test_an_access_token_of_our_channel_is_accepted_with_its_proof_scopes_and_end(
    verify: Verify, now: int
) -> None:
    identity = await verify(GOOD)
    assert (identity.user_id, identity.audience) == (ADA, AppBound(CHANNEL))
    assert identity.expires_at == now + 2_591_659
    assert identity.provider_scopes == {"profile", "openid"}


async def test_an_access_token_looks_like_a_jwt_and_is_asked_about(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    assert len(GOOD.split(".")) == 3
    assert not ProviderToken.of(GOOD).is_jwt
    await verify(GOOD)
    assert sorted((one.method, one.url.path) for one in requests) == [
        ("GET", "/oauth2/v2.1/verify"),
        ("GET", "/v2/profile"),
    ]
    by_path = {one.url.path: one for one in requests}
    assert dict(by_path["/oauth2/v2.1/verify"].url.params) == {"access_token": GOOD}
    assert by_path["/v2/profile"].headers["authorization"] == f"Bearer {GOOD}"
    assert not by_path["/v2/profile"].url.query


async def test_without_scope_profile_userinfo_says_who_it_is(verify: Verify, requests: list[httpx.Request]) -> None:
    identity = await verify(OPENID)
    assert (identity.user_id, identity.profile.claims()) == (ADA, {})
    assert requests[-1].url.path == "/oauth2/v2.1/userinfo"


async def test_a_token_of_neither_scope_names_nobody(verify: Verify) -> None:
    with pytest.raises(MissingPermission):
        await verify(GOOD, granted=granted(scope="friends"))


@pytest.mark.threat(1, 2)
@pytest.mark.parametrize("channel", ["14400572610", "144005726", "01440057261", " 1440057261", "U1440057261"])
async def test_a_channel_that_only_resembles_ours_is_refused(verify: Verify, channel: str) -> None:
    with pytest.raises(WrongAudience):
        await verify(GOOD, granted=granted(client_id=channel))


@pytest.mark.threat(2)
@pytest.mark.parametrize("channel", [..., None, "", 1_440_057_261, [CHANNEL], True])
async def test_a_channel_that_is_no_text_is_not_believed(verify: Verify, channel: Any) -> None:
    with pytest.raises(ProviderUnavailable, match="client_id"):
        await verify(GOOD, granted=granted(client_id=channel))


@pytest.mark.parametrize("left_s", [0, -1, -2_591_659])
async def test_a_token_without_time_left_is_refused(verify: Verify, left_s: int) -> None:
    assert (await verify(GOOD, granted=granted(expires_in=1))).user_id == ADA
    with pytest.raises(InvalidProviderToken):
        await verify(GOOD, granted=granted(expires_in=left_s))


@pytest.mark.parametrize("left_s", [..., None, "60", 60.0, True, [60], 10**10])
async def test_an_end_that_is_no_number_of_seconds_is_not_believed(verify: Verify, left_s: Any) -> None:
    with pytest.raises(ProviderUnavailable, match="expires_in"):
        await verify(GOOD, granted=granted(expires_in=left_s))


@pytest.mark.parametrize("scope", [..., None, 1, ["profile"]])
async def test_scopes_that_are_no_text_are_not_believed(verify: Verify, scope: Any) -> None:
    with pytest.raises(ProviderUnavailable, match="scope"):
        await verify(GOOD, granted=granted(scope=scope))


@pytest.mark.threat(8)
@pytest.mark.parametrize("user_id", [None, "", 1, True, ["U1"], "U1|U2", "U 1"])
async def test_an_id_that_is_none_is_not_believed(verify: Verify, user_id: Any) -> None:
    for answers in ({"profile": (200, {"userId": user_id})}, {"userinfo": (200, {"sub": user_id})}):
        token = GOOD if "profile" in answers else OPENID
        with pytest.raises(ProviderUnavailable, match="user's id"):
            await verify(token, **answers)


@pytest.mark.threat(16)
@pytest.mark.parametrize("token", [f"{GOOD} x", f"{GOOD}&client_id=1", f"{GOOD}#", "=", f'"{GOOD}"'])
async def test_what_cannot_be_a_bearer_token_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request], token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token)
    assert requests == []
