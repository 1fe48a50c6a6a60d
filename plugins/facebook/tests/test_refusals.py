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
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.models import Identity
from accredit_facebook.refusals.tables import BY_DEBUG_TOKEN, BY_ME, OF_TOKEN, Table

Verify = Callable[..., Awaitable[Identity]]
Data = dict[str, Any]

GOOD = "EAAsim-good-ada"
Verdict = type[ExchangeError]

FOREIGN = "(#100) The App_id in the input_token did not match the Viewing App"
NEEDS_APP_TOKEN = "(#100) You must provide an app access token, or a user access token that is an owner or developer"
NEEDS_PROOF = "API calls from the server require an appsecret_proof argument"
BAD_PROOF = "Invalid appsecret_proof provided in the API argument"
NEEDS_INPUT = "(#100) The parameter input_token is required"

UNLISTED = [0, -1, 6, 11, 99, 191, 194, 199, 300, 367, 493, 3919, 79_999, 80_007, 80_015, 1_000_000]

Key = int | str
TABLES: dict[str, Table] = {"debug_token": BY_DEBUG_TOKEN, "debug_token data": OF_TOKEN, "me": BY_ME}
# One line stands for the hundred permissions in the middle of their range.
LINES = [(place, key) for place, table in TABLES.items() for key in table if key not in range(202, 299)]
USERS_STATE = (InvalidProviderToken, MissingPermission, ProviderUserBlocked, WrongAudience)
OUR_FAULT = (ProviderMisconfigured, ProviderProtocolError)


def _error(code: object, subcode: object = None, message: object = "Facebook's own words", **more: Any) -> Any:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A", **more}
    return {"error": error if subcode is None else {**error, "error_subcode": subcode}}


async def _refusal(verify: Verify) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        await verify(GOOD)
    return caught.value


def _says(facebook: Any, place: str, key: Key, token_data: Data, *, is_valid: bool = False) -> None:
    """Let Facebook say at `place` what a line of a table is about; inside `data`, about a token of our app."""
    code, subcode, message = key, None, "Facebook's own words"
    if isinstance(key, str):
        code, separator, rest = key.partition("/")
        if separator:
            subcode = int(rest)
        else:
            code, _, message = key.partition(" ")
    if place != "debug_token data":
        facebook.says(place, _error(int(code), subcode, f"(#{code}) {message.upper()}!"), status=400)
        return
    error = {"code": int(code), "message": message} | ({} if subcode is None else {"subcode": subcode})
    facebook.says("debug_token", {"data": {**token_data, "is_valid": is_valid, "error": error}})


# -- every line of every table


@pytest.mark.threat(49)
@pytest.mark.parametrize(("place", "key"), LINES)
async def test_a_line_ends_as_it_says_and_alerts_only_where_we_must_act(
    verify: Verify, facebook: Any, token_data: Data, place: str, key: Key
) -> None:
    line = TABLES[place][key]
    _says(facebook, place, key, token_data)
    refusal = await _refusal(verify)
    assert type(refusal) is line.error
    if issubclass(line.error, USERS_STATE):
        assert (refusal.status, refusal.alert) == (401, False)
    elif issubclass(line.error, OUR_FAULT):
        assert (refusal.status, refusal.alert) == (500, True)
    else:
        assert (refusal.status, refusal.alert) == (503, line.error is ProviderQuotaExhausted)


@pytest.mark.threat(49)
def test_what_is_said_of_our_own_call_is_never_the_users_fault() -> None:
    ours = {line.error for key, line in BY_DEBUG_TOKEN.items() if "viewing app" not in str(key)}
    assert not ours & set(USERS_STATE)


@pytest.mark.parametrize(("place", "key"), LINES)
def test_each_line_quotes_a_page_a_library_or_a_report(place: str, key: Key) -> None:
    source = TABLES[place][key].source
    assert any(mark in source for mark in ("developers.facebook.com/", "github.com/", "facebook-android-sdk", "report"))


# -- at the top level of debug_token: about us


@pytest.mark.threat(19, 49)
@pytest.mark.parametrize("subcode", [None, 458, 459, 460, 463, 464, 467, 483, 490, 492, 493])
@pytest.mark.parametrize("code", [190, 102])
async def test_a_dead_token_named_by_debug_token_itself_is_ours(
    verify: Verify, facebook: Any, code: int, subcode: int | None
) -> None:
    facebook.says("debug_token", _error(code, subcode), status=400)
    refusal = await _refusal(verify)
    assert type(refusal) is ProviderMisconfigured
    assert refusal.detail.startswith("debug_token" if subcode is None else f"debug_token, subcode {subcode}")


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
    ],
)
@pytest.mark.parametrize("subcode", [None, 33, 34])
async def test_code_100_is_told_apart_by_its_text(
    verify: Verify, facebook: Any, endpoint: str, message: object, verdict: Verdict, subcode: int | None
) -> None:
    facebook.says(endpoint, _error(100, subcode, message), status=400)
    assert type(await _refusal(verify)) is verdict


@pytest.mark.parametrize("message", [NEEDS_INPUT, "", None, [FOREIGN]])
async def test_any_other_code_100_is_our_call_except_where_me_cannot_be_loaded(
    verify: Verify, facebook: Any, message: object
) -> None:
    for endpoint, subcode, verdict in (
        ("debug_token", None, ProviderProtocolError),
        ("debug_token", 33, ProviderProtocolError),
        ("me", None, ProviderProtocolError),
        ("me", 34, ProviderProtocolError),
        # A fresh token of a person's, with which Facebook cannot load 'me': nobody wrote a malformed request.
        ("me", 33, InvalidProviderToken),
    ):
        facebook.answers.clear()
        facebook.says(endpoint, _error(100, subcode, message), status=400)
        assert type(await _refusal(verify)) is verdict


@pytest.mark.threat(49)
async def test_a_page_that_has_no_email_is_no_malformed_request_of_ours(verify: Verify, facebook: Any) -> None:
    facebook.says("me", _error(100, None, "(#100) Tried accessing nonexisting field (email) on node type (Page)"))
    assert type(await _refusal(verify)) is InvalidProviderToken


@pytest.mark.threat(49)
@pytest.mark.parametrize("place", TABLES)
@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        # Of our app, or of the person's account: where we do not ask as our app, nobody knows.
        ("API access blocked.", UnlistedRefusal),
        ("API access deactivated. To reactivate, go to the app dashboard.", ProviderMisconfigured),
        ("(#200) Provide valid app ID", ProviderMisconfigured),
        ("(#200) Permissions error", MissingPermission),
        ("", MissingPermission),
    ],
)
async def test_code_200_is_a_permission_of_the_person_or_a_state_of_our_app(
    verify: Verify, facebook: Any, token_data: Data, place: str, message: str, verdict: Verdict
) -> None:
    _says(facebook, place, f"200 {message}", token_data)
    # At the top level of debug_token the permission would be our app's.
    assert type(await _refusal(verify)) is (ProviderMisconfigured if place == "debug_token" else verdict)


@pytest.mark.threat(49)
@pytest.mark.parametrize("place", ["debug_token data", "me"])
async def test_a_person_who_has_not_used_the_app_for_90_days_needs_a_new_login_and_nobody_is_called(
    verify: Verify, facebook: Any, token_data: Data, place: str
) -> None:
    _says(facebook, place, "190/493", token_data)
    refusal = await _refusal(verify)
    assert (type(refusal), refusal.alert) == (InvalidProviderToken, False)


async def test_the_text_of_another_code_means_nothing(verify: Verify, facebook: Any) -> None:
    facebook.says("debug_token", _error(190, None, FOREIGN), status=400)
    assert type(await _refusal(verify)) is ProviderMisconfigured


# -- what no table lists


@pytest.mark.parametrize("place", TABLES)
@pytest.mark.parametrize("code", UNLISTED)
async def test_a_code_that_nobody_has_listed_is_refused_as_what_it_is(
    verify: Verify, facebook: Any, token_data: Data, place: str, code: int
) -> None:
    _says(facebook, place, code, token_data)
    refusal = await _refusal(verify)
    status = 200 if place == "debug_token data" else 400
    assert type(refusal) is UnlistedRefusal
    assert refusal.detail == f"{place}: no line for code {code}, status {status}"
    assert (refusal.status, refusal.alert, refusal.alert_key) == (401, True, f"{place}: {code}")


async def test_the_subcode_of_such_a_code_is_named_too(verify: Verify, facebook: Any) -> None:
    facebook.says("me", _error(987, 65), status=400)
    assert (await _refusal(verify)).detail == "me: no line for code 987/65, status 400"


@pytest.mark.parametrize("place", ["debug_token data", "me"])
async def test_a_dead_token_with_a_subcode_that_nobody_has_listed_is_dead(
    verify: Verify, facebook: Any, token_data: Data, place: str
) -> None:
    _says(facebook, place, "190/12345", token_data)
    refusal = await _refusal(verify)
    assert type(refusal) is InvalidProviderToken
    assert refusal.detail.startswith(f"{place}, subcode 12345: code 190")


@pytest.mark.parametrize(
    ("code", "subcode", "verdict"), [(368, 463, ProviderUserBlocked), (10, 459, MissingPermission)]
)
async def test_a_subcode_means_something_beside_its_own_code_only(
    verify: Verify, facebook: Any, code: int, subcode: int, verdict: Verdict
) -> None:
    facebook.says("me", _error(code, subcode), status=400)
    assert type(await _refusal(verify)) is verdict


# -- by me: about the token


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429])
async def test_the_status_decides_nothing_below_500(verify: Verify, facebook: Any, status: int) -> None:
    facebook.says("me", _error(190), status=status)
    assert type(await _refusal(verify)) is InvalidProviderToken
    facebook.says("debug_token", _error(190), status=status)
    assert type(await _refusal(verify)) is ProviderMisconfigured


# -- inside data: about the token, too


@pytest.mark.parametrize("key", ["190/463", "190/459", 10, 4, 101, "100 did not match the viewing app", 987])
async def test_an_error_beside_is_valid_true_counts_as_beside_false(
    verify: Verify, facebook: Any, token_data: Data, key: Key
) -> None:
    _says(facebook, "debug_token data", key, token_data, is_valid=True)
    kind = OF_TOKEN[key].error if key in OF_TOKEN else UnlistedRefusal
    assert type(await _refusal(verify)) is kind


@pytest.mark.threat(49)
@pytest.mark.parametrize("key", [key for key, line in OF_TOKEN.items() if line.error.alert] + [987])
@pytest.mark.parametrize(
    ("app_id", "verdict"),
    [
        ("100000000000099", WrongAudience),
        ("1000000000000420", WrongAudience),
        (100_000_000_000_042, InvalidProviderToken),
        (None, InvalidProviderToken),
    ],
)
async def test_the_state_of_another_app_calls_nobody(
    verify: Verify, facebook: Any, token_data: Data, key: Key, app_id: object, verdict: Verdict
) -> None:
    _says(facebook, "debug_token data", key, {**token_data, "app_id": app_id})
    refusal = await _refusal(verify)
    assert (type(refusal), refusal.status, refusal.alert) == (verdict, 401, False)


@pytest.mark.parametrize("code", [100, 2500])
async def test_a_token_called_invalid_for_what_a_call_would_ask_is_invalid(
    verify: Verify, facebook: Any, token_data: Data, code: int
) -> None:
    _says(facebook, "debug_token data", code, token_data)
    assert type(await _refusal(verify)) is InvalidProviderToken


# -- trouble


@pytest.mark.parametrize("endpoint", ["debug_token", "me"])
@pytest.mark.parametrize("code", [190, 100, 10, 5, 101, 368, 1, 12_345])
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
    assert refusal.detail == f"{endpoint}: unexpected answer, status 400"


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
    for code, verdict in ((4, ProviderQuotaExhausted), (17, ProviderRateLimited)):
        facebook.says("debug_token", _error(code, is_transient=is_transient), status=status)
        assert type(await _refusal(verify)) is verdict


APP_USAGE = "X-App-Usage"


@pytest.mark.parametrize("endpoint", ["debug_token", "me"])
@pytest.mark.parametrize("code", [9, 17, 32, 341, 613, 80_001])
@pytest.mark.parametrize(
    ("usage", "verdict"),
    [
        ('{"call_count": 100, "total_time": 1, "total_cputime": 1}', ProviderQuotaExhausted),
        ('{"call_count": 1, "total_time": 131}', ProviderQuotaExhausted),
        ('{"total_cputime": 100.5}', ProviderQuotaExhausted),
        ('{"call_count": 99, "total_time": 99.9, "total_cputime": 0}', ProviderRateLimited),
        ('{"call_count": "100"}', ProviderRateLimited),
        ('{"call_count": true, "total_time": null}', ProviderRateLimited),
        ('{"call_count": NaN}', ProviderRateLimited),
        ('{"other": 100}', ProviderRateLimited),
        ("[100]", ProviderRateLimited),
        ("", ProviderRateLimited),
        ("9" * 5000, ProviderRateLimited),
        ("[" * 100_000, ProviderRateLimited),
    ],
    ids=range(12),
)
async def test_a_limit_with_a_full_app_usage_is_the_apps(
    verify: Verify, facebook: Any, endpoint: str, code: int, usage: str, verdict: Verdict
) -> None:
    waits = {"X-Business-Use-Case-Usage": _usage(7)}
    facebook.says(endpoint, _error(code), status=400, headers={APP_USAGE: usage, **waits})
    refusal = await _refusal(verify)
    assert (type(refusal), refusal.retry_after_s) == (verdict, 420)


async def test_a_full_app_usage_beside_another_error_means_nothing(verify: Verify, facebook: Any) -> None:
    facebook.says("me", _error(190), status=400, headers={APP_USAGE: '{"call_count": 100}'})
    assert type(await _refusal(verify)) is InvalidProviderToken


@pytest.mark.parametrize("endpoint", ["debug_token", "me"])
@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        (_usage(19), 1140),
        (_usage(10**9), 86_400),
        (f'{{"1": [{{"estimated_time_to_regain_access": {"9" * 4000}}}]}}', 86_400),
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
    ids=range(17),
)
@pytest.mark.threat(51)
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
