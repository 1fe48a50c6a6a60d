"""Every documented error, by its code and by whom it is about."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    WrongAudience,
)
from accredit.models import Identity

Verify = Callable[..., Awaitable[Identity]]
Data = dict[str, Any]

GOOD = "EAAsim-good-ada"
Verdict = type[ExchangeError]

FOREIGN = "(#100) The App_id in the input_token did not match the Viewing App"
NEEDS_APP_TOKEN = "(#100) You must provide an app access token, or a user access token that is an owner or developer"
NEEDS_PROOF = "API calls from the server require an appsecret_proof argument"
BAD_PROOF = "Invalid appsecret_proof provided in the API argument"
NEEDS_INPUT = "(#100) The parameter input_token is required"

LIMITS = [4, 9, 17, 32, 341, 613, 80_000, 80_007, 80_014]
OUTAGES = [1, 2, 3919]
OPERATOR = [3, 101, 104, 493, 2635]
BUGS = [194, 2500]
UNKNOWN = [0, -1, 5, 11, 99, 191, 199, 300, 367, 79_999, 80_015, 1_000_000]

SAME_EVERYWHERE: list[tuple[int, Verdict]] = [
    *((code, ProviderRateLimited) for code in LIMITS),
    *((code, ProviderUnavailable) for code in [*OUTAGES, *UNKNOWN]),
    *((code, ProviderMisconfigured) for code in OPERATOR),
]
ABOUT_THE_TOKEN: list[tuple[int, int | None, Verdict]] = [
    *((code, None, verdict) for code, verdict in SAME_EVERYWHERE if code not in UNKNOWN),
    *((code, subcode, InvalidProviderToken) for code in (102, 190) for subcode in (None, 458, 460, 463, 467, 492)),
    *((code, subcode, ProviderUserBlocked) for code in (102, 190) for subcode in (459, 464, 483, 490)),
    (190, 493, ProviderMisconfigured),
    (190, 12_345, InvalidProviderToken),
    *((code, None, MissingPermission) for code in (10, 200, 250, 299)),
    (368, None, ProviderUserBlocked),
    # A subcode means something beside 102 and 190 only.
    (368, 463, ProviderUserBlocked),
    (10, 459, MissingPermission),
]


def _error(code: object, subcode: object = None, message: object = "Facebook's own words", **more: Any) -> Any:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A", **more}
    return {"error": error if subcode is None else {**error, "error_subcode": subcode}}


async def _refusal(verify: Verify) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        await verify(GOOD)
    return caught.value


# -- at the top level of debug_token: about us


@pytest.mark.threat(19)
@pytest.mark.parametrize(
    ("code", "subcode", "verdict"),
    [
        *((code, None, verdict) for code, verdict in SAME_EVERYWHERE),
        *((code, None, ProviderProtocolError) for code in BUGS),
        # What would be the user's fault elsewhere is ours here: we are who calls.
        *((code, None, ProviderMisconfigured) for code in (190, 102, 10, 200, 299, 368)),
        *((190, subcode, ProviderMisconfigured) for subcode in (458, 459, 460, 463, 464, 467, 483, 490, 492, 493)),
    ],
)
async def test_a_refusal_by_debug_token_is_about_us(
    verify: Verify, facebook: Any, code: int, subcode: int | None, verdict: Verdict
) -> None:
    facebook.says("debug_token", _error(code, subcode), status=400)
    assert type(await _refusal(verify)) is verdict


@pytest.mark.threat(19)
@pytest.mark.parametrize("endpoint", ["debug_token", "me"])
@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        (FOREIGN, WrongAudience),
        (FOREIGN.upper(), WrongAudience),
        (NEEDS_APP_TOKEN, ProviderMisconfigured),
        (NEEDS_PROOF, ProviderMisconfigured),
        (BAD_PROOF, ProviderMisconfigured),
        (NEEDS_INPUT, ProviderProtocolError),
        ("", ProviderProtocolError),
        (None, ProviderProtocolError),
        ([FOREIGN], ProviderProtocolError),
    ],
)
@pytest.mark.parametrize("subcode", [None, 33])
async def test_code_100_is_told_apart_by_its_text(
    verify: Verify, facebook: Any, endpoint: str, message: object, verdict: Verdict, subcode: int | None
) -> None:
    facebook.says(endpoint, _error(100, subcode, message), status=400)
    assert type(await _refusal(verify)) is verdict


async def test_the_text_of_another_code_means_nothing(verify: Verify, facebook: Any) -> None:
    facebook.says("debug_token", _error(190, None, FOREIGN), status=400)
    assert type(await _refusal(verify)) is ProviderMisconfigured


# -- by me: about the token


@pytest.mark.parametrize(
    ("code", "subcode", "verdict"),
    [
        *ABOUT_THE_TOKEN,
        *((code, None, ProviderUnavailable) for code in UNKNOWN),
        *((code, None, ProviderProtocolError) for code in BUGS),
    ],
)
async def test_a_refusal_by_me_is_about_the_token(
    verify: Verify, facebook: Any, code: int, subcode: int | None, verdict: Verdict
) -> None:
    facebook.says("me", _error(code, subcode), status=400)
    assert type(await _refusal(verify)) is verdict


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429])
async def test_the_status_decides_nothing_below_500(verify: Verify, facebook: Any, status: int) -> None:
    facebook.says("me", _error(190), status=status)
    assert type(await _refusal(verify)) is InvalidProviderToken
    facebook.says("debug_token", _error(190), status=status)
    assert type(await _refusal(verify)) is ProviderMisconfigured


# -- inside data: about the token, too


@pytest.mark.parametrize("is_valid", [False, True])
@pytest.mark.parametrize(
    ("code", "subcode", "verdict"),
    [*ABOUT_THE_TOKEN, (100, None, WrongAudience)],
)
async def test_an_error_inside_data_is_about_the_token(
    verify: Verify,
    facebook: Any,
    token_data: Data,
    code: int,
    subcode: int | None,
    verdict: Verdict,
    is_valid: bool,
) -> None:
    error = {"code": code, "message": FOREIGN} | ({} if subcode is None else {"subcode": subcode})
    facebook.says("debug_token", {"data": {**token_data, "is_valid": is_valid, "error": error}})
    assert type(await _refusal(verify)) is verdict


@pytest.mark.parametrize("code", [100, *BUGS, *UNKNOWN])
async def test_a_token_called_invalid_for_a_reason_nobody_knows_is_invalid(
    verify: Verify, facebook: Any, token_data: Data, code: int
) -> None:
    error = {"code": code, "message": "?"}
    facebook.says("debug_token", {"data": {**token_data, "is_valid": False, "error": error}})
    assert type(await _refusal(verify)) is InvalidProviderToken


# -- trouble


@pytest.mark.parametrize("endpoint", ["debug_token", "me"])
@pytest.mark.parametrize("code", [190, 100, 10, 101, 368, 1, 12_345])
async def test_an_error_that_is_transient_or_comes_with_5xx_is_an_outage(
    verify: Verify, facebook: Any, endpoint: str, code: int
) -> None:
    facebook.says(endpoint, _error(code, is_transient=True), status=400)
    assert type(await _refusal(verify)) is ProviderUnavailable
    for status in (500, 503, 599):
        facebook.says(endpoint, _error(code), status=status)
        assert type(await _refusal(verify)) is ProviderUnavailable


@pytest.mark.parametrize("is_transient", [False, "true", 1, None])
async def test_only_a_boolean_makes_an_error_transient(verify: Verify, facebook: Any, is_transient: object) -> None:
    facebook.says("me", _error(190, is_transient=is_transient), status=400)
    assert type(await _refusal(verify)) is InvalidProviderToken


@pytest.mark.parametrize("endpoint", ["debug_token", "me"])
@pytest.mark.parametrize(
    "error", [None, "OAuthException", 190, [], {}, {"code": "190"}, {"code": 190.0}, {"code": None}, {"code": True}]
)
async def test_an_error_without_an_integer_code_is_nonsense(
    verify: Verify, facebook: Any, endpoint: str, error: object
) -> None:
    facebook.says(endpoint, {"error": error}, status=400)
    refusal = await _refusal(verify)
    assert type(refusal) is ProviderUnavailable
    assert refusal.detail == f"unexpected error, {endpoint}: code None, subcode None, status 400"


async def test_a_subcode_that_is_no_integer_counts_as_absent(verify: Verify, facebook: Any) -> None:
    facebook.says("me", _error(190, "459"), status=400)
    assert type(await _refusal(verify)) is InvalidProviderToken


# -- rate limits


def _usage(*minutes: object) -> str:

    return json.dumps({"1": [{"type": "x", "estimated_time_to_regain_access": one} for one in minutes]})


@pytest.mark.parametrize("is_transient", [True, False])
@pytest.mark.parametrize("status", [400, 403, 429, 503])
async def test_a_rate_limit_stays_one_however_it_is_dressed(
    verify: Verify, facebook: Any, status: int, is_transient: bool
) -> None:
    facebook.says("debug_token", _error(4, is_transient=is_transient), status=status)
    assert type(await _refusal(verify)) is ProviderRateLimited


@pytest.mark.parametrize("endpoint", ["debug_token", "me"])
@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        (_usage(19), 1140),
        (_usage(1, 7, 3), 420),
        (_usage(0), None),
        (_usage(-5), None),
        (_usage("19"), None),
        (_usage(1.5), None),
        (_usage(True), None),
        (_usage(None, 2), 120),
        ('{"1": [{"estimated_time_to_regain_access": 2}], "2": [{"estimated_time_to_regain_access": 3}]}', 180),
        ('{"1": [{"type": "x"}, 7]}', None),
        ('{"1": {"estimated_time_to_regain_access": 19}}', None),
        ("[]", None),
        ("{}", None),
        ("soon", None),
        ("[" * 100_000, None),
    ],
    ids=range(15),
)
async def test_the_wait_is_the_longest_that_facebook_estimates(
    verify: Verify, facebook: Any, endpoint: str, usage: str, seconds: int | None
) -> None:
    facebook.says(endpoint, _error(80_001), status=400, headers={"X-Business-Use-Case-Usage": usage})
    assert (await _refusal(verify)).retry_after_s == seconds


async def test_without_an_estimate_there_is_no_wait(verify: Verify, facebook: Any) -> None:
    facebook.says("me", _error(4), status=403, headers={"X-App-Usage": '{"call_count": 100}'})
    assert (await _refusal(verify)).retry_after_s is None


# -- what is told


async def test_neither_the_token_nor_facebooks_words_get_into_an_error(
    verify: Verify, facebook: Any, token_data: Data
) -> None:
    words = f"Error validating {GOOD} of ada@example.com"
    inside = {"data": {**token_data, "is_valid": False, "error": {"code": 190, "message": words}}}
    for endpoint, body in (
        ("debug_token", _error(190, 463, words)),
        ("me", _error(190, 463, words)),
        ("debug_token", inside),
    ):
        facebook.answers.clear()
        facebook.says(endpoint, body)
        refusal = await _refusal(verify)
        told = f"{refusal} {refusal.detail} {refusal.description}"
        assert "code 190" in told
        assert GOOD not in told
        assert "ada" not in told
        assert "validating" not in told
