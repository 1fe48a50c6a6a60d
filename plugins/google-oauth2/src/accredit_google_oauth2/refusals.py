"""What Google's refusals mean for us: a table, and how to find a code in an answer.

Google speaks three dialects of error. tokeninfo: `{"error": "invalid_token", "error_description": "Invalid Value"}`,
in older answers without `error`. userinfo: the same OAuth form, or the envelope of all Google APIs,
`{"error": {"code": 403, "status": "PERMISSION_DENIED", "errors": [{"reason": …}], "details": [{"reason": …}]}}`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUserBlocked,
)
from accredit.refusals import Line

_RFC_6750: Final = "RFC 6750 section 3.1"
_REASONS: Final = "google/api/error_reason.proto of googleapis/googleapis, at that name"
_GLOBAL: Final = "https://developers.google.com/youtube/v3/docs/core_errors (errors of all Google APIs), at that name"
_STATUSES: Final = "google/rpc/code.proto of googleapis/googleapis, at that name"

ERRORS: Mapping[str, Line] = {
    # The OAuth form. Google says `invalid_request` for two things: with 401 the token is dead, otherwise our request
    # was malformed.
    "invalid_token": Line(InvalidProviderToken, f"{_RFC_6750}; tokeninfo: googlearchive/gplus-verifytoken-java#4"),
    "401 invalid_request": Line(
        InvalidProviderToken, 'userinfo, with "Invalid Credentials": coderello/laravel-passport-social-grant#22'
    ),
    "invalid_request": Line(ProviderProtocolError, _RFC_6750),
    "insufficient_scope": Line(MissingPermission, _RFC_6750),
    "Invalid Value": Line(InvalidProviderToken, "tokeninfo without `error`: SimplicityMobile/Simplicity#34"),
    # Reasons of `details`. The consumer is the project that a quota is counted for: that of the token, so ours.
    "ACCESS_TOKEN_EXPIRED": Line(InvalidProviderToken, _REASONS),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Line(MissingPermission, _REASONS),
    "ACCESS_TOKEN_TYPE_UNSUPPORTED": Line(InvalidProviderToken, _REASONS),
    "CREDENTIALS_MISSING": Line(InvalidProviderToken, f"{_REASONS}; we send some, so they are no user's"),
    "ACCOUNT_STATE_INVALID": Line(ProviderUserBlocked, _REASONS),
    "USER_BLOCKED_BY_ADMIN": Line(ProviderUserBlocked, _REASONS),
    "SERVICE_DISABLED": Line(ProviderMisconfigured, _REASONS),
    "BILLING_DISABLED": Line(ProviderMisconfigured, _REASONS),
    "CONSUMER_SUSPENDED": Line(ProviderMisconfigured, _REASONS),
    "CONSUMER_INVALID": Line(ProviderMisconfigured, _REASONS),
    "RATE_LIMIT_EXCEEDED": Line(ProviderRateLimited, f"{_REASONS}; quota_limit says whose, and it may be a user's"),
    "PerProject": Line(ProviderQuotaExhausted, "google/api/error_reason.proto, at RATE_LIMIT_EXCEEDED: quota_limit"),
    # Reasons of `errors`.
    "authError": Line(InvalidProviderToken, _GLOBAL),
    "expired": Line(InvalidProviderToken, _GLOBAL),
    "required": Line(InvalidProviderToken, f"{_GLOBAL}; we send credentials, so they are no user's"),
    "insufficientPermissions": Line(MissingPermission, _GLOBAL),
    "accountDeleted": Line(ProviderUserBlocked, _GLOBAL),
    "accountDisabled": Line(ProviderUserBlocked, _GLOBAL),
    "accessNotConfigured": Line(ProviderMisconfigured, _GLOBAL),
    "rateLimitExceeded": Line(ProviderRateLimited, f"{_GLOBAL}; nobody says whose limit"),
    "userRateLimitExceeded": Line(ProviderRateLimited, _GLOBAL),
    "quotaExceeded": Line(ProviderRateLimited, f"{_GLOBAL}; nobody says whose quota"),
    "dailyLimitExceeded": Line(
        ProviderQuotaExhausted,
        "https://developers.google.com/gmail/api/guides/handle-errors: the limit of our project for a day",
    ),
    # The status of the envelope, where no reason tells more.
    "UNAUTHENTICATED": Line(InvalidProviderToken, _STATUSES),
    "PERMISSION_DENIED": Line(MissingPermission, _STATUSES),
    "RESOURCE_EXHAUSTED": Line(ProviderRateLimited, f'{_STATUSES}: "perhaps a per-user quota"'),
    "INVALID_ARGUMENT": Line(ProviderProtocolError, _STATUSES),
    "NOT_FOUND": Line(ProviderProtocolError, _STATUSES),
    "UNIMPLEMENTED": Line(ProviderProtocolError, _STATUSES),
    # HTTP statuses of front ends, whose body is HTML.
    "404": Line(ProviderProtocolError, "RFC 9110 section 15.5.5"),
    "405": Line(ProviderProtocolError, "RFC 9110 section 15.5.6"),
    "429": Line(ProviderRateLimited, "RFC 6585 section 4"),
}
"""Google's codes, and what they mean for us."""

_OF_A_PROJECT = frozenset(
    {"SERVICE_DISABLED", "BILLING_DISABLED", "CONSUMER_SUSPENDED", "CONSUMER_INVALID", "accessNotConfigured"}
)
TOKENINFO_ERRORS: Mapping[str, Line] = {
    **{code: line for code, line in ERRORS.items() if code not in _OF_A_PROJECT},
    **{code: Line(ProviderRateLimited, ERRORS[code].source) for code in ("PerProject", "dailyLimitExceeded")},
}
"""What they mean from tokeninfo, which hears nothing of ours but a token that may be of anybody's project.

What is said of a project there is not listed: a stranger's must not page our operator at each request.
"""

_RFC_6749: Final = "RFC 6749 section 5.2"
EXCHANGE_ERRORS: Mapping[str, Line] = {
    "invalid_grant": Line(InvalidProviderToken, f"{_RFC_6749}; googlesamples/google-signin-unity#64"),
    # Google compares redirect URIs with those of the client before it issues a code; here with that of the code.
    "redirect_uri_mismatch": Line(
        InvalidProviderToken, "zquestz/omniauth-google-oauth2#391: the code of an SDK, sent with the URI of a web page"
    ),
    "invalid_client": Line(ProviderMisconfigured, f"{_RFC_6749}: our client id or secret"),
    "deleted_client": Line(
        ProviderMisconfigured, "https://developers.google.com/identity/protocols/oauth2/web-server#authorization-errors"
    ),
    "unsupported_grant_type": Line(ProviderProtocolError, _RFC_6749),
    **{status: ERRORS[status] for status in ("404", "405", "429")},
}
"""Refusals of the exchange of a code.

`unauthorized_client` is not listed: it is seen where the client may not ask, and where the code is another client's.
Nor is `invalid_request`: it is ours, or the verifier's.
"""

UNKNOWN_TOKEN: Final = "invalid_token"  # noqa: S105  # a code, no password
"""With 400, of a token that is revoked, or has ended. Source: googleapis/google-auth-library-nodejs#1175."""
REVOKE_ERRORS: Mapping[str, Line] = {
    "invalid_request": Line(ProviderProtocolError, f"{_RFC_6749}; nothing of the request is a client's"),
    **{status: ERRORS[status] for status in ("404", "405", "429")},
}
"""Of the revocation of a token."""

_OF_OUR_PROJECT = ("PerProject", "PerOrganization")
"""How the names of quota limits end that are not one user's. Source: google/api/error_reason.proto."""


def code_of(status: int, body: Mapping[str, Any]) -> str | None:
    """Return the code that says most: the first that is listed, else the first; None where there is none to read."""
    words = list(_words(body))
    keys = (*(f"{status} {word}" for word in words), *words, str(status))
    return next((key for key in keys if key in ERRORS), words[0] if words else None)


def _words(body: Mapping[str, Any]) -> Iterator[str]:
    error = body.get("error")
    if isinstance(error, str):
        yield error
    elif isinstance(error, dict):
        yield from _words_of_envelope(error)
    elif error is None and isinstance(description := body.get("error_description"), str):
        yield description


def _words_of_envelope(error: Mapping[str, Any]) -> Iterator[str]:
    if details := list(_reasons(error, "details")):
        # They are made for programs, and the rest only repeats them. Source: https://google.aip.dev/193
        yield from details
        return
    yield from _reasons(error, "errors")
    if isinstance(rpc_status := error.get("status"), str):
        yield rpc_status


def _reasons(error: Mapping[str, Any], field: str) -> Iterator[str]:
    entries = error.get(field)
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or not isinstance(reason := entry.get("reason"), str):
            continue
        metadata = entry.get("metadata")
        limit = metadata.get("quota_limit") if isinstance(metadata, dict) else None
        if reason == "RATE_LIMIT_EXCEEDED" and isinstance(limit, str) and limit.endswith(_OF_OUR_PROJECT):
            yield "PerProject"
        yield reason
