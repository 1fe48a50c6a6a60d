"""What LINE's refusals mean for us. It has one status, 400, and one word for every kind of bad token.

Not listed, and so refused as `unlisted_refusal`, is what the reference does not explain.
"""

from collections.abc import Mapping
from typing import Final

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
)
from accredit.refusals import Line

_REFERENCE: Final = "https://developers.line.biz/en/reference/line-login"
_STATUS: Final = f"{_REFERENCE}/#status-codes, at that status"

VERIFY_ERRORS: Mapping[str, Line] = {
    "invalid_request": Line(InvalidProviderToken, f"{_REFERENCE}/#verify-access-token; we send nothing but the token"),
    "429": Line(ProviderRateLimited, f"{_STATUS}; {_REFERENCE}/#rate-limits: thresholds are not disclosed"),
}
"""What they mean from `verify`, which hears nothing but the token."""

PROFILE_ERRORS: Mapping[str, Line] = {
    "400": Line(InvalidProviderToken, f"{_STATUS}; nothing of the request but the token is a client's"),
    "401": Line(InvalidProviderToken, f"{_STATUS}: the Authorization header, which holds the token"),
    "403": Line(MissingPermission, f"{_STATUS}; {_REFERENCE}/#get-user-profile: needs the scope profile"),
    "429": VERIFY_ERRORS["429"],
}
"""What they mean from `profile` and `userinfo`, whose refusals have a sentence (`message`) and no word: by status."""

FRESH_ERRORS: Mapping[str, Line] = {
    code: Line(ProviderUnavailable, f"{line.source}; the token is seconds old, so it is not the user's fault")
    if line.error is InvalidProviderToken
    else line
    for code, line in PROFILE_ERRORS.items()
}
"""What they mean of a token that LINE has just given us for a code."""

_EXCHANGE: Final = "RFC 6749 section 5.2"
EXCHANGE_ERRORS: Mapping[str, Line] = {
    "invalid_grant": Line(InvalidProviderToken, _EXCHANGE),
    "invalid_client": Line(ProviderMisconfigured, _EXCHANGE),
    "unauthorized_client": Line(ProviderMisconfigured, _EXCHANGE),
    "unsupported_grant_type": Line(ProviderProtocolError, _EXCHANGE),
    "429": VERIFY_ERRORS["429"],
}
"""Of the exchange of a code. `invalid_request` is not listed: it may be a client's verifier, or our own form."""

CHANNEL_ERRORS: Mapping[str, Line] = {word: line for word, line in EXCHANGE_ERRORS.items() if word != "invalid_grant"}
"""Of the call for a token of our own channel, which hears its id and secret."""

INVALID_TOKEN: Final = "invalid token"  # noqa: S105  # what LINE says of one, and none itself
DEAUTHORIZE_ERRORS: Mapping[str, Line] = {
    "401": Line(ProviderUnavailable, f"{_STATUS}; the channel's token is seconds old, so nobody is to blame"),
    "403": Line(ProviderMisconfigured, f"{_STATUS}: our channel may not use the API"),
    "429": VERIFY_ERRORS["429"],
}
"""Of the call that takes back a grant: by status. A 400 in other words than those of a token is not listed."""
