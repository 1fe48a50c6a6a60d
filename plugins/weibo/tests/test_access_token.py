"""What a Weibo token must be to be accepted, and what is asked to learn it."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit.audience import AppBound
from accredit.errors import InvalidProviderToken, ProviderMisconfigured, ProviderUnavailable, WrongAudience
from accredit.models import Identity
from accredit.profile import Assurance, Email
from accredit.testing import BASE_URL

Verify = Callable[..., Awaitable[Identity]]

TOKEN = "2.00sim-good-ada"
APP_KEY = "2000000001"
ADA = 1_000_000_000_000_001
INFO, USER, EMAIL = "/oauth2/get_token_info", "/2/users/show.json", "/2/account/profile/email.json"


# What is asked


async def test_good_token_yields_the_identity_with_proof_expiry_and_scopes(verify: Verify, now: int) -> None:
    identity = await verify(TOKEN)

    assert identity.user_id == str(ADA)
    assert identity.audience == AppBound(APP_KEY)
    assert identity.expires_at == now + 157_679_471
    assert identity.provider_scopes == {"email", "follow_app_official_microblog"}
    assert identity.profile.email == Email("ada@example.com", Assurance.UNVERIFIED)


async def test_token_travels_in_body_and_header_and_never_in_a_url(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    await verify(TOKEN)

    inspect, *gets = requests
    assert (inspect.method, inspect.url.path, inspect.content) == ("POST", INFO, f"access_token={TOKEN}".encode())
    assert "authorization" not in inspect.headers
    assert sorted((one.method, str(one.url).removeprefix(BASE_URL)) for one in gets) == [
        ("GET", EMAIL),
        ("GET", f"{USER}?uid={ADA}"),
    ]
    assert {one.headers["authorization"] for one in gets} == {f"OAuth2 {TOKEN}"}
    assert all(TOKEN not in str(one.url) for one in requests)


@pytest.mark.threat(16)
async def test_token_with_form_characters_arrives_as_it_is(verify: Verify, requests: list[httpx.Request]) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify("2.00a&uid=1#%00 +=")

    assert requests[0].content == b"access_token=2.00a%26uid%3D1%23%2500+%2B%3D"


@pytest.mark.threat(49)
@pytest.mark.parametrize("token", [" ", "   "])
async def test_token_of_blanks_is_refused_without_a_call_and_wakes_nobody(
    verify: Verify, requests: list[httpx.Request], token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token, info=(400, {"error": "invalid_request", "error_code": 21323}))

    assert requests == []


async def test_jwt_is_sent_on_as_any_other_token_and_refused_by_weibo(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify("eyJhbGciOiJub25lIn0.e30.")

    assert [one.url.path for one in requests] == [INFO]


# The audience


@pytest.mark.parametrize("appkey", [2_000_000_001, "2000000001"])
async def test_app_key_is_accepted_as_number_and_as_string(verify: Verify, appkey: object) -> None:
    assert (await verify(info={"appkey": appkey})).audience == AppBound(APP_KEY)


@pytest.mark.threat(2, 20)
@pytest.mark.parametrize(
    "appkey",
    [
        *(200000000, 20000000011, 12000000001, 2000000002, -2000000001),
        *("200000000", "20000000011", " 2000000001", "2000000001 ", "02000000001", "2000000001.0", "2e9", "٢000000001"),
    ],
)
async def test_app_key_that_is_not_exactly_ours_is_refused_and_nothing_more_is_asked(
    verify: Verify, requests: list[httpx.Request], appkey: object
) -> None:
    with pytest.raises(WrongAudience):
        await verify(info={"appkey": appkey})

    assert [one.url.path for one in requests] == [INFO]


@pytest.mark.parametrize("appkey", [2000000001.0, True, None, "", [2000000001], {"0": 2000000001}, ...])
async def test_app_key_of_a_wrong_type_is_nonsense(verify: Verify, appkey: object) -> None:
    with pytest.raises(ProviderUnavailable, match="appkey"):
        await verify(info={"appkey": appkey})


async def test_app_key_is_compared_in_its_case(verify: Verify) -> None:
    assert (await verify(info={"appkey": "abc"}, app_key="abc")).audience == AppBound("abc")
    with pytest.raises(WrongAudience):
        await verify(info={"appkey": "abc"}, app_key="ABC")


async def test_app_key_of_another_app_in_the_settings_refuses_everybody(verify: Verify) -> None:
    with pytest.raises(WrongAudience):
        await verify(TOKEN, app_key="2000000002")


async def test_accepting_unbound_tokens_does_not_accept_another_apps(verify: Verify) -> None:
    with pytest.raises(WrongAudience):
        await verify("2.00sim-foreign_app-ada", accept_unbound_tokens=True)


async def test_refusals_of_another_app_are_not_taken_for_faults_of_ours(verify: Verify) -> None:
    not_reviewed = (403, {"error": "applications over the unaudited use restrictions!", "error_code": 21321})

    with pytest.raises(ProviderMisconfigured):
        await verify(TOKEN, user=not_reviewed)
    with pytest.raises(WrongAudience):
        await verify("2.00sim-foreign_app-ada", user=not_reviewed)


# Whose token it is


@pytest.mark.parametrize("uid", [ADA, str(ADA)])
async def test_uid_is_accepted_as_number_and_as_string(verify: Verify, uid: object) -> None:
    assert (await verify(info={"uid": uid})).user_id == str(ADA)


@pytest.mark.parametrize(
    "uid", [0, -1, True, 1e15, None, "", "0", f"0{ADA}", f" {ADA}", f"{ADA}\n", "1" * 20, "١", [ADA], ...]
)
async def test_uid_that_is_no_user_id_is_nonsense(verify: Verify, uid: object) -> None:
    with pytest.raises(ProviderUnavailable, match="uid"):
        await verify(info={"uid": uid})


@pytest.mark.threat(27)
async def test_uid_above_two_to_the_53_stays_exact(verify: Verify) -> None:
    assert (await verify("2.00sim-good-max")).user_id == "9007199254740993"


@pytest.mark.threat(8)
@pytest.mark.parametrize("idstr", [str(ADA + 1), str(ADA)[:-1], ADA + 1, f"0{ADA}", "", None, float(ADA), True])
async def test_user_who_is_not_the_tokens_is_refused(verify: Verify, idstr: object) -> None:
    with pytest.raises(ProviderUnavailable, match="users/show"):
        await verify(user={"idstr": idstr})


@pytest.mark.parametrize("user_id", [ADA, str(ADA)])
async def test_id_stands_in_for_an_absent_idstr(verify: Verify, user_id: object) -> None:
    assert (await verify(user={"idstr": ..., "id": user_id})).user_id == str(ADA)


@pytest.mark.parametrize("user_id", [ADA + 1, float(ADA), ...])
async def test_id_is_compared_as_strictly_as_idstr(verify: Verify, user_id: object) -> None:
    with pytest.raises(ProviderUnavailable, match="users/show"):
        await verify(user={"idstr": ..., "id": user_id})


# How long it lives


@pytest.mark.parametrize(("left", "left_s"), [(1, 1), ("1", 1), (157_679_471, 157_679_471)])
async def test_token_with_time_left_is_accepted_until_then(verify: Verify, now: int, left: object, left_s: int) -> None:
    assert (await verify(info={"expire_in": left})).expires_at == now + left_s


@pytest.mark.threat(20)
@pytest.mark.parametrize("left", [0, -1, "0", "-1"])
async def test_token_without_time_left_is_refused(verify: Verify, requests: list[httpx.Request], left: object) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(info={"expire_in": left})

    assert [one.url.path for one in requests] == [INFO]


@pytest.mark.parametrize("left", [True, 1.0, None, "", "1.5", "1e9", "9" * 13, [1], ...])
async def test_time_left_of_a_wrong_type_is_nonsense(verify: Verify, left: object) -> None:
    with pytest.raises(ProviderUnavailable, match="expire_in"):
        await verify(info={"expire_in": left})


async def test_earlier_field_name_counts_only_where_the_present_one_is_absent(verify: Verify, now: int) -> None:
    assert (await verify(info={"expire_in": ..., "expires_in": 7})).expires_at == now + 7
    with pytest.raises(InvalidProviderToken):
        await verify(info={"expire_in": 0, "expires_in": 7})
