"""What TikTok's refusals mean for us: a table for each of its two forms, and how to find a code in an answer.

`{"error": "invalid_grant", "error_description": …, "log_id": …}` refuses an exchange, and `{"error": {"code":
"scope_not_authorized", "message": …, "log_id": …}}` another call. Either may come with status 200.
"""

from collections.abc import Mapping
from typing import Any, Final

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderUnavailable,
)
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse

_OAUTH: Final = "https://developers.tiktok.com/doc/oauth-error-handling"
_API: Final = "https://developers.tiktok.com/doc/tiktok-api-v2-error-handling"
_LIMITS: Final = "https://developers.tiktok.com/doc/tiktok-api-v2-rate-limit"

EXCHANGE_ERRORS: Mapping[str, Line] = {
    "invalid_grant": Line(InvalidProviderToken, f"{_OAUTH}: expired, revoked, of another redirect URI or client"),
    # All else in our call is fixed, and an alert would be one that any client can cause.
    "invalid_request": Line(
        InvalidProviderToken,
        "https://www.volcengine.com/article/1153620 and Lg0gs/react-native-tiktok#38: so a wrong code_verifier is told",
    ),
    "access_denied": Line(InvalidProviderToken, f"{_OAUTH}: the user or TikTok has denied it"),
    "invalid_client": Line(ProviderMisconfigured, _OAUTH),
    "unauthorized_client": Line(ProviderMisconfigured, _OAUTH),
    "unsupported_grant_type": Line(ProviderProtocolError, _OAUTH),
    "server_error": Line(ProviderUnavailable, _OAUTH),
    "temporarily_unavailable": Line(ProviderUnavailable, _OAUTH),
}
"""Of the exchange of a code."""

GONE: Final = "invalid_grant"
"""Of a token to be revoked that is none, has ended or is revoked. Source: EXCHANGE_ERRORS, at that word."""
REVOKE_ERRORS: Mapping[str, Line] = {
    **{word: line for word, line in EXCHANGE_ERRORS.items() if line.error is not InvalidProviderToken},
    "invalid_request": Line(ProviderProtocolError, f"{_OAUTH}; nothing of the request is a client's"),
}
"""Of the revocation of a token."""

USER_ERRORS: Mapping[str, Line] = {
    "access_token_invalid": Line(ProviderUnavailable, f"{_API}; the token is seconds old, so nobody is to blame"),
    "scope_not_authorized": Line(MissingPermission, f"{_API}: the user has not allowed it"),
    "scope_permission_missed": Line(MissingPermission, f"{_API}: a field needs a further scope"),
    "rate_limit_exceeded": Line(ProviderQuotaExhausted, f"{_LIMITS}: of our app, which may ask for more"),
    "invalid_params": Line(ProviderProtocolError, _API),
    "internal_error": Line(ProviderUnavailable, _API),
}
"""Of `user/info`, which is asked with a token that TikTok has just given us."""


def refused(
    call: str, response: ProviderResponse, body: Mapping[str, Any], *, errors: Mapping[str, Line], now: float
) -> ExchangeError:
    """Return the error for an answer that is no success; `now` is in epoch seconds."""
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    readable = code if isinstance(code, str) and code not in {"", "ok"} else None
    wait_s = retry_after_s(response, now=now)
    return refusal(errors, readable, call=call, response=response, retry_after_s=wait_s)
