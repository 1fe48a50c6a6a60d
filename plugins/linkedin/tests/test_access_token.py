from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import httpx
import pytest

from accredit.audience import AppBound
from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable, WrongAudience
from accredit.models import Identity
from accredit_linkedin.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN, LIFE_S

Verify = Callable[..., Awaitable[Identity]]

ADA = "sim_1000000000000001-Q"


async def test_access_token_of_ours_is_accepted_with_its_proof_scopes_and_expiry(verify: Verify, now: int) -> None:
    identity = await verify()
    assert identity.user_id == ADA
    assert identity.audience == AppBound(CLIENT_ID)
    assert identity.expires_at == now + LIFE_S
    assert identity.provider_scopes == {"openid", "profile", "email"}


async def test_token_and_secret_travel_in_a_body_and_a_header_and_in_no_url(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    await verify()
    asked, user = sorted(requests, key=lambda one: one.method, reverse=True)
    assert (asked.method, str(asked.url)) == ("POST", "http://127.0.0.1:9/oauth/v2/introspectToken")
    form = parse_qs(asked.content.decode())
    assert form == {"client_id": [CLIENT_ID], "client_secret": [CLIENT_SECRET], "token": ["AQXsim-good-ada"]}
    assert (user.method, str(user.url)) == ("GET", "http://127.0.0.1:9/v2/userinfo")
    assert user.headers["authorization"] == "Bearer AQXsim-good-ada"


@pytest.mark.threat(1, 2)
@pytest.mark.parametrize("client_id", [FOREIGN, CLIENT_ID[:-1], CLIENT_ID + "x", CLIENT_ID.upper(), f"{CLIENT_ID} "])
async def test_token_of_an_app_that_only_resembles_ours_is_refused(verify: Verify, client_id: str) -> None:
    with pytest.raises(WrongAudience):
        await verify(introspection={"client_id": client_id})


@pytest.mark.threat(49)
async def test_what_userinfo_says_of_another_app_is_no_alert_of_ours(verify: Verify) -> None:
    refusal = {"status": 400, "serviceErrorCode": 4711, "message": "new"}
    with pytest.raises(WrongAudience):
        await verify(introspection={"client_id": FOREIGN}, userinfo=(400, refusal))


@pytest.mark.parametrize("kind", ["2L", "Enterprise_User", "3l", "4L"])
async def test_token_that_is_no_members_is_refused(verify: Verify, kind: str) -> None:
    with pytest.raises(InvalidProviderToken, match="no member's"):
        await verify(introspection={"auth_type": kind})


@pytest.mark.parametrize(
    "changes",
    [{"active": False}, {"status": "expired"}, {"status": "revoked"}, {"active": False, "client_id": FOREIGN}],
)
async def test_token_that_is_not_active_is_refused(verify: Verify, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidProviderToken, match="not active"):
        await verify(introspection=changes)


async def test_status_may_be_absent(verify: Verify) -> None:
    assert (await verify(introspection={"status": ...})).user_id == ADA


@pytest.mark.parametrize(("seconds", "accepted"), [(-1, False), (0, False), (1, True)])
async def test_token_ends_in_the_second_it_expires(verify: Verify, now: int, seconds: int, accepted: bool) -> None:
    if accepted:
        assert (await verify(introspection={"expires_at": now + seconds})).expires_at == now + seconds
    else:
        with pytest.raises(InvalidProviderToken, match="expired"):
            await verify(introspection={"expires_at": now + seconds})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("active", one) for one in (..., None, "true", 1, "false")),
        *(("client_id", one) for one in (..., None, "", 77, [CLIENT_ID])),
        *(("auth_type", one) for one in (..., None, "", 3, ["3L"])),
        *(("expires_at", one) for one in (..., None, "1800003600", 0, -1, True, 1_800_003_600.5)),
        *(("scope", one) for one in (None, 1, ["openid"])),
    ],
)
async def test_introspection_with_a_field_of_the_wrong_type_is_not_believed(
    verify: Verify, field: str, value: object
) -> None:
    with pytest.raises(ProviderUnavailable, match=field):
        await verify(introspection={field: value})


@pytest.mark.parametrize("sub", [..., None, "", 5, ["x"], "a b", "a|b", "ä", "1" * 201])
async def test_userinfo_that_names_nobody_is_not_believed(verify: Verify, sub: object) -> None:
    with pytest.raises(ProviderUnavailable, match="sub"):
        await verify(userinfo={"sub": sub})


@pytest.mark.parametrize("scope", ["openid,profile", "openid profile", " openid, profile ,"])
async def test_scopes_are_separated_by_commas_or_blanks(verify: Verify, scope: str) -> None:
    assert (await verify(introspection={"scope": scope})).provider_scopes == {"openid", "profile"}


@pytest.mark.parametrize("token", ["AQX a", "AQX,a", "=", "AQX:a", " AQX"])
async def test_what_cannot_be_a_bearer_token_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request], token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token)
    assert requests == []


async def test_verdict_of_introspection_comes_first(verify: Verify) -> None:
    with pytest.raises(ProviderUnavailable):
        await verify(introspection=(503, "down"), userinfo=(401, {"serviceErrorCode": 65600}))
    with pytest.raises(InvalidProviderToken):
        await verify(introspection=(200, {"active": False}), userinfo=(503, "down"))


async def test_scope_that_was_not_allowed_is_a_missing_permission(verify: Verify) -> None:
    with pytest.raises(MissingPermission):
        await verify("AQXsim-no-openid-ada")
