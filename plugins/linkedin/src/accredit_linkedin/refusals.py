"""What LinkedIn's refusals mean for us: a table, and how to find a code in an answer.

LinkedIn speaks two dialects of error. `www.linkedin.com/oauth` that of RFC 6749 section 5.2, `{"error": …,
"error_description": …}`; `api.linkedin.com` its own, `{"status": 401, "serviceErrorCode": 65600, "message": …}`, in
newer answers with a `code` such as `REVOKED_ACCESS_TOKEN` beside the number.
"""

from collections.abc import Mapping
from typing import Any, Final

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
)
from accredit.refusals import Line

_RFC_6749: Final = "RFC 6749 section 5.2, at that word"
_ERRORS: Final = "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling"
_LIMITS: Final = "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits"

USERINFO_ERRORS: Mapping[int | str, Line] = {
    65600: Line(InvalidProviderToken, f"{_ERRORS}, 401; nvh95/react-linkedin-login-oauth2#92: at userinfo"),
    65601: Line(InvalidProviderToken, f"{_ERRORS}, 401; decioferreira/omniauth-linkedin-oauth2#81: revoked"),
    65602: Line(InvalidProviderToken, f"{_ERRORS}, 401: expired"),
    401: Line(ProviderProtocolError, f"{_ERRORS}, at its example: no token was sent, but we always send one"),
    100: Line(MissingPermission, f"{_ERRORS}, 403: the token lacks a permission that the call needs"),
    101: Line(ProviderRateLimited, f"{_LIMITS}: of an app, or of one member of it, for a day; nothing tells which"),
    "429": Line(ProviderRateLimited, f"{_LIMITS}: status 429"),
}
"""What `serviceErrorCode` means from userinfo, and the status where there is none."""

OAUTH_ERRORS: Mapping[int | str, Line] = {
    "invalid_client": Line(ProviderMisconfigured, f"{_RFC_6749}: our client id or secret"),
    "unauthorized_client": Line(ProviderMisconfigured, f"{_RFC_6749}: our app may not ask this"),
    "429": Line(ProviderRateLimited, f"{_LIMITS}: status 429"),
}
"""What `error` means from `introspectToken`, which hears credentials of ours and a token that may be anything.

`invalid_request` is not listed: nobody says whether a malformed token gets it, and a stranger's must not page our
operator at each request.
"""


CODE_ERRORS: Mapping[int | str, Line] = {
    **OAUTH_ERRORS,
    # LinkedIn says it of a code that has expired, was used, or belongs to another app or redirect URI.
    "invalid_request": Line(
        InvalidProviderToken,
        "https://taourl.com/read-2675429.html: appid/redirect uri/code verifier does not match authorization code",
    ),
    "invalid_grant": Line(InvalidProviderToken, _RFC_6749),
    "invalid_redirect_uri": Line(
        ProviderMisconfigured, "the list of redirect_uris has one that the app has not registered: the word says so"
    ),
}
"""What `error` means from `accessToken`, which hears nothing but a code, our credentials, and a listed redirect URI."""


def userinfo_code(status: int, body: Mapping[str, Any]) -> int | str | None:
    """Return the `serviceErrorCode`; where there is none, the status that says enough, or None."""
    code = body.get("serviceErrorCode")
    if type(code) is int:  # not isinstance: True is an int
        return code
    return str(status) if str(status) in USERINFO_ERRORS else None


def oauth_code(status: int, body: Mapping[str, Any]) -> str | None:
    """Return the word of `error`; where there is none, the status that says enough, or None."""
    word = body.get("error")
    if isinstance(word, str) and word:
        return word
    return str(status) if str(status) in OAUTH_ERRORS else None
