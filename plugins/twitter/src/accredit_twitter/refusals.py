"""What X's refusals mean.

X has two shapes: `{"errors": [{"code": 89, …}]}` (v1.1, and some of v2) and the problem `{"type": ".../credits", …}`
(v2). A code or problem decides; the HTTP status only where X's meaning is the status itself.
Sources: X, "Response codes" and "Error troubleshooting"; RFC 9457 section 4.2.1 for `about:blank`.
"""

import math
import re
from collections.abc import Iterator, Mapping
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
    WrongAudience,
)
from accredit.http import ProviderResponse

Sign = int | str
"""A numeric code, the last path segment of a problem's type (its host varies), or `about:blank <status>`."""

_MEANING: Mapping[Sign, type[ExchangeError]] = {
    17: ProviderUserBlocked,  # no user matches
    32: InvalidProviderToken,  # bad signature: wrong token secret, or another app's token. Also our wrong secret
    34: ProviderProtocolError,  # page does not exist: our URL
    50: ProviderUserBlocked,  # user not found: deactivated
    63: ProviderUserBlocked,  # user suspended
    64: ProviderUserBlocked,  # the token's own account suspended
    68: ProviderProtocolError,  # API retired
    87: ProviderMisconfigured,  # client not permitted
    88: ProviderRateLimited,
    89: InvalidProviderToken,  # invalid or expired
    92: ProviderProtocolError,  # TLS required
    99: ProviderMisconfigured,  # unable to verify our credentials
    130: ProviderUnavailable,  # over capacity
    131: ProviderUnavailable,  # internal error
    135: ProviderMisconfigured,  # timestamp out of bounds: our clock
    215: ProviderProtocolError,  # bad authentication data: header missing or malformed
    220: InvalidProviderToken,  # not a user's token
    226: ProviderUserBlocked,  # looks automated
    251: ProviderProtocolError,  # endpoint retired
    326: ProviderUserBlocked,  # account temporarily locked
    415: ProviderMisconfigured,  # callback not approved
    416: ProviderMisconfigured,  # our app suspended
    417: ProviderMisconfigured,  # out-of-band not allowed
    453: ProviderMisconfigured,  # our access level lacks this endpoint
    "about:blank 401": InvalidProviderToken,
    "client-forbidden": ProviderMisconfigured,  # our app is not enrolled
    "credits": ProviderMisconfigured,  # the balance is empty
    "field-unauthorized": MissingPermission,
    "invalid-request": ProviderProtocolError,
    "not-authorized-for-field": MissingPermission,
    "rate-limit-exceeded": ProviderRateLimited,
    "resource-not-found": ProviderUserBlocked,  # no such user any more
    "usage-capped": ProviderMisconfigured,  # a monthly cap, although it comes with 429
}
# A signed call carries no scopes that could be missing, and its kind of authentication is our choice.
_MEANING_SIGNED: Mapping[Sign, type[ExchangeError]] = {
    **_MEANING,
    "about:blank 403": ProviderUserBlocked,  # v2's form of 326
    "not-authorized-for-resource": ProviderUserBlocked,
    "unsupported-authentication": ProviderProtocolError,
}
_MEANING_BEARER: Mapping[Sign, type[ExchangeError]] = {
    **_MEANING,
    "about:blank 403": MissingPermission,  # a scope is missing
    "not-authorized-for-resource": MissingPermission,
    "unsupported-authentication": InvalidProviderToken,  # an app-only bearer
}
_MEANING_OF_STATUS: Mapping[int, type[ExchangeError]] = {402: ProviderMisconfigured, 429: ProviderRateLimited}
_EPOCH = re.compile(r"[0-9]{1,12}")
_WINDOWS = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")
"""Where X counts: each with `-limit`, `-remaining` and `-reset`. The first is always there."""


def refusal(
    response: ProviderResponse, body: Mapping[str, Any], *, signed: bool, client_id: str, now: float
) -> ExchangeError:
    """Return the error that an answer without a user stands for; `now` is epoch seconds.

    `signed` says that we signed the call, so that a refused app can only be ours; a bearer token may be of any app,
    and is of ours if X names `client_id`.
    """
    meaning = _MEANING_SIGNED if signed else _MEANING_BEARER
    sign = next((sign for sign in _signs(body, response.status) if sign in meaning), None)
    if sign is None:
        return _by_status(response, now)
    if sign == "client-forbidden" and not signed and not (client_id and body.get("client_id") == client_id):
        return WrongAudience("X refuses an app that is not ours: client-forbidden")
    return _error(meaning[sign], f"X answers {sign}", response, now)


def _signs(body: Mapping[str, Any], status: int) -> Iterator[Sign]:
    errors = body.get("errors")
    details = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    yield from (one["code"] for one in details if type(one.get("code")) is int)
    for problem in (body, *details):
        name = problem.get("type")
        if name == "about:blank":
            yield f"about:blank {status}"
        elif isinstance(name, str):
            yield name.rsplit("/", 1)[-1]


def _by_status(response: ProviderResponse, now: float) -> ExchangeError:
    status = response.status
    if status in _MEANING_OF_STATUS:
        return _error(_MEANING_OF_STATUS[status], f"X answers status {status}", response, now)
    if status == 404 and not response.body:
        return ProviderProtocolError("X does not know the path: status 404 without a body")
    return ProviderUnavailable(f"unexpected answer with status {status}")


def _error(kind: type[ExchangeError], detail: str, response: ProviderResponse, now: float) -> ExchangeError:
    if kind is ProviderRateLimited:
        return ProviderRateLimited(detail, retry_after_s=_seconds_to_reset(response, now))
    return kind(detail)


def _seconds_to_reset(response: ProviderResponse, now: float) -> int | None:
    """X sends no `Retry-After`, but when each window ends, in epoch seconds. Source: X, "Rate limits".

    Of several windows the one that is used up counts, of those that are the last to end.
    """
    headers = response.headers
    used_up = [window for window in _WINDOWS if headers.get(f"{window}-remaining") == "0"]
    resets = [headers.get(f"{window}-reset", "") for window in used_up or _WINDOWS[:1]]
    ends = [int(reset) for reset in resets if _EPOCH.fullmatch(reset)]
    return max(1, math.ceil(max(ends) - now)) if ends else None
