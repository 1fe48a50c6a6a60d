from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderUnavailable,
    WrongAudience,
)
from accredit.models import Identity
from accredit_google_oauth2.simulator.tokens import ANDROID, DRIVE, FOREIGN, WEB

Verify = Callable[..., Awaitable[Identity]]

GOOD = "ya29.sim-good-ada"
ADA = "100001000000000000001"
NO_CODES = {"web_client_id": None, "web_client_secret": None}


def info(now: int, **changes: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    body = {
        "azp": WEB,
        "aud": WEB,
        "sub": ADA,
        "scope": "openid https://www.googleapis.com/auth/userinfo.profile",
        "exp": str(now + 3600),
        "expires_in": "3600",
        "access_type": "online",
        **changes,
    }
    return 200, {name: value for name, value in body.items() if value is not ...}, {}


def user(**changes: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    body = {"sub": ADA, "name": "Ada Lovelace", **changes}
    return 200, {name: value for name, value in body.items() if value is not ...}, {}


async def test_access_token_of_ours_is_accepted_with_its_proof_scopes_and_expiry(verify: Verify, now: int) -> None:
    identity = await verify(GOOD)
    assert identity.user_id == ADA
    assert identity.audience == JwtAudience((WEB,), WEB)
    assert identity.expires_at == now + 3600
    assert identity.provider_scopes == {
        "openid",
        "https://www.googleapis.com/auth/userinfo.profile",
        "https://www.googleapis.com/auth/userinfo.email",
    }


async def test_token_travels_in_a_header_of_two_calls_and_in_no_url_or_body(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    await verify(GOOD)
    assert sorted((one.method, str(one.url)) for one in requests) == [
        ("GET", "http://127.0.0.1:9/v1/userinfo"),
        ("POST", "http://127.0.0.1:9/tokeninfo"),
    ]
    for one in requests:
        assert one.headers["authorization"] == f"Bearer {GOOD}"
        assert one.content == b""


@pytest.mark.threat(49)
@pytest.mark.parametrize("names", [{"aud": FOREIGN, "azp": FOREIGN}, {"azp": FOREIGN}, {"aud": FOREIGN}])
@pytest.mark.parametrize("reason", ["CONSUMER_SUSPENDED", "SERVICE_DISABLED", "SOMETHING_NEW"])
async def test_refusal_of_another_apps_project_is_no_alert_of_ours(
    verify: Verify, now: int, names: dict[str, str], reason: str
) -> None:
    refusal = {"error": {"code": 403, "status": "PERMISSION_DENIED", "details": [{"reason": reason}]}}
    with pytest.raises(WrongAudience):
        await verify(GOOD, tokeninfo=info(now, **names), userinfo=(403, refusal, {}))


@pytest.mark.parametrize(
    "token",
    ["ya29.a b", "ya29.a\tb".replace("\t", '"'), "ya29.a,b", "ya29.a:b", "=", "ya29.=a", " ya29.a", "ya29.a " * 2],
)
async def test_what_cannot_be_a_bearer_token_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request], token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token)
    assert requests == []


async def test_token_over_googles_longest_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request], now: int
) -> None:
    longest = "ya29." + "a" * 2043
    await verify(longest, tokeninfo=info(now), userinfo=user())
    assert len(requests) == 2
    with pytest.raises(InvalidProviderToken):
        await verify(longest + "a", tokeninfo=info(now), userinfo=user())
    assert len(requests) == 2


@pytest.mark.parametrize("azp", [WEB, ANDROID, ...])
async def test_every_client_of_the_project_may_ask(verify: Verify, now: int, azp: Any) -> None:
    identity = await verify(GOOD, tokeninfo=info(now, azp=azp), userinfo=user())
    assert identity.audience == JwtAudience((WEB,), None if azp is ... else azp)


@pytest.mark.threat(2)
@pytest.mark.parametrize(
    "client_id",
    [FOREIGN, WEB[:-1], WEB + "x", "x" + WEB, WEB[1:], WEB.upper(), WEB + " ", f"{WEB},{ANDROID}", f"{WEB} {ANDROID}"],
)
@pytest.mark.parametrize("field", ["aud", "azp"])
async def test_client_id_that_only_resembles_ours_is_refused(
    verify: Verify, now: int, field: str, client_id: str
) -> None:
    with pytest.raises(WrongAudience):
        await verify(GOOD, tokeninfo=info(now, **{field: client_id}), userinfo=user())


@pytest.mark.threat(2)
async def test_numeric_client_id_is_refused_even_where_its_digits_are_ours(verify: Verify, now: int) -> None:
    await verify(GOOD, tokeninfo=info(now, aud="123", azp="123"), userinfo=user(), client_ids=["123"], **NO_CODES)
    with pytest.raises(ProviderUnavailable, match="aud"):
        await verify(GOOD, tokeninfo=info(now, aud=123, azp="123"), userinfo=user(), client_ids=["123"], **NO_CODES)
    with pytest.raises(ProviderUnavailable, match="azp"):
        await verify(GOOD, tokeninfo=info(now, aud="123", azp=123), userinfo=user(), client_ids=["123"], **NO_CODES)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("aud", ...),
        ("aud", ""),
        ("aud", None),
        ("aud", [WEB]),
        ("azp", ""),
        ("azp", None),
        ("azp", [WEB]),
        ("sub", ""),
        ("sub", None),
        ("sub", int(ADA)),
        ("sub", f"{ADA}|x"),
        ("sub", "a b"),
        ("sub", "ä"),
        ("sub", "1" * 201),
        ("scope", ...),
        ("scope", None),
        ("scope", ["openid"]),
        ("exp", ...),
        ("exp", None),
        ("exp", ""),
        ("exp", 1_800_003_600),
        ("exp", "1800003600.5"),
        ("exp", "-1800003600"),
        ("exp", " 1800003600"),
        ("exp", "١٨٠٠٠٠٣٦٠٠"),
        ("exp", "1" * 13),
        ("exp", "NaN"),
    ],
)
async def test_tokeninfo_with_a_field_of_the_wrong_type_is_not_believed(
    verify: Verify, now: int, field: str, value: Any
) -> None:
    # userinfo agrees with whatever tokeninfo says about `sub`, so that nothing else refuses.
    sub = value if field == "sub" else ADA
    with pytest.raises(ProviderUnavailable):
        await verify(GOOD, tokeninfo=info(now, **{field: value}), userinfo=user(sub=sub))


@pytest.mark.parametrize(("seconds", "accepted"), [(-1, False), (0, False), (1, True)])
async def test_token_ends_in_the_second_it_expires(verify: Verify, now: int, seconds: int, accepted: bool) -> None:
    answer = info(now, exp=str(now + seconds))
    if accepted:
        assert (await verify(GOOD, tokeninfo=answer, userinfo=user())).expires_at == now + seconds
    else:
        with pytest.raises(InvalidProviderToken, match="expired"):
            await verify(GOOD, tokeninfo=answer, userinfo=user())


@pytest.mark.parametrize(
    "scope",
    [
        *("openid", "profile", "https://www.googleapis.com/auth/userinfo.profile", "email openid"),
        *("email", "https://www.googleapis.com/auth/userinfo.email"),
    ],
)
async def test_one_identity_scope_is_enough(verify: Verify, now: int, scope: str) -> None:
    identity = await verify(GOOD, tokeninfo=info(now, scope=scope), userinfo=user())
    assert identity.provider_scopes == set(scope.split())


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "https://www.googleapis.com/auth/userinfo.email.x",
        "userinfo.email",
        "https://www.googleapis.com/auth/drive",
        "openid2",
        "OPENID",
        "https://www.googleapis.com/auth/userinfo.profile.x",
        "openid,profile",
    ],
)
async def test_token_without_an_identity_scope_is_refused(verify: Verify, now: int, scope: str) -> None:
    with pytest.raises(MissingPermission):
        await verify(GOOD, tokeninfo=info(now, scope=scope), userinfo=user())


async def test_token_of_nobody_is_refused(verify: Verify, now: int) -> None:
    with pytest.raises(MissingPermission, match="names no user"):
        await verify(GOOD, tokeninfo=info(now, sub=...), userinfo=user())


@pytest.mark.threat(8)
@pytest.mark.parametrize("sub", [..., None, "", int(ADA), ADA[:-1], ADA + "1", [ADA], "100001000000000000002"])
async def test_two_calls_that_name_different_users_are_not_believed(verify: Verify, now: int, sub: Any) -> None:
    with pytest.raises(ProviderUnavailable, match="different users"):
        await verify(GOOD, tokeninfo=info(now), userinfo=user(sub=sub))


@pytest.mark.threat(27)
async def test_ids_beyond_every_number_type_stay_exact(verify: Verify) -> None:
    identity = await verify("ya29.sim-good-max")
    assert identity.user_id == "100009007199254740993"


@pytest.mark.parametrize(
    ("tokeninfo", "userinfo", "verdict"),
    [
        ((400, {"error": "invalid_token"}, {}), (503, "down", {}), InvalidProviderToken),
        ((503, "down", {}), (401, {"error": "invalid_request"}, {}), ProviderUnavailable),
    ],
)
async def test_verdict_of_tokeninfo_comes_first(
    verify: Verify, tokeninfo: Any, userinfo: Any, verdict: type[ExchangeError]
) -> None:
    with pytest.raises(verdict):
        await verify(GOOD, tokeninfo=tokeninfo, userinfo=userinfo)


async def test_the_address_alone_names_its_user(verify: Verify) -> None:
    identity = await verify("ya29.sim-email-only-ada")
    assert identity.user_id == ADA
    assert identity.provider_scopes == {"https://www.googleapis.com/auth/userinfo.email"}
    assert identity.profile.claims() == {"email": "ada@example.com", "email_verified": True}


async def test_the_two_calls_must_name_one_user_for_the_address_alone_too(verify: Verify, now: int) -> None:
    scope = "https://www.googleapis.com/auth/userinfo.email"
    with pytest.raises(ProviderUnavailable, match="different users"):
        await verify(GOOD, tokeninfo=info(now, scope=scope), userinfo=user(sub="1" + "0" * 20))
    with pytest.raises(MissingPermission, match="names no user"):
        await verify(GOOD, tokeninfo=info(now, scope=scope, sub=...), userinfo=user())


async def test_missing_scope_is_reported_though_userinfo_calls_the_token_invalid(verify: Verify, now: int) -> None:
    refusal: Any = (401, {"error": "invalid_request", "error_description": "Invalid Credentials"}, {})
    with pytest.raises(MissingPermission):
        await verify(GOOD, tokeninfo=info(now, scope=DRIVE), userinfo=refusal)


@pytest.mark.parametrize("hd", ["example.com", "example.org"])
async def test_account_of_an_accepted_hosted_domain_may_sign_in(verify: Verify, now: int, hd: str) -> None:
    domains = ["example.com", "example.org"]
    identity = await verify(GOOD, tokeninfo=info(now), userinfo=user(hd=hd), hosted_domains=domains)
    assert identity.user_id == ADA


@pytest.mark.threat(14)
@pytest.mark.parametrize(
    "hd",
    [
        ...,
        None,
        "",
        "example.net",
        "EXAMPLE.COM",
        "xexample.com",
        "sub.example.com",
        "example.com.evil.test",
        "example",
        True,
        ["example.com"],
        {"example.com": 1},
    ],
)
async def test_account_of_another_hosted_domain_is_refused(verify: Verify, now: int, hd: Any) -> None:
    # The address proves nothing: anybody may open a Google account with an address in the domain.
    answer = user(hd=hd, email="ada@example.com", email_verified=True)
    with pytest.raises(InvalidProviderToken, match="hosted domain"):
        await verify(GOOD, tokeninfo=info(now), userinfo=answer, hosted_domains=["example.com"])
    await verify(GOOD, tokeninfo=info(now), userinfo=answer)


async def test_hosted_domain_that_only_tokeninfo_states_is_refused(verify: Verify, now: int) -> None:
    with pytest.raises(InvalidProviderToken, match="hosted domain"):
        await verify(GOOD, tokeninfo=info(now, hd="example.com"), userinfo=user(), hosted_domains=["example.com"])


async def test_address_and_its_verification_come_from_userinfo_not_from_tokeninfo(verify: Verify, now: int) -> None:
    strings = info(now, email="eve@example.com", email_verified="true")
    assert (await verify(GOOD, tokeninfo=strings, userinfo=user())).profile.email is None


async def test_success_has_status_200_and_no_other(verify: Verify, now: int) -> None:
    _, tokeninfo, _ = info(now)
    _, userinfo, _ = user()
    await verify(GOOD, tokeninfo=(200, tokeninfo, {}), userinfo=(200, userinfo, {}))
    for statuses in ((201, 200), (200, 201), (203, 200), (200, 206)):
        with pytest.raises(ProviderUnavailable, match="unexpected answer"):
            await verify(GOOD, tokeninfo=(statuses[0], tokeninfo, {}), userinfo=(statuses[1], userinfo, {}))


@pytest.mark.parametrize("body", ["<html>", "", "null", "[]", '"text"', "{", "[" * 100_000])
async def test_success_that_is_no_json_object_is_nonsense(verify: Verify, now: int, body: str) -> None:
    with pytest.raises(ProviderUnavailable, match=r"not (a )?JSON"):
        await verify(GOOD, tokeninfo=(200, body, {}))
    with pytest.raises(ProviderUnavailable, match=r"not (a )?JSON"):
        await verify(GOOD, tokeninfo=info(now), userinfo=(200, body, {}))
