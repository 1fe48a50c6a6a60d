"""What the token endpoint's refusals mean for us: a table, and how to find a code in an answer.

`{"error": "invalid_grant", "error_description": "AADSTS54005: …", "error_codes": [54005], …}`: the word is what to go
by, says Microsoft, and the numbers, which are more precise, may change. So a number that is listed decides, else the
word.
"""

from collections.abc import Mapping
from typing import Any, Final

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
)
from accredit.refusals import Line

_PAGE: Final = "https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes, at AADSTS"
_WORDS: Final = "https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes, at that word"

TOKEN_ERRORS: Mapping[int | str, Line] = {
    # The code: whoever sends it can cause these.
    54005: Line(InvalidProviderToken, f"{_PAGE}54005: already redeemed"),
    70000: Line(InvalidProviderToken, f"{_PAGE}70000: InvalidGrant"),
    70008: Line(InvalidProviderToken, f"{_PAGE}70008: expired or revoked"),
    50173: Line(InvalidProviderToken, f"{_PAGE}50173: revoked"),
    501481: Line(InvalidProviderToken, f"{_PAGE}501481: the verifier is another login's"),
    700005: Line(InvalidProviderToken, f"{_PAGE}700005: of another tenant than the address that we have asked"),
    9002313: Line(InvalidProviderToken, f"{_PAGE}9002313: malformed; only the code and its verifier are not ours"),
    # What the user or their administrator has not allowed.
    65001: Line(MissingPermission, f"{_PAGE}65001: no consent"),
    65004: Line(MissingPermission, f"{_PAGE}65004: the user declined"),
    90094: Line(MissingPermission, f"{_PAGE}90094: an administrator must consent"),
    # The user's own state.
    50020: Line(ProviderUserBlocked, f"{_PAGE}50020: does not exist in the tenant"),
    50034: Line(ProviderUserBlocked, f"{_PAGE}50034: does not exist in the tenant"),
    50053: Line(ProviderUserBlocked, f"{_PAGE}50053: locked"),
    50055: Line(ProviderUserBlocked, f"{_PAGE}50055: the password is expired"),
    50057: Line(ProviderUserBlocked, f"{_PAGE}50057: disabled"),
    50076: Line(ProviderUserBlocked, f"{_PAGE}50076: a second factor is needed"),
    50079: Line(ProviderUserBlocked, f"{_PAGE}50079: a second factor is to be set up"),
    50105: Line(ProviderUserBlocked, f"{_PAGE}50105: not assigned to the app"),
    53003: Line(ProviderUserBlocked, f"{_PAGE}53003: blocked by Conditional Access"),
    # Our app, or what is set here.
    50011: Line(ProviderMisconfigured, f"{_PAGE}50011: a listed redirect URI is not registered"),
    50194: Line(ProviderMisconfigured, f"{_PAGE}50194: token_url must name the app's only tenant"),
    70001: Line(ProviderMisconfigured, f"{_PAGE}70001: the app is disabled"),
    70002: Line(ProviderMisconfigured, f"{_PAGE}70002: wrong secret"),
    90002: Line(ProviderMisconfigured, f"{_PAGE}90002: token_url names no tenant"),
    700016: Line(ProviderMisconfigured, f"{_PAGE}700016: no such app in the tenant"),
    700025: Line(ProviderMisconfigured, f"{_PAGE}700025: a listed redirect URI is not of the platform web"),
    7000112: Line(ProviderMisconfigured, f"{_PAGE}7000112: the app is disabled"),
    7000215: Line(ProviderMisconfigured, f"{_PAGE}7000215: wrong secret"),
    7000222: Line(ProviderMisconfigured, f"{_PAGE}7000222: the secret has expired"),
    # Limits and load.
    90055: Line(ProviderRateLimited, f"{_PAGE}90055: too many requests for the tenant"),
    70012: Line(ProviderUnavailable, f"{_PAGE}70012"),
    90006: Line(ProviderUnavailable, f"{_PAGE}90006"),
    90024: Line(ProviderUnavailable, f"{_PAGE}90024"),
    90033: Line(ProviderUnavailable, f"{_PAGE}90033"),
    # Where no number is listed.
    "invalid_grant": Line(InvalidProviderToken, _WORDS),
    "invalid_client": Line(ProviderMisconfigured, _WORDS),
    "unauthorized_client": Line(ProviderMisconfigured, _WORDS),
    "interaction_required": Line(ProviderUserBlocked, _WORDS),
    "temporarily_unavailable": Line(ProviderUnavailable, _WORDS),
    "unsupported_grant_type": Line(ProviderProtocolError, _WORDS),
}
"""What a refused code means. `invalid_request` is not listed: Microsoft says it of much, some a stranger's doing."""


def token_code(body: Mapping[str, Any]) -> int | str | None:
    """Return the first listed number of `error_codes`, else the word of `error`, or None."""
    numbers = body.get("error_codes")
    for number in numbers if isinstance(numbers, list) else ():
        if type(number) is int and number in TOKEN_ERRORS:  # not isinstance: True is an int
            return number
    word = body.get("error")
    return word if isinstance(word, str) and word else None
