"""Read Google's answers: what a success holds, and what each error means for us.

Google speaks three dialects of error. tokeninfo: `{"error": "invalid_token", "error_description": "Invalid Value"}`,
in older answers without `error`. userinfo: the same OAuth form, or the envelope of all Google APIs,
`{"error": {"code": 403, "status": "PERMISSION_DENIED", "errors": [{"reason": …}], "details": [{"reason": …}]}}`.
Source: https://cloud.google.com/apis/design/errors and google/api/error_reason.proto of googleapis/googleapis.
"""

import math
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

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
from accredit.http import ProviderResponse

CODES: Mapping[str, type[ExchangeError]] = {
    # The OAuth form. Google says `invalid_request` for two things: with 401 the token is dead ("Invalid
    # Credentials"), otherwise our request was malformed (RFC 6750 section 3.1).
    "invalid_token": InvalidProviderToken,
    "401 invalid_request": InvalidProviderToken,
    "invalid_request": ProviderProtocolError,
    "insufficient_scope": MissingPermission,
    # Reasons inside the envelope; those that only repeat the status are left to it.
    "authError": InvalidProviderToken,
    "ACCESS_TOKEN_EXPIRED": InvalidProviderToken,
    "insufficientPermissions": MissingPermission,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": MissingPermission,
    "ACCOUNT_STATE_INVALID": ProviderUserBlocked,
    "SERVICE_DISABLED": ProviderMisconfigured,
    "BILLING_DISABLED": ProviderMisconfigured,
    "CONSUMER_SUSPENDED": ProviderMisconfigured,
    "CONSUMER_INVALID": ProviderMisconfigured,
    "accessNotConfigured": ProviderMisconfigured,
    "rateLimitExceeded": ProviderRateLimited,
    "userRateLimitExceeded": ProviderRateLimited,
    "quotaExceeded": ProviderRateLimited,
    "dailyLimitExceeded": ProviderRateLimited,
    "RATE_LIMIT_EXCEEDED": ProviderRateLimited,
    "RESOURCE_QUOTA_EXCEEDED": ProviderRateLimited,
    # The status of the envelope (google.rpc.Code).
    "UNAUTHENTICATED": InvalidProviderToken,
    "PERMISSION_DENIED": MissingPermission,
    "RESOURCE_EXHAUSTED": ProviderRateLimited,
    "INVALID_ARGUMENT": ProviderProtocolError,
    "NOT_FOUND": ProviderProtocolError,
    "UNIMPLEMENTED": ProviderProtocolError,
    # All that older answers of tokeninfo say about a dead token.
    "Invalid Value": InvalidProviderToken,
}
"""Google's codes and what they mean for us; the first known one of an answer counts."""

STATUSES: Mapping[int, type[ExchangeError]] = {
    404: ProviderProtocolError,
    405: ProviderProtocolError,
    429: ProviderRateLimited,
}
"""What a status means where the body holds no known code: these come from front ends, as HTML."""

_SECONDS = re.compile(r"[0-9]{1,9}")
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")


def read(call: str, response: ProviderResponse, *, now: float) -> dict[str, Any]:
    """Return the JSON object of a success.

    Raises:
        ExchangeError: Google reports an error; the class says whose.
        ProviderUnavailable: Google is down, or its answer is not understood.
    """
    status = response.status
    body = _object(response)
    if status == 200 and not body.keys() & {"error", "error_description"}:
        return body
    wait_s = retry_after_s(response, now=now)
    if status >= 500:
        raise ProviderUnavailable(f"{call} answers status {status}", retry_after_s=wait_s)
    for code in _codes(status, body):
        if (error := CODES.get(code)) is not None:
            raise _make(error, f"{call} answers status {status}, {code}", wait_s)
    if (error := STATUSES.get(status)) is not None:
        raise _make(error, f"{call} answers status {status}", wait_s)
    raise ProviderUnavailable(f"unexpected answer of {call}, status {status}")


def retry_after_s(response: ProviderResponse, *, now: float) -> int | None:
    """Return the seconds that `Retry-After` asks for; None where it says nothing readable.

    Source: RFC 9110 section 10.2.3: seconds, or a date.
    """
    value = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return int(value)
    if not _HTTP_DATE.fullmatch(value):
        return None
    try:
        at = parsedate_to_datetime(value).timestamp()
    except ValueError:
        return None
    return max(0, math.ceil(at - now))


def _object(response: ProviderResponse) -> dict[str, Any]:
    try:
        return response.json_object()
    except ProviderUnavailable:
        if response.status == 200:
            raise
        return {}  # an error page of a front end: its status is all there is


def _codes(status: int, body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the codes of an error, the most telling first."""
    error = body.get("error")
    if isinstance(error, str):
        yield f"{status} {error}"
        yield error
    elif isinstance(error, dict):
        for field in ("details", "errors"):
            entries = error.get(field)
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, dict) and isinstance(reason := entry.get("reason"), str):
                    yield reason
        if isinstance(rpc_status := error.get("status"), str):
            yield rpc_status
    elif error is None and isinstance(description := body.get("error_description"), str):
        yield description


def _make(error: type[ExchangeError], detail: str, wait_s: int | None) -> ExchangeError:
    if issubclass(error, ProviderUnavailable):
        return error(detail, retry_after_s=wait_s)
    return error(detail)
