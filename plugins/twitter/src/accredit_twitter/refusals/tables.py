"""What X's refusals mean, one table for each way of asking.

X has two shapes: `{"errors": [{"code": 89, …}]}` (v1.1, and some of v2) and the problem `{"type": ".../credits", …}`
(v2). A key is such a code, the last path segment of a problem's type (its host varies), or `status 402` where X's
meaning is the status itself, as it is for `about:blank` (RFC 9457 section 4.2.1). With words after it, in small
letters, it is a problem that only its text tells from others.
"""

from collections.abc import Mapping

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    WrongAudience,
)
from accredit.refusals import Line

Sign = int | str
Table = Mapping[Sign, Line]

ERRORS = "https://docs.x.com/x-api/fundamentals/response-codes-and-errors"
OPENAPI = "https://api.x.com/2/openapi.json"
CODES = "https://developer.x.com/en/support/x-api/error-troubleshooting"
PRICES = "https://docs.x.com/x-api/getting-started/pricing"
LOCKED = "status 403 temporarily locked"


def _coded(code: int, text: str) -> str:
    return f"{CODES}, code {code}: {text}"


def _report(thread: str, shows: str) -> str:
    repository, _, number = thread.partition("#")
    return f"https://github.com/{repository}/issues/{number}: {shows}"


_USER: Table = {
    17: Line(ProviderUserBlocked, _coded(17, "no user matches")),
    50: Line(ProviderUserBlocked, _coded(50, "user not found")),
    63: Line(ProviderUserBlocked, _coded(63, "user has been suspended")),
    64: Line(ProviderUserBlocked, _coded(64, "your account is suspended")),
    226: Line(ProviderUserBlocked, _coded(226, "looks automated")),
    326: Line(ProviderUserBlocked, _coded(326, "this account is temporarily locked")),
    "user-suspended": Line(ProviderUserBlocked, _report("akrherz/iembot#156", "the token's user is suspended")),
    "resource-not-found": Line(ProviderUserBlocked, f"{ERRORS} (User doesn't exist)"),
}

_TOKEN: Table = {
    # 32, 99, 215 and the bare 401 may also mean a wrong secret of ours, which is then asked about.
    32: Line(InvalidProviderToken, _coded(32, "could not authenticate you")),
    89: Line(InvalidProviderToken, _coded(89, "invalid or expired token")),
    99: Line(
        InvalidProviderToken, _coded(99, "the credentials cannot be validated: check that the token is still valid")
    ),
    215: Line(InvalidProviderToken, _coded(215, "authentication data is missing or wholly invalid")),
    220: Line(InvalidProviderToken, _coded(220, "the credentials are not a user's")),
    "status 401": Line(InvalidProviderToken, f"{ERRORS} (Unauthorized)"),
}

_FIELDS: Table = dict.fromkeys(
    ("field-unauthorized", "not-authorized-for-field"),
    Line(MissingPermission, f"{OPENAPI}, FieldUnauthorizedProblem"),
)

_OUR_CALL: Table = {
    34: Line(ProviderProtocolError, _coded(34, "that page does not exist")),
    68: Line(ProviderProtocolError, _coded(68, "the API is retired")),
    92: Line(ProviderProtocolError, _coded(92, "TLS is required")),
    251: Line(ProviderProtocolError, _coded(251, "the endpoint is retired")),
    "invalid-request": Line(ProviderProtocolError, f"{ERRORS} (invalid parameters)"),
}

_OUTAGES: Table = {
    130: Line(ProviderUnavailable, _coded(130, "over capacity")),
    131: Line(ProviderUnavailable, _coded(131, "internal error")),
}

_LIMITS: Table = {
    88: Line(ProviderRateLimited, _coded(88, "rate limit exceeded")),
    "rate-limit-exceeded": Line(ProviderRateLimited, f"{ERRORS} (Rate limit exceeded)"),
    "status 429": Line(ProviderRateLimited, f"{ERRORS} (Too Many Requests)"),
}

_OUR_APP: Table = {
    87: Line(ProviderMisconfigured, _coded(87, "the client is not permitted")),
    135: Line(ProviderMisconfigured, _coded(135, "timestamp out of bounds: our clock")),
    415: Line(ProviderMisconfigured, _coded(415, "callback not approved")),
    416: Line(ProviderMisconfigured, _coded(416, "suspended application")),
    417: Line(ProviderMisconfigured, _coded(417, "out-of-band is not allowed")),
    453: Line(ProviderMisconfigured, _report("tweepy/tweepy#1927", "our access level lacks this endpoint")),
    "app-suspended": Line(ProviderMisconfigured, "public code: gitroom's X provider knows it beside user-suspended"),
    "client-forbidden": Line(ProviderMisconfigured, f"{ERRORS} (App not enrolled or lacks required access)"),
    "credits": Line(ProviderMisconfigured, f"{PRICES} (the balance is empty)"),
    "oauth1-permissions": Line(ProviderMisconfigured, f"{OPENAPI}, Oauth1PermissionsProblem"),
    # A monthly cap, although it comes with 429.
    "usage-capped": Line(ProviderMisconfigured, f"{ERRORS} (Usage cap exceeded)"),
    "status 402": Line(ProviderMisconfigured, f"{PRICES} (no credits, or a spending limit)"),
}

_COMMON: Table = {**_USER, **_TOKEN, **_FIELDS, **_OUR_CALL, **_OUTAGES, **_LIMITS}

SIGNED: Table = {
    **_COMMON,
    **_OUR_APP,
    LOCKED: Line(ProviderUserBlocked, f"{CODES}, the words of code 326 in a problem of v2"),
    "not-authorized-for-resource": Line(ProviderUserBlocked, f"{ERRORS} (not allowed to see a particular User)"),
    # The kind of authentication is our choice.
    "unsupported-authentication": Line(ProviderProtocolError, f"{OPENAPI}, UnsupportedAuthenticationProblem"),
}
"""Refusals of a call that we signed: a refused app can only be ours, and no scope can be missing."""

_FRESH = "the token is seconds old, and we have it from X"
NEW_TOKEN: Table = {
    **SIGNED,
    "status 403": Line(MissingPermission, _report("plhery/node-twitter-api-v2#265", "a scope is missing")),
    **{sign: Line(ProviderUnavailable, f"{line.source}; {_FRESH}") for sign, line in _TOKEN.items()},
}
"""Refusals of a bearer token that X has just given us for a code: the app is ours, and nobody has revoked the token."""

_RFC_6749 = "RFC 6749 section 5.2"
EXCHANGE: Table = {
    **_OUR_APP,
    **_OUTAGES,
    **_LIMITS,
    "invalid_request authorization code": Line(
        InvalidProviderToken, _report("plhery/node-twitter-api-v2#496", "a code that was used, or has expired")
    ),
    "invalid_request code verifier": Line(
        InvalidProviderToken, _report("xdevplatform/twitter-api-typescript-sdk#26", "another verifier than the login's")
    ),
    "invalid_request missing required parameter": Line(
        ProviderProtocolError, _report("tweepy/tweepy#2021", "the verifier was not sent; we always do")
    ),
    "invalid_grant": Line(InvalidProviderToken, _RFC_6749),
    "invalid_client": Line(ProviderMisconfigured, _RFC_6749),
    # "Missing valid authorization header" is said of a wrong secret, and of none where the app has one.
    "unauthorized_client": Line(ProviderMisconfigured, _RFC_6749),
    "unsupported_grant_type": Line(ProviderProtocolError, _RFC_6749),
}
"""Refusals of `POST /2/oauth2/token`: a word of RFC 6749, and words of its description where X means several things.

`invalid_request` with another description is not listed: nobody knows whose fault it is.
"""

UNKNOWN_TOKEN = "invalid_request value passed for the token was invalid"  # noqa: S105  # words, no password
"""With 400, of a token that X does not know any more. Source: public code that tells by these words a refresh token
that was used or revoked."""
REVOCATION: Table = {
    **_OUR_APP,
    **_OUTAGES,
    **_LIMITS,
    "invalid_request missing": Line(ProviderProtocolError, "RFC 7009 section 2.2.1; nothing of it is a client's"),
    "invalid_client": Line(ProviderMisconfigured, _RFC_6749),
    "unauthorized_client": Line(ProviderMisconfigured, _RFC_6749),
}
"""Refusals of `POST /2/oauth2/revoke`."""

BEARER: Table = {
    **_COMMON,
    # Ours is told apart by the id that X names.
    "client-forbidden": Line(WrongAudience, f"{ERRORS} (App not enrolled or lacks required access)"),
    "status 403": Line(MissingPermission, _report("plhery/node-twitter-api-v2#265", "a scope is missing")),
    "not-authorized-for-resource": Line(MissingPermission, f"{ERRORS} (not allowed to see a particular User)"),
    "unsupported-authentication": Line(InvalidProviderToken, f"{OPENAPI}: the bearer of an app, not of a user"),
}
"""Refusals of a bearer token, which may be any app's.

What they say of an app, its suspension or its empty account, is not listed: nobody can tell whether it is ours, and a
stranger's token must not wake anybody time and again.
"""

OUR_KEYS: Table = {
    **_OUR_APP,
    32: Line(ProviderMisconfigured, _report("laravel/socialite#641", "wrong keys are answered like this")),
    # The same words, to a call that holds our keys alone. A proxy that takes the header off ends here too.
    **{
        sign: Line(ProviderMisconfigured, f"{_TOKEN[sign].source}, and these are ours")
        for sign in (99, 215, "status 401")
    },
    **_OUTAGES,
    **_LIMITS,
}
"""Refusals of `POST /oauth/request_token`, which is signed with our consumer key and secret alone."""
