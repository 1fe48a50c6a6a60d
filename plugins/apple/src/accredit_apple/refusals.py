"""What Apple's refusals mean for us: a table, and how to find a code in an answer.

`/auth/token` and `/auth/revoke` refuse with status 400 and `{"error": …}`, some with an `error_description`.
"""

from collections.abc import Mapping
from typing import Any, Final

from accredit.errors import InvalidProviderToken, ProviderMisconfigured, ProviderRateLimited
from accredit.refusals import Line

_ERRORS: Final = "https://developer.apple.com/documentation/signinwithapplerestapi/errorresponse, at that word"
_NOTE: Final = "https://developer.apple.com/documentation/technotes/tn3107-resolving-sign-in-with-apple-response-errors"

REVOKE_ERRORS: Mapping[str, Line] = {
    "invalid_client": Line(ProviderMisconfigured, f"{_ERRORS}: our client id, or the secret made of team, key and id"),
    "unauthorized_client": Line(ProviderMisconfigured, f"{_ERRORS}: our app may not ask this"),
    "429": Line(ProviderRateLimited, "RFC 6585 section 4; Apple documents no limit of its own"),
}
"""What `error` means from `/auth/revoke`; a token that Apple does not know is no error there."""

TOKEN_ERRORS: Mapping[str, Line] = {
    **REVOKE_ERRORS,
    "invalid_grant": Line(InvalidProviderToken, f"{_NOTE}: the code has expired, was used, or is of another client id"),
    "unsupported_grant_type": Line(ProviderMisconfigured, f"{_ERRORS}: our app may not use this grant"),
}
"""What `error` means from `/auth/token`.

`invalid_request` is not listed: nobody says whether a malformed code gets it, and a stranger's must not page our
operator at each request.
"""


def error_code(status: int, body: Mapping[str, Any]) -> str | None:
    """Return the word of `error`; where there is none, the status that says enough, or None."""
    word = body.get("error")
    if isinstance(word, str) and word:
        return word
    return str(status) if str(status) in REVOKE_ERRORS else None
