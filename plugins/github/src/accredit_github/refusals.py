"""What GitHub's refusals mean for us: one table a call, and how to find a code in an answer.

The REST API has no codes: it says what it means by the status and a sentence, `{"message": …, "status": "404"}`. So our
codes are statuses, and short words of ours for the sentences that must be told apart.

Left out, and so refused as `unlisted_refusal`, is the 422 of the check-token call, whose page gives two meanings for
it: a body that is not valid, and "the endpoint has been spammed".
"""

from collections.abc import Mapping
from typing import Final

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
)
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse
from accredit.text import digits

_CHECK: Final = "https://docs.github.com/en/rest/apps/oauth-applications#check-a-token"
_AUTHENTICATING: Final = "https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api"
_TROUBLE: Final = "https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api"
_LIMITS: Final = "https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"
_USER: Final = "https://docs.github.com/en/rest/users/users#get-the-authenticated-user"

CHECK_ERRORS: Mapping[str, Line] = {
    "404": Line(
        InvalidProviderToken, f"{_CHECK}: invalid tokens return 404; unknown, revoked, expired or another app's"
    ),
    "401": Line(ProviderMisconfigured, f"{_AUTHENTICATING}: what is authenticated by is our id and secret"),
    "400": Line(ProviderProtocolError, f"{_TROUBLE}: problems parsing JSON"),
    "primary limit": Line(ProviderQuotaExhausted, f"{_LIMITS}: calls with id and secret count for the app"),
    "limit": Line(ProviderRateLimited, f"{_LIMITS}: secondary limits"),
    "attempts": Line(ProviderMisconfigured, f"{_AUTHENTICATING}: failed login limit; the attempts are our secret's"),
}
"""Of the call that is authenticated as our app."""

REVOKE_ERRORS: Mapping[str, Line] = {code: line for code, line in CHECK_ERRORS.items() if code != "404"}
"""Of the deletion of a grant. That a token is not known is no refusal there."""

USER_ERRORS: Mapping[str, Line] = {
    "401": Line(InvalidProviderToken, _USER),
    "suspended": Line(ProviderUserBlocked, "octokit/octokit.rb#761; sourcegraph/sourcegraph-public-snapshot#16638"),
    "sso": Line(MissingPermission, f"{_TROUBLE}: X-GitHub-SSO, the user's organization wants a single sign-on first"),
    "400": Line(ProviderProtocolError, _TROUBLE),
    "404": Line(ProviderProtocolError, f"{_USER} knows no 404: the URL is wrong"),
    "primary limit": Line(ProviderRateLimited, f"{_LIMITS}: of one user"),
    "limit": Line(ProviderRateLimited, f"{_LIMITS}: secondary limits"),
    "attempts": Line(ProviderRateLimited, f"{_AUTHENTICATING}: failed login limit"),
}
"""Of calls with the user's token."""

FRESH_USER_ERRORS: Mapping[str, Line] = {
    **USER_ERRORS,
    "401": Line(ProviderUnavailable, f"{_USER}; the token is seconds old, so it is not the user's fault"),
}
"""Of calls with a token that GitHub has just given us for a code."""

_EXCHANGE: Final = (
    "https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps"
    "/troubleshooting-oauth-app-access-token-request-errors, at that code"
)
EXCHANGE_ERRORS: Mapping[str, Line] = {
    "bad_verification_code": Line(InvalidProviderToken, _EXCHANGE),
    "incorrect_client_credentials": Line(ProviderMisconfigured, _EXCHANGE),
    "redirect_uri_mismatch": Line(ProviderMisconfigured, f"{_EXCHANGE}; only what stands in redirect_uris is sent"),
    "unverified_user_email": Line(ProviderUserBlocked, f"{_EXCHANGE}: the user has to verify an address first"),
    "primary limit": Line(ProviderRateLimited, _LIMITS),
    "limit": Line(ProviderRateLimited, _LIMITS),
}
"""Of the exchange of a code, which says no with status 200."""

SECONDARY_LIMIT_S = 60
"""For so long nobody should ask where GitHub names no time. Source: its page on limits, "Exceeding the rate limit".
"""
_LONGEST_WAIT_S = 86_400
_SUSPENDED = "Sorry. Your account was suspended"
_ATTEMPTS = "Maximum number of login attempts exceeded"
_SECONDARY = "secondary rate limit"


def refused(call: str, response: ProviderResponse, errors: Mapping[str, Line], *, now: float) -> ExchangeError:
    """Return the error for an answer that is no success; `now` is in epoch seconds."""
    code = code_of(response)
    wait_s: int | None = retry_after_s(response, now=now)
    if wait_s is None and code in {"primary limit", "limit"}:
        wait_s = _until_reset_s(response, now=now) if code == "primary limit" else SECONDARY_LIMIT_S
    return refusal(errors, code, call=call, response=response, retry_after_s=wait_s)


def refused_exchange(response: ProviderResponse, error: object, *, now: float) -> ExchangeError:
    """Return the error for an exchange that gave no token; `error` is what its body says, `now` in epoch seconds."""
    code = code_of(response) if response.status in {403, 429} else error if isinstance(error, str) else None
    return refusal(
        EXCHANGE_ERRORS, code, call="access_token", response=response, retry_after_s=retry_after_s(response, now=now)
    )


def is_limited(response: ProviderResponse) -> bool:
    """Tell a limit from a refusal: both may be a 403."""
    return code_of(response) in {"primary limit", "limit", "attempts"}


def code_of(response: ProviderResponse) -> str | None:
    """Return the status, or a word for a sentence; None for a body that is not of GitHub's own form.

    A limit is told by its headers, too, whatever the body: GitHub's front machines have pages of their own for it.
    """
    message = _message(response)
    if response.status in {403, 429}:
        if response.headers.get("x-ratelimit-remaining") == "0":
            return "primary limit"
        if response.status == 429 or "retry-after" in response.headers or _SECONDARY in (message or ""):
            return "limit"
    if message is None:
        return None
    if response.status == 403:
        if message.startswith(_SUSPENDED):
            return "suspended"
        if message.startswith(_ATTEMPTS):
            return "attempts"
        if "x-github-sso" in response.headers:
            return "sso"
    return str(response.status)


def _message(response: ProviderResponse) -> str | None:
    try:
        message = response.json_object().get("message")
    except ProviderUnavailable:  # a page of HTML: of a machine in front
        return None
    return message if isinstance(message, str) else None


def _until_reset_s(response: ProviderResponse, *, now: float) -> int | None:
    """`X-RateLimit-Reset` is in epoch seconds."""
    reset = digits(response.headers.get("x-ratelimit-reset"))
    return None if reset is None else min(max(0, int(reset) - int(now)), _LONGEST_WAIT_S)
