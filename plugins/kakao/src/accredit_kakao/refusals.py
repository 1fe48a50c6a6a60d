"""What Kakao's refusals mean for us: a table of its codes, negative numbers, and of texts that one code is used for.

`-401` means a dead token, and also that our server's address, or an app's signature, is not the registered one. Then
only `msg` tells them apart, so it is read into a word of our own.
"""

import re
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

_CODES: Final = "https://developers.kakao.com/docs/latest/en/rest-api/reference#error-code, at that code"
_SDK: Final = "ApiErrorCause of kakao/kakao_flutter_sdk, at that code"
_TROUBLES: Final = "https://developers.kakao.com/docs/latest/en/kakaologin/trouble-shooting, at that code"
_TEXT: Final = "https://developers.kakao.com/docs/latest/en/kakaologin/trouble-shooting, at that text"

_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")

IP_MISMATCHED: Final = "ip_mismatched"
_TEXTS: Mapping[str, str] = {
    "ip mismatched": IP_MISMATCHED,
    "android keyhash mismatched": "keyhash_mismatched",
    "ios bundle id mismatched": "bundle_id_mismatched",
}
_OF_AN_APP = frozenset({-3, -5, *_TEXTS.values()})

ERRORS: Mapping[int | str, Line] = {
    # The token, or what its user has allowed.
    -2: Line(InvalidProviderToken, f"{_CODES}: malformed argument; nothing of the request but the token is a client's"),
    -101: Line(InvalidProviderToken, f"{_CODES}: the user has not joined the app"),
    -401: Line(InvalidProviderToken, _CODES),
    -402: Line(MissingPermission, _CODES),
    # The user's own state.
    -4: Line(ProviderUserBlocked, _SDK),
    -103: Line(ProviderUserBlocked, f"{_CODES}: dormant, or gone"),
    -406: Line(ProviderUserBlocked, f"{_CODES}: under 14 years"),
    # Our app, or our server's address.
    -3: Line(ProviderMisconfigured, f"{_CODES}: the feature is not switched on"),
    -5: Line(ProviderMisconfigured, f"{_CODES}: the app may not call it"),
    **{word: Line(ProviderMisconfigured, _TEXT) for word in _TEXTS.values()},
    # Limits and troubles.
    -10: Line(ProviderRateLimited, f"{_CODES}: nobody says whose quota"),
    -1: Line(ProviderUnavailable, f"{_CODES}: passes by itself"),
    -603: Line(ProviderUnavailable, f"{_CODES}: a time-out within Kakao"),
    -9798: Line(ProviderUnavailable, f"{_CODES}: maintenance"),
    # Our call itself.
    -8: Line(ProviderProtocolError, _CODES),
    -9: Line(ProviderProtocolError, _CODES),
}
"""What they mean from `user/me`, which is read for tokens of our app alone."""

FRESH_ERRORS: Mapping[int | str, Line] = {
    code: Line(ProviderUnavailable, f"{line.source}; the token is seconds old, so it is not the user's fault")
    if line.error is InvalidProviderToken
    else line
    for code, line in ERRORS.items()
}
"""What they mean of a token that Kakao has just given us for a code."""

NOT_LINKED: Final = -101
"""Of a user who is not linked to our app: there is nothing to unlink. Source: the trouble shooting, at that code."""

UNLINK_ERRORS: Mapping[int | str, Line] = {
    **{code: line for code, line in ERRORS.items() if code not in {-2, NOT_LINKED, -401, -402}},
    -2: Line(ProviderProtocolError, f"{_CODES}: malformed argument; nothing of the request is a client's"),
    -401: Line(ProviderMisconfigured, f"{_CODES}: an app key that is not valid, here the admin key"),
}
"""What they mean from `user/unlink`, which hears our admin key and a user's number."""

TOKEN_INFO_ERRORS: Mapping[int | str, Line] = {code: line for code, line in ERRORS.items() if code not in _OF_AN_APP}
"""What they mean from `access_token_info`, which hears nothing of ours but a token that may be of anybody's app.

What is said of an app there is not listed: a stranger's must not page our operator at each request. It is an
`unlisted_refusal`, whose alert comes once an hour and names the word, such as `ip_mismatched`.
"""


def code_of(body: Mapping[str, Any]) -> int | str | None:
    """Return the code of a refusal, or the word for the text of `-401`; None where there is none to read."""
    code, said = body.get("code"), body.get("msg")
    if type(code) is not int:  # not isinstance: True is an int
        return None
    if code == -401 and isinstance(said, str):
        return next((word for text, word in _TEXTS.items() if said.lower().startswith(text)), code)
    return code


_WORDS: Final = "AuthErrorCause of kakao/kakao_flutter_sdk, at that word; RFC 6749 section 5.2"

EXCHANGE_ERRORS: Mapping[str, Line] = {
    # The code. Which of the listed redirect URIs a request names is the client's to say.
    "KOE303": Line(InvalidProviderToken, f"{_TROUBLES}: the redirect URI is not the one of the code"),
    "KOE320": Line(InvalidProviderToken, f"{_TROUBLES}: unknown, used or too old"),
    "invalid_grant": Line(InvalidProviderToken, _WORDS),
    # Our app.
    "KOE004": Line(ProviderMisconfigured, f"{_TROUBLES}: the login is not switched on"),
    "KOE006": Line(ProviderMisconfigured, f"{_TROUBLES}: not registered, and we send none but those of the settings"),
    "KOE008": Line(ProviderMisconfigured, f"{_TROUBLES}: another kind of key"),
    "KOE010": Line(ProviderMisconfigured, f"{_TROUBLES}: the client secret is wrong, or missing"),
    "KOE101": Line(ProviderMisconfigured, f"{_TROUBLES}: no such app key"),
    "invalid_client": Line(ProviderMisconfigured, _WORDS),
    "misconfigured": Line(ProviderMisconfigured, _WORDS),
    # Limits and troubles.
    "KOE237": Line(ProviderRateLimited, f"{_TROUBLES}: too many requests"),
    "KOE003": Line(ProviderUnavailable, f"{_TROUBLES}: passes by itself"),
    "server_error": Line(ProviderUnavailable, _WORDS),
    # Our call itself.
    "KOE002": Line(ProviderProtocolError, f"{_TROUBLES}: a wrong URL"),
}
"""Of the exchange of a code: by `error_code`, else by the word in `error`."""


def exchange_code_of(body: Mapping[str, Any]) -> str | None:
    """Return what names the refusal of a code: the narrowest that is listed; None where there is none to read."""
    named = [
        one for one in (body.get("error_code"), body.get("error")) if isinstance(one, str) and _NAME.fullmatch(one)
    ]
    return next((one for one in named if one in EXCHANGE_ERRORS), named[0] if named else None)
