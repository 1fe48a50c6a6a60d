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
)
from accredit.models import Identity
from accredit_google_oauth2.refusals import ERRORS

Verify = Callable[..., Awaitable[Identity]]

GOOD = "ya29.sim-good-ada"
SECRET_TEXT = "upstream text that must go nowhere"


def oauth(error: str) -> dict[str, Any]:
    return {"error": error, "error_description": SECRET_TEXT}


def envelope(status: str | None = None, *, reason: str | None = None, detail: str | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": 400, "message": SECRET_TEXT}
    if status is not None:
        error["status"] = status
    if reason is not None:
        error["errors"] = [{"domain": "global", "reason": reason, "message": SECRET_TEXT}]
    if detail is not None:
        error["details"] = [{"@type": "help"}, {"@type": "info", "reason": detail}]
    return {"error": error}


def quota(limit: Any) -> dict[str, Any]:
    info = {"@type": "info", "reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit": limit}}
    return {"error": {"code": 429, "message": SECRET_TEXT, "status": "RESOURCE_EXHAUSTED", "details": [info]}}


# (status, body) -> class; the comments are the classes of errors in Google's own words.
ROWS: list[tuple[int, Any, type[ExchangeError]]] = [
    # the token is dead
    (400, oauth("invalid_token"), InvalidProviderToken),
    (401, oauth("invalid_token"), InvalidProviderToken),
    (400, {"error_description": "Invalid Value"}, InvalidProviderToken),
    (401, oauth("invalid_request"), InvalidProviderToken),
    (401, envelope("UNAUTHENTICATED"), InvalidProviderToken),
    (401, envelope("UNAUTHENTICATED", reason="required", detail="CREDENTIALS_MISSING"), InvalidProviderToken),
    (401, envelope(reason="authError"), InvalidProviderToken),
    (401, envelope(detail="ACCESS_TOKEN_EXPIRED"), InvalidProviderToken),
    # the token may not say who the user is
    (403, oauth("insufficient_scope"), MissingPermission),
    (403, envelope("PERMISSION_DENIED"), MissingPermission),
    (403, envelope("PERMISSION_DENIED", reason="forbidden"), MissingPermission),
    (403, envelope(reason="insufficientPermissions"), MissingPermission),
    (403, envelope("PERMISSION_DENIED", detail="ACCESS_TOKEN_SCOPE_INSUFFICIENT"), MissingPermission),
    # the account is disabled or deleted
    (401, envelope("UNAUTHENTICATED", reason="authError", detail="ACCOUNT_STATE_INVALID"), ProviderUserBlocked),
    # our project
    (403, envelope("PERMISSION_DENIED", detail="SERVICE_DISABLED"), ProviderMisconfigured),
    (403, envelope("PERMISSION_DENIED", reason="forbidden", detail="CONSUMER_SUSPENDED"), ProviderMisconfigured),
    # limits: whose quota it was decides whether somebody must act
    (429, "<html>", ProviderRateLimited),
    (429, envelope("RESOURCE_EXHAUSTED"), ProviderRateLimited),
    (403, envelope("PERMISSION_DENIED", reason="rateLimitExceeded"), ProviderRateLimited),
    (503, envelope("UNAVAILABLE", reason="rateLimitExceeded"), ProviderRateLimited),
    (403, envelope("PERMISSION_DENIED", reason="dailyLimitExceeded"), ProviderQuotaExhausted),
    (429, quota("ReadsPerMinutePerProject"), ProviderQuotaExhausted),
    (429, quota("DefaultRequestsPerMinutePerOrganization"), ProviderQuotaExhausted),
    (429, quota("ReadRequestsPerMinutePerUser"), ProviderRateLimited),
    (429, quota("PerProjectPerUser"), ProviderRateLimited),
    (429, quota(None), ProviderRateLimited),
    (429, quota(5), ProviderRateLimited),
    # our bug
    (400, oauth("invalid_request"), ProviderProtocolError),
    (400, envelope("INVALID_ARGUMENT"), ProviderProtocolError),
    (404, envelope("NOT_FOUND"), ProviderProtocolError),
    (404, "<html>", ProviderProtocolError),
    (405, "<html>", ProviderProtocolError),
    (404, oauth("something_new"), ProviderProtocolError),
    # Google is down
    (500, "<html>", ProviderUnavailable),
    (503, "", ProviderUnavailable),
    (503, envelope("UNAVAILABLE"), ProviderUnavailable),
    (500, oauth("invalid_token"), ProviderUnavailable),  # whoever fails like this has checked nothing
    (500, envelope(detail="SERVICE_DISABLED"), ProviderUnavailable),
    # nobody knows what this is
    (200, "<html>", ProviderUnavailable),
    (200, [], ProviderUnavailable),
    (200, "null", ProviderUnavailable),
    (201, {"aud": "x"}, ProviderUnavailable),
    (400, "<html>", ProviderUnavailable),
    (400, {}, ProviderUnavailable),
    (400, [], ProviderUnavailable),
    (400, {"error_description": 5}, ProviderUnavailable),
    (400, {"error": 190}, ProviderUnavailable),
    (400, {"error": 190, "error_description": "Invalid Value"}, ProviderUnavailable),
    (400, {"error": {"status": 16, "errors": "authError", "details": [1, {"reason": []}]}}, ProviderUnavailable),
    (401, "<html>", ProviderUnavailable),  # a status alone proves nothing about the token
    (403, {}, ProviderUnavailable),
    # a refusal that can be read, and that no table lists
    (400, oauth("something_new"), UnlistedRefusal),
    (400, oauth("INVALID_TOKEN"), UnlistedRefusal),
    (200, oauth("something_new"), UnlistedRefusal),
    (400, {"error_description": "Something New"}, UnlistedRefusal),
    (403, envelope("SOMETHING_NEW", reason="new", detail="NEW"), UnlistedRefusal),
    (403, envelope("SOMETHING_NEW"), UnlistedRefusal),
    (401, envelope(reason="somethingNew"), UnlistedRefusal),
    # what `details` say is not overruled by what only repeats the status
    (403, envelope("PERMISSION_DENIED", reason="forbidden", detail="SECURITY_POLICY_VIOLATED"), UnlistedRefusal),
    (401, envelope("UNAUTHENTICATED", reason="authError", detail="SOMETHING_NEW"), UnlistedRefusal),
    # a failure is a failure with any status
    (200, oauth("invalid_token"), InvalidProviderToken),
    (200, {"error_description": "Invalid Value"}, InvalidProviderToken),
    (200, {"error": None}, ProviderUnavailable),
]


OF_OUR_PROJECT = (ProviderMisconfigured, ProviderQuotaExhausted)
"""What userinfo alone can say: it is not asked about tokens of other projects."""


@pytest.mark.parametrize(
    ("call", "status", "body", "error"),
    [
        *(("userinfo", *row) for row in ROWS),
        *(("tokeninfo", *row) for row in ROWS if row[2] not in OF_OUR_PROJECT),
    ],
)
async def test_error_of_google_is_blamed_on_whom_it_concerns(
    verify: Verify, call: str, status: int, body: Any, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as caught:
        await verify(GOOD, **{call: (status, body, {})})
    assert type(caught.value) is error
    assert caught.value.retry_after_s is None
    assert SECRET_TEXT not in str(caught.value)
    assert GOOD not in str(caught.value)


def answer_with(code: str) -> tuple[int, Any]:
    """Return an answer that holds this code where Google writes it."""
    if code.isdecimal():
        return int(code), "<html>"
    if code == "PerProject":
        return 429, quota("ReadsPerMinutePerProject")
    if code == "Invalid Value":
        return 400, {"error_description": code}
    status, _, word = code.rpartition(" ")
    if word.islower():
        return int(status or 400), oauth(word)
    if not word.isupper():
        return 403, envelope(reason=word)
    line_of_status = "google/rpc/code.proto" in ERRORS[code].source
    return (400, envelope(word)) if line_of_status else (403, envelope(detail=word))


# Spelt out once more, so that a line that moves is seen: what pages somebody, and what a user is told.
OURS = {
    *("SERVICE_DISABLED", "BILLING_DISABLED", "CONSUMER_SUSPENDED", "CONSUMER_INVALID", "accessNotConfigured"),
    *("invalid_request", "INVALID_ARGUMENT", "NOT_FOUND", "UNIMPLEMENTED", "404", "405"),
}
OUR_QUOTA = {"PerProject", "dailyLimitExceeded"}
A_LIMIT = {
    *("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED", "429")
}


OF_A_PROJECT = {"SERVICE_DISABLED", "BILLING_DISABLED", "CONSUMER_SUSPENDED", "CONSUMER_INVALID", "accessNotConfigured"}


@pytest.mark.threat(49)
@pytest.mark.parametrize(
    ("call", "code"),
    [
        *(("userinfo", code) for code in ERRORS),
        *(("tokeninfo", code) for code in ERRORS if code not in OF_A_PROJECT | OUR_QUOTA),
    ],
)
async def test_a_fault_of_ours_is_an_alert_and_a_users_state_never_is(verify: Verify, call: str, code: str) -> None:
    status, body = answer_with(code)
    with pytest.raises(ExchangeError) as caught:
        await verify(GOOD, **{call: (status, body, {})})
    assert caught.value.detail == f"{call}: code {code}, status {status}"
    status = 500 if code in OURS else 503 if code in OUR_QUOTA | A_LIMIT else 401
    assert (caught.value.status, caught.value.alert) == (status, code in OURS | OUR_QUOTA)


@pytest.mark.threat(49)
@pytest.mark.parametrize("code", sorted(OF_A_PROJECT))
async def test_the_state_of_a_project_that_may_be_anybodys_is_an_alert_once_an_hour(verify: Verify, code: str) -> None:
    status, body = answer_with(code)
    with pytest.raises(UnlistedRefusal) as caught:
        await verify(GOOD, tokeninfo=(status, body, {}))
    assert (caught.value.status, caught.value.alert_key) == (401, f"tokeninfo: {code}")


@pytest.mark.threat(49)
@pytest.mark.parametrize("code", sorted(OUR_QUOTA))
async def test_the_quota_of_a_project_that_may_be_anybodys_is_no_alert(verify: Verify, code: str) -> None:
    status, body = answer_with(code)
    with pytest.raises(ProviderRateLimited) as caught:
        await verify(GOOD, tokeninfo=(status, body, {}))
    assert not caught.value.alert


def test_no_code_of_these_tests_has_left_the_table() -> None:
    assert set(ERRORS) > OURS | OUR_QUOTA | A_LIMIT


async def test_an_unlisted_refusal_names_call_and_code(verify: Verify) -> None:
    for body, code in ((oauth("something_new"), "something_new"), (envelope("X", reason="y", detail="NEW"), "NEW")):
        with pytest.raises(UnlistedRefusal) as caught:
            await verify(GOOD, userinfo=(403, body, {}))
        assert caught.value.detail == f"userinfo: no line for code {code}, status 403"
        assert (caught.value.status, caught.value.alert) == (401, True)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("0", 0),
        ("30", 30),
        ("86400", 86_400),
        ("86401", 86_400),
        ("999999999", 86_400),
        ("9999999999", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30),  # the clock says 08:00:00
        ("Fri, 15 Jan 2027 07:59:30 GMT", 0),
        ("Mon, 15 Jan 2029 08:00:00 GMT", 86_400),
        ("Fri, 32 Jan 2027 08:00:30 GMT", None),
        ("Fri, 15 Jan 2027 25:00:30 GMT", None),
        ("Fri, 15 Xyz 2027 08:00:30 GMT", None),
        ("Fri, 15 Jan 2027 08:00:30 CET", None),
    ],
)
@pytest.mark.parametrize(
    ("status", "body"),
    [(429, "<html>"), (503, "<html>"), (403, envelope("PERMISSION_DENIED", reason="rateLimitExceeded"))],
)
async def test_retry_after_becomes_seconds(
    verify: Verify, status: int, body: Any, retry_after: str, seconds: int | None
) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        await verify(GOOD, tokeninfo=(status, body, {"Retry-After": retry_after}))
    assert caught.value.retry_after_s == seconds
