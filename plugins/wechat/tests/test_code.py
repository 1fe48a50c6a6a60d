"""What comes of a code, and what is asked to learn it."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit import Identity
from accredit.audience import CodeExchanged
from accredit.credentials import AuthorizationCode
from accredit.errors import ExchangeError, InvalidParameter, InvalidProviderToken, ProviderUnavailable
from accredit.testing import exchange_for, person
from accredit_wechat.simulator import APP_SECRET, WeChatSimulator
from accredit_wechat.simulator.codes import APP_ID, openid, unionid

Verify = Callable[..., Awaitable[Identity]]
NOW = 1_795_000_000
EXCHANGE, USER = "/sns/oauth2/access_token", "/sns/userinfo"
ADA, GRACE = person("ada"), person("grace")


async def test_code_logs_in_by_what_the_exchange_proves(verify: Verify) -> None:
    identity = await verify()

    assert (identity.user_id, identity.audience) == (openid(ADA), CodeExchanged(APP_ID))
    assert identity.alternate_ids == {"unionid": unionid(ADA)}
    assert identity.provider_scopes == {"snsapi_userinfo"}
    assert identity.expires_at == NOW + 7200
    assert identity.profile.nickname == "Ada Lovelace"
    assert identity.profile.email is None


async def test_secret_and_code_travel_in_the_query_as_wechat_wants_it(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    await verify()

    exchanged, user = requests
    assert (exchanged.method, exchanged.url.path) == ("GET", EXCHANGE)
    assert dict(parse_qsl(exchanged.url.query.decode())) == {
        "appid": APP_ID,
        "secret": APP_SECRET,
        "code": "sim-good-ada",
        "grant_type": "authorization_code",
    }
    assert (user.method, user.url.path) == ("GET", USER)
    asked = dict(parse_qsl(user.url.query.decode()))
    assert asked == {"access_token": asked["access_token"], "openid": openid(ADA)}
    assert APP_SECRET not in str(user.url)


@pytest.mark.parametrize("code", ["a&appid=x", "a#b", "a%26b", "a+b", "a/../b"])
async def test_code_is_one_parameter_whatever_it_holds(
    verify: Verify, requests: list[httpx.Request], code: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(code)
    [exchanged] = requests
    query = parse_qsl(exchanged.url.query.decode(), keep_blank_values=True)
    assert [name for name, _ in query] == ["appid", "secret", "code", "grant_type"]
    assert dict(query)["code"] == code


@pytest.mark.parametrize("code", [" ", "   "])
async def test_blank_code_costs_no_call_that_wechat_would_blame_us_for(
    verify: Verify, requests: list[httpx.Request], code: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(code)
    assert requests == []


async def test_code_with_a_verifier_or_a_listed_redirect_uri_is_exchanged_without_them(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    code = AuthorizationCode.of("sim-good-ada", code_verifier="v" * 43, redirect_uri="https://app.example.com/back")
    with pytest.raises(InvalidParameter):
        await verify(code)
    await verify(code, redirect_uris=["https://app.example.com/back"])
    assert not {"code_verifier", "redirect_uri"} & dict(parse_qsl(requests[0].url.query.decode())).keys()


# Good once


async def test_code_is_good_once(simulator: WeChatSimulator) -> None:
    async with exchange_for(simulator, clock=lambda: NOW) as exchange:
        code = AuthorizationCode.of("sim-good-ada.1")
        assert (await exchange.verify("wechat", code)).user_id == openid(ADA)
        with pytest.raises(ExchangeError) as raised:
            await exchange.verify("wechat", code)
    assert raised.value.status == 401


@pytest.mark.parametrize("failure", [(503, b""), httpx.ConnectError("x"), httpx.ReadTimeout("x")])
async def test_exchange_that_fails_is_never_made_again(
    verify: Verify, requests: list[httpx.Request], failure: tuple[int, bytes] | Exception
) -> None:
    with pytest.raises(ProviderUnavailable):
        await verify(exchanged=failure, limits={"provider_retries": 2})
    assert [one.url.path for one in requests] == [EXCHANGE]


# Who it is


@pytest.mark.parametrize("scope", ["snsapi_userinfo", "snsapi_login", "snsapi_base, snsapi_userinfo"])
async def test_profile_is_asked_for_where_the_scope_opens_it(
    verify: Verify, requests: list[httpx.Request], scope: str
) -> None:
    assert (await verify(exchanged={"scope": scope})).profile.nickname == "Ada Lovelace"
    assert [one.url.path for one in requests] == [EXCHANGE, USER]


@pytest.mark.parametrize("scope", ["snsapi_base", "", "snsapi_userinfo_x"])
async def test_silent_login_brings_the_openid_alone(verify: Verify, requests: list[httpx.Request], scope: str) -> None:
    identity = await verify("sim-base-ada", exchanged={"scope": scope})

    assert (identity.user_id, identity.alternate_ids) == (openid(ADA), {})
    assert identity.profile.claims() == {}
    assert [one.url.path for one in requests] == [EXCHANGE]


@pytest.mark.parametrize(
    ("exchanged", "user"),
    [({}, {"unionid": ...}), ({"unionid": ...}, {}), ({"unionid": ""}, {}), ({}, {"unionid": ""})],
)
async def test_unionid_of_either_call_is_enough(verify: Verify, exchanged: object, user: object) -> None:
    assert (await verify(exchanged=exchanged, user=user)).alternate_ids == {"unionid": unionid(ADA)}


async def test_user_without_a_unionid_is_the_same_user(verify: Verify) -> None:
    identity = await verify("sim-no_union-ada")
    assert (identity.user_id, identity.alternate_ids) == (openid(ADA), {})


@pytest.mark.threat(8)
@pytest.mark.parametrize("field", ["openid", "unionid"])
async def test_calls_that_name_two_users_log_nobody_in(verify: Verify, field: str) -> None:
    other = {"openid": openid(GRACE), "unionid": unionid(GRACE)}[field]
    with pytest.raises(ProviderUnavailable, match="userinfo: the user is not"):
        await verify(user={field: other})
    with pytest.raises(ProviderUnavailable, match="userinfo: the user is not"):
        await verify("sim-good-ada.1", user={field: other.swapcase()})


@pytest.mark.threat(8, 27)
@pytest.mark.parametrize("call", ["exchanged", "user"])
@pytest.mark.parametrize("openid_", [..., None, "", 1, True, [], "a b", "a|b", "\uff41", "a\n", "x" * 65])
async def test_openid_that_is_none_logs_nobody_in(verify: Verify, call: str, openid_: object) -> None:
    with pytest.raises(ProviderUnavailable, match="openid is missing or no id"):
        await verify(**{call: {"openid": openid_}})


@pytest.mark.parametrize("call", ["exchanged", "user"])
@pytest.mark.parametrize("unionid_", [None, 1, False, [], "a b", "x" * 65])
async def test_unionid_of_a_wrong_type_is_nonsense(verify: Verify, call: str, unionid_: object) -> None:
    with pytest.raises(ProviderUnavailable, match="unionid is no id"):
        await verify(**{call: {"unionid": unionid_}})


@pytest.mark.parametrize("flag", [1, 2, True, False, "0", "", None, 0.0, []])
async def test_virtual_account_of_a_page_shown_without_a_login_is_refused(verify: Verify, flag: object) -> None:
    with pytest.raises(InvalidProviderToken, match="virtual"):
        await verify(exchanged={"is_snapshotuser": flag})
    assert (await verify("sim-good-ada.1", exchanged={"is_snapshotuser": 0})).user_id == openid(ADA)


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": ...},
        {"access_token": 1},
        {"access_token": ""},
        {"access_token": "a b"},
        {"scope": ...},
        {"scope": ["snsapi_userinfo"]},
        {"expires_in": ...},
        {"expires_in": "7200"},
        {"expires_in": True},
        {"expires_in": 0},
        {"expires_in": 10**9},
        {"expires_in": 7200.0},
    ],
    ids=str,
)
async def test_field_of_a_wrong_type_is_nonsense(verify: Verify, change: object) -> None:
    with pytest.raises(ProviderUnavailable):
        await verify(exchanged=change)


async def test_answers_are_utf_8_although_nothing_says_so(verify: Verify) -> None:
    assert (await verify("sim-good-yuki")).profile.nickname == "山田 雪"
