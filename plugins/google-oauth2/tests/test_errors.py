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
)
from accredit.models import Identity
from accredit_google_oauth2.answers import CODES, STATUSES

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
    (403, envelope(reason="insufficientPermissions"), MissingPermission),
    (403, envelope("PERMISSION_DENIED", detail="ACCESS_TOKEN_SCOPE_INSUFFICIENT"), MissingPermission),
    # the account is disabled or deleted
    (401, envelope("UNAUTHENTICATED", reason="authError", detail="ACCOUNT_STATE_INVALID"), ProviderUserBlocked),
    # our project
    (403, envelope("PERMISSION_DENIED", detail="SERVICE_DISABLED"), ProviderMisconfigured),
    (403, envelope("PERMISSION_DENIED", detail="BILLING_DISABLED"), ProviderMisconfigured),
    (403, envelope("PERMISSION_DENIED", detail="CONSUMER_SUSPENDED"), ProviderMisconfigured),
    (403, envelope("PERMISSION_DENIED", detail="CONSUMER_INVALID"), ProviderMisconfigured),
    (403, envelope(reason="accessNotConfigured"), ProviderMisconfigured),
    # limits
    (429, "<html>", ProviderRateLimited),
    (429, envelope("RESOURCE_EXHAUSTED"), ProviderRateLimited),
    (403, envelope("PERMISSION_DENIED", reason="rateLimitExceeded"), ProviderRateLimited),
    (403, envelope("PERMISSION_DENIED", reason="userRateLimitExceeded"), ProviderRateLimited),
    (403, envelope("PERMISSION_DENIED", reason="quotaExceeded"), ProviderRateLimited),
    (403, envelope("PERMISSION_DENIED", reason="dailyLimitExceeded"), ProviderRateLimited),
    (403, envelope("PERMISSION_DENIED", detail="RATE_LIMIT_EXCEEDED"), ProviderRateLimited),
    (403, envelope("PERMISSION_DENIED", detail="RESOURCE_QUOTA_EXCEEDED"), ProviderRateLimited),
    # our bug
    (400, oauth("invalid_request"), ProviderProtocolError),
    (400, envelope("INVALID_ARGUMENT"), ProviderProtocolError),
    (404, envelope("NOT_FOUND"), ProviderProtocolError),
    (400, envelope("UNIMPLEMENTED"), ProviderProtocolError),
    (404, "<html>", ProviderProtocolError),
    (405, "<html>", ProviderProtocolError),
    # Google is down
    (500, "<html>", ProviderUnavailable),
    (503, "", ProviderUnavailable),
    (503, envelope("UNAVAILABLE"), ProviderUnavailable),
    (500, oauth("invalid_token"), ProviderUnavailable),  # whoever fails like this has checked nothing
    # nobody knows what this is
    (200, "<html>", ProviderUnavailable),
    (200, [], ProviderUnavailable),
    (200, "null", ProviderUnavailable),
    (201, {"aud": "x"}, ProviderUnavailable),
    (400, "<html>", ProviderUnavailable),
    (400, {}, ProviderUnavailable),
    (400, [], ProviderUnavailable),
    (400, oauth("something_new"), ProviderUnavailable),
    (400, oauth("INVALID_TOKEN"), ProviderUnavailable),
    (400, {"error_description": "Something New"}, ProviderUnavailable),
    (400, {"error_description": 5}, ProviderUnavailable),
    (400, {"error": 190}, ProviderUnavailable),
    (400, {"error": 190, "error_description": "Invalid Value"}, ProviderUnavailable),
    (400, {"error": {"status": 16, "errors": "authError", "details": [1, {"reason": []}]}}, ProviderUnavailable),
    (403, envelope("SOMETHING_NEW", reason="new", detail="NEW"), ProviderUnavailable),
    (401, "<html>", ProviderUnavailable),  # a status alone proves nothing about the token
    (403, {}, ProviderUnavailable),
    # a failure is a failure with any status
    (200, oauth("invalid_token"), InvalidProviderToken),
    (200, {"error_description": "Invalid Value"}, InvalidProviderToken),
    (200, {"error": None}, ProviderUnavailable),
]


@pytest.mark.parametrize(("status", "body", "error"), ROWS)
@pytest.mark.parametrize("call", ["tokeninfo", "userinfo"])
async def test_error_of_google_is_blamed_on_whom_it_concerns(
    verify: Verify, call: str, status: int, body: Any, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as caught:
        await verify(GOOD, **{call: (status, body, {})})
    assert type(caught.value) is error
    assert caught.value.retry_after_s is None
    assert SECRET_TEXT not in str(caught.value)
    assert GOOD not in str(caught.value)


def test_every_code_and_status_that_is_classified_has_a_row() -> None:
    seen: set[str] = set()
    for status, body, _ in ROWS:
        text = str(body)
        seen |= {code for code in CODES if code.removeprefix(f"{status} ") in text}
    assert seen == set(CODES)
    assert set(STATUSES) <= {status for status, body, _ in ROWS if body == "<html>"}


def test_reason_outweighs_the_status_that_wraps_it() -> None:
    assert CODES["PERMISSION_DENIED"] is not CODES["rateLimitExceeded"]
    assert CODES["UNAUTHENTICATED"] is not CODES["ACCOUNT_STATE_INVALID"]


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
