"""An access token passes only if `debug_token` and `/me` agree that it is a person's, alive, and ours."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.audience import AppBound
from accredit.credentials import ProviderToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderUnavailable,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import exchange_for
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.simulator.app import APP_ID, APP_SECRET

Verify = Callable[..., Awaitable[Identity]]
Data = dict[str, Any]

ADA = "1000000000000001"
GOOD = "EAAsim-good-ada"
ABSENT: Any = object()


def _body(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"data": {name: value for name, value in {**data, **changes}.items() if value is not ABSENT}}


async def test_a_good_token_gives_the_identity_with_its_proof(verify: Verify, now: int) -> None:
    identity = await verify(GOOD)
    assert (identity.strategy, identity.user_id) == ("facebook", ADA)
    assert identity.audience == AppBound(APP_ID)
    assert identity.expires_at == now + 60 * 24 * 3600
    assert identity.provider_scopes == {"public_profile", "email"}


@pytest.mark.threat(27)
async def test_an_id_above_2_53_stays_exact(verify: Verify) -> None:
    assert (await verify("EAAsim-good-max")).user_id == "9007199254740993"


# -- what is sent


async def test_debug_token_is_asked_with_our_app_token_in_a_header(verify: Verify, facebook: Any) -> None:
    await verify(GOOD)
    request = facebook.requests["debug_token"]
    assert (request.method, request.url.path) == ("GET", "/v25.0/debug_token")
    assert dict(request.url.params) == {"input_token": GOOD}
    assert request.headers["authorization"] == f"Bearer {APP_ID}|{APP_SECRET}"


async def test_me_is_asked_with_the_proof_in_the_url_and_the_token_in_a_header(verify: Verify, facebook: Any) -> None:
    await verify(GOOD)
    request = facebook.requests["me"]
    assert (request.method, request.url.path) == ("GET", "/v25.0/me")
    assert request.url.params["appsecret_proof"] == hmac.digest(APP_SECRET.encode(), GOOD.encode(), "sha256").hex()
    assert request.headers["authorization"] == f"Bearer {GOOD}"
    assert GOOD not in str(request.url)


async def test_the_configured_version_is_used(verify: Verify, facebook: Any) -> None:
    await verify(GOOD, api_version="v26.0")
    assert {request.url.path for request in facebook.requests.values()} == {"/v26.0/debug_token", "/v26.0/me"}


@pytest.mark.threat(16)
async def test_a_token_cannot_break_out_of_the_query(verify: Verify, facebook: Any) -> None:
    token = "EAA&access_token=x#y%00 ?"
    with pytest.raises(InvalidProviderToken):
        await verify(token)
    assert dict(facebook.requests["debug_token"].url.params) == {"input_token": token}


@pytest.mark.threat(49)
@pytest.mark.parametrize("token", [" ", "   "])
async def test_a_token_of_blanks_is_refused_without_a_call_and_wakes_nobody(
    verify: Verify, facebook: Any, token: str
) -> None:
    refusal = {"error": {"code": 100, "message": "(#100) The parameter input_token is required"}}
    facebook.says("debug_token", refusal, status=400)
    with pytest.raises(InvalidProviderToken):
        await verify(token)
    assert not facebook.requests


async def test_both_calls_run_at_once(simulator: FacebookSimulator, facebook: Any, now: int) -> None:
    me_asked = asyncio.Event()

    class DebugTokenWaitsForMe(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/me"):
                me_asked.set()
            await me_asked.wait()
            response: httpx.Response = await facebook.handle_async_request(request)
            return response

    engine = exchange_for(simulator, transport=DebugTokenWaitsForMe(), clock=lambda: now)
    async with engine as exchange:
        assert (await exchange.verify("facebook", ProviderToken.of(GOOD))).user_id == ADA


async def test_the_verdict_of_debug_token_comes_first(verify: Verify, facebook: Any) -> None:
    facebook.says("me", {"error": {"code": 100, "message": "Invalid appsecret_proof"}}, status=400)
    with pytest.raises(InvalidProviderToken, match="190/463"):
        await verify("EAAsim-expired-ada")


# -- alive


@pytest.mark.parametrize(("expires_at", "lives"), [(1_800_000_001, True), (1_800_000_000, False), (-1, False)])
async def test_a_token_lives_until_its_last_second(
    verify: Verify, facebook: Any, token_data: Data, expires_at: int, lives: bool
) -> None:
    facebook.says("debug_token", _body(token_data, expires_at=expires_at))
    if lives:
        assert (await verify(GOOD)).expires_at == expires_at
    else:
        with pytest.raises(InvalidProviderToken, match="expires_at has passed"):
            await verify(GOOD)


async def test_a_fraction_of_a_second_before_the_end_is_before_the_end(
    verify: Verify, facebook: Any, token_data: Data, now: int
) -> None:
    facebook.says("debug_token", _body(token_data, expires_at=now))
    assert (await verify(GOOD, now=now - 0.001)).expires_at == now


async def test_a_token_that_never_expires_needs_the_setting(verify: Verify) -> None:
    with pytest.raises(InvalidProviderToken, match="never expires"):
        await verify("EAAsim-never_expires-ada")
    identity = await verify("EAAsim-never_expires-ada", accept_non_expiring_tokens=True)
    assert identity.expires_at is None


async def test_the_setting_for_tokens_without_end_does_not_revive_an_expired_one(
    verify: Verify, facebook: Any, token_data: Data, now: int
) -> None:
    facebook.says("debug_token", _body(token_data, expires_at=now))
    with pytest.raises(InvalidProviderToken, match="has passed"):
        await verify(GOOD, accept_non_expiring_tokens=True)


@pytest.mark.parametrize("expires_at", [ABSENT, None, "1900000000", 1.9e9, True, False, []])
async def test_an_expiry_that_is_no_integer_is_nonsense(
    verify: Verify, facebook: Any, token_data: Data, expires_at: object
) -> None:
    facebook.says("debug_token", json.dumps(_body(token_data, expires_at=expires_at)).encode())
    with pytest.raises(ProviderUnavailable, match="expires_at"):
        await verify(GOOD, accept_non_expiring_tokens=True)


@pytest.mark.threat(19)
@pytest.mark.parametrize("is_valid", [ABSENT, None, "true", 1, [True]])
async def test_only_a_boolean_says_that_a_token_is_valid(
    verify: Verify, facebook: Any, token_data: Data, is_valid: object
) -> None:
    facebook.says("debug_token", _body(token_data, is_valid=is_valid))
    with pytest.raises(ProviderUnavailable, match="is_valid"):
        await verify(GOOD)


@pytest.mark.threat(19)
@pytest.mark.parametrize("error", [ABSENT, None, "text", {}, {"code": "190"}, {"code": True}])
async def test_is_valid_false_is_a_verdict_by_itself(
    verify: Verify, facebook: Any, token_data: Data, error: object
) -> None:
    facebook.says("debug_token", _body(token_data, is_valid=False, error=error))
    with pytest.raises(InvalidProviderToken):
        await verify(GOOD)


@pytest.mark.parametrize("error", [None, "text", {}, {"code": "190"}])
async def test_an_error_beside_is_valid_true_refuses(
    verify: Verify, facebook: Any, token_data: Data, error: object
) -> None:
    facebook.says("debug_token", _body(token_data, error=error))
    with pytest.raises(ProviderUnavailable, match="debug_token data: unexpected answer"):
        await verify(GOOD)


# -- a person's


@pytest.mark.threat(9)
@pytest.mark.parametrize("kind", ["PAGE", "APP", "SYSTEM_USER", "System User", "user", "USER ", ""])
async def test_only_type_user_is_a_person(verify: Verify, facebook: Any, token_data: Data, kind: str) -> None:
    facebook.says("debug_token", _body(token_data, type=kind))
    with pytest.raises(InvalidProviderToken, match="type is not USER"):
        await verify(GOOD)


@pytest.mark.parametrize("kind", [ABSENT, None, ["USER"], 1])
async def test_a_type_that_is_no_string_is_nonsense(
    verify: Verify, facebook: Any, token_data: Data, kind: object
) -> None:
    facebook.says("debug_token", _body(token_data, type=kind))
    with pytest.raises(ProviderUnavailable, match="type is missing"):
        await verify(GOOD)


@pytest.mark.threat(9)
@pytest.mark.parametrize("profile_id", ["200000000000007", "", None])
async def test_an_impersonated_token_is_refused(
    verify: Verify, facebook: Any, token_data: Data, profile_id: object
) -> None:
    facebook.says("debug_token", _body(token_data, profile_id=profile_id))
    with pytest.raises(InvalidProviderToken, match="profile_id"):
        await verify(GOOD)


@pytest.mark.parametrize("user_id", [ABSENT, None, "", int(ADA), [ADA], "ada", f"{ADA}|x", "١٢٣", f"{ADA}\n", "1" * 65])
async def test_a_user_id_that_is_no_string_of_digits_is_nonsense(
    verify: Verify, facebook: Any, token_data: Data, user_id: object
) -> None:
    facebook.says("debug_token", _body(token_data, user_id=user_id))
    facebook.says("me", {"id": user_id} if user_id is not ABSENT else {})
    with pytest.raises(ProviderUnavailable, match="app_id or user_id"):
        await verify(GOOD)


@pytest.mark.threat(8)
@pytest.mark.parametrize("user_id", ["1000000000000002", "01000000000000001", "1000000000000001000", "1"])
async def test_the_two_calls_must_name_the_same_user(verify: Verify, facebook: Any, user_id: str) -> None:
    facebook.says("me", {"id": user_id, "name": "Ada"})
    with pytest.raises(InvalidProviderToken, match="different users"):
        await verify(GOOD)


@pytest.mark.parametrize("body", [{}, {"id": int(ADA)}, {"id": None}, {"id": ""}, {"id": float(ADA)}, {"name": "Ada"}])
async def test_a_profile_without_a_proper_id_is_nonsense(verify: Verify, facebook: Any, body: object) -> None:
    facebook.says("me", body)
    with pytest.raises(ProviderUnavailable, match="unexpected answer of me"):
        await verify(GOOD)


async def test_a_profile_with_another_status_than_200_is_nonsense(verify: Verify, facebook: Any) -> None:
    facebook.says("me", {"id": ADA}, status=203)
    with pytest.raises(ProviderUnavailable, match="status 203"):
        await verify(GOOD)


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": []}, {"data": "x"}])
async def test_an_inspection_without_data_is_nonsense(verify: Verify, facebook: Any, body: object) -> None:
    facebook.says("debug_token", body)
    with pytest.raises(ProviderUnavailable, match="unexpected answer of debug_token"):
        await verify(GOOD)


async def test_an_inspection_with_another_status_than_200_is_nonsense(
    verify: Verify, facebook: Any, token_data: Data
) -> None:
    facebook.says("debug_token", _body(token_data), status=202)
    with pytest.raises(ProviderUnavailable, match="status 202"):
        await verify(GOOD)


@pytest.mark.threat(19)
@pytest.mark.parametrize("endpoint", ["debug_token", "me"])
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("body", [b"false", b"null", b"[]", b'"x"', b"", b"<html>", b'{"data":', b"[" * 100_000])
async def test_a_body_that_is_no_json_object_is_nonsense(
    verify: Verify, facebook: Any, endpoint: str, status: int, body: bytes
) -> None:
    facebook.says(endpoint, body, status=status)
    with pytest.raises(ProviderUnavailable):
        await verify(GOOD)


# -- session-info tokens, which Facebook calls "debug only"

SESSION_INFO = "EAAsim-session_info-ada"
DEBUG_ONLY = {"error": {"code": 190, "message": "Invalid OAuth access token - Debug only access token"}}


async def test_a_session_info_token_names_app_and_person_and_brings_no_profile(verify: Verify, now: int) -> None:
    identity = await verify(SESSION_INFO, trust_email=True)
    assert (identity.user_id, identity.audience) == (ADA, AppBound(APP_ID))
    assert identity.expires_at == now + 60 * 24 * 3600
    assert identity.profile.claims() == {}


async def test_a_session_info_token_is_the_same_person_as_the_token_it_was_made_of(verify: Verify) -> None:
    assert (await verify(SESSION_INFO)).user_id == (await verify(GOOD)).user_id


@pytest.mark.threat(9)
async def test_debug_only_is_believed_of_a_living_token_of_a_person_in_our_app_alone(
    verify: Verify, facebook: Any, token_data: Data
) -> None:
    facebook.says("me", DEBUG_ONLY, status=400)
    for changes, error in (
        ({"app_id": "100000000000099"}, WrongAudience),
        ({"is_valid": False}, InvalidProviderToken),
        ({"type": "PAGE"}, InvalidProviderToken),
        ({"profile_id": "200000000000007"}, InvalidProviderToken),
        ({"expires_at": 1}, InvalidProviderToken),
        ({"user_id": ABSENT}, ProviderUnavailable),
    ):
        facebook.says("debug_token", _body(token_data, **changes))
        with pytest.raises(error):
            await verify(GOOD)
    facebook.says("debug_token", b"", status=503)
    with pytest.raises(ProviderUnavailable):
        await verify(GOOD)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (190, "Invalid OAuth access token - Cannot parse access token"),
        (190, ["Debug only access token"]),
        (102, "Debug only access token"),
        ("190", "Debug only access token"),
        (987, "Debug only access token"),
    ],
)
async def test_any_other_refusal_by_me_is_one(verify: Verify, facebook: Any, code: object, message: object) -> None:
    facebook.says("me", {"error": {"code": code, "message": message}}, status=400)
    with pytest.raises(ExchangeError):
        await verify(SESSION_INFO)


@pytest.mark.parametrize(
    ("status", "changes"),
    [(500, {}), (503, {}), (200, {}), (400, {"error_subcode": 460}), (400, {"error_subcode": 463})],
)
async def test_debug_only_beside_a_success_an_outage_or_another_reason_is_not_believed(
    verify: Verify, facebook: Any, status: int, changes: Data
) -> None:
    facebook.says("me", {"error": {**DEBUG_ONLY["error"], **changes}, "id": "1000000000000002"}, status=status)
    with pytest.raises(ExchangeError):
        await verify(SESSION_INFO)


async def test_debug_only_said_by_debug_token_itself_is_about_our_own_token(verify: Verify, facebook: Any) -> None:
    facebook.says("debug_token", DEBUG_ONLY, status=400)
    with pytest.raises(ProviderMisconfigured):
        await verify(SESSION_INFO)


@pytest.mark.threat(14)
async def test_a_session_info_token_needs_the_permissions_that_others_need(verify: Verify) -> None:
    assert (await verify(SESSION_INFO, required_permissions=["email"])).user_id == ADA
    with pytest.raises(MissingPermission):
        await verify(SESSION_INFO, required_permissions=["user_friends"])
