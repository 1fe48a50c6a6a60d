"""What Naver's refusals mean for us: tables of its words and codes. The HTTP status of a refusal is 200 at times.

`invalid_request` is said of a code that is used or unknown ("no valid data in session"), and also where our id or our
secret is wrong ("wrong client id / client secret pair"): only `error_description` tells them apart, so it is read into
a word of our own.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
)
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse

_PROFILE: Final = "https://developers.naver.com/docs/login/profile/profile.md, section 6, at that code"
_COMMON: Final = "https://naver.github.io/naver-openapi-guide/errorcode.html, at that status"
_API: Final = "https://developers.naver.com/docs/login/api/api.md, section 5, at that word"
_REVOKE: Final = "https://developers.naver.com/docs/login/devguide/devguide.md, section 4.3.1, at that word"
_RFC: Final = "RFC 6749 section 5.2"
_REPORTS: Final = "reports of several apps; no page of Naver's has the text"

_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")
WRONG_PAIR: Final = "wrong_client_pair"
_TEXTS: Mapping[str, str] = {"wrong client id / client secret pair": WRONG_PAIR}

ME_ERRORS: Mapping[str, Line] = {
    "024": Line(InvalidProviderToken, _PROFILE),
    "028": Line(ProviderProtocolError, f"{_PROFILE}: no header, but we always send one"),
    "429": Line(ProviderRateLimited, f"{_COMMON}: of a day, or of a second"),
    "500": Line(ProviderUnavailable, _PROFILE),
}
"""What they mean of a token that anybody's app may have got: what Naver says of an app is not listed.

Such as 403, which an app gets that has the login not switched on. A stranger's must not page our operator.
"""

FRESH_ERRORS: Mapping[str, Line] = {
    **ME_ERRORS,
    "024": Line(ProviderUnavailable, f"{_PROFILE}; the token is seconds old, so it is not the user's fault"),
    "403": Line(ProviderMisconfigured, f"{_PROFILE}: the app may not call this"),
}
"""What they mean of a token that Naver has just given us for a code."""

EXCHANGE_ERRORS: Mapping[str, Line] = {
    # The code, its state or its verifier: nothing else of the request is a client's.
    "invalid_request": Line(InvalidProviderToken, f"{_API}; {_REPORTS}: said of a used code"),
    "invalid_grant": Line(InvalidProviderToken, _RFC),
    "unauthorized_client": Line(InvalidProviderToken, f"{_API}: the code was not issued for this"),
    # Our app.
    "invalid_client": Line(ProviderMisconfigured, _RFC),
    WRONG_PAIR: Line(ProviderMisconfigured, _REPORTS),
    # Troubles.
    "server_error": Line(ProviderUnavailable, _API),
    "temporarily_unavailable": Line(ProviderUnavailable, _REVOKE),
    # Our call itself.
    "unsupported_grant_type": Line(ProviderProtocolError, _RFC),
    "unsupported_response_type": Line(ProviderProtocolError, _API),
}
"""Of the exchange of a code."""

REVOKE_ERRORS: Mapping[str, Line] = {
    "invalid_request": Line(ProviderProtocolError, f"{_REVOKE}: a parameter is missing"),
    "unauthorized_client": Line(ProviderMisconfigured, f"{_REVOKE}: our id or secret"),
    "temporarily_unavailable": Line(ProviderUnavailable, _REVOKE),
}
"""Of the revocation, which answers 200 for a token that it does not know."""


def refused(
    call: str, response: ProviderResponse, body: Mapping[str, Any], errors: Mapping[str, Line], *, now: float
) -> ExchangeError:
    """Return the error for an answer that is no success; `now` is in epoch seconds."""
    code = "429" if response.status == 429 and "429" in errors else code_of(body)
    wait_s = retry_after_s(response, now=now)
    return refusal(errors, code, call=call, response=response, retry_after_s=wait_s)


def code_of(body: Mapping[str, Any]) -> str | None:
    """Return what names a refusal; None where there is nothing to read.

    It is `error` of the logins, and of the API `resultcode`, or `errorCode` where its gateway speaks.
    """
    said = body.get("error_description")
    if isinstance(said, str) and said.strip().lower() in _TEXTS:
        return _TEXTS[said.strip().lower()]
    named = (body.get(name) for name in ("error", "resultcode", "errorCode"))
    return next((one for one in named if isinstance(one, str) and one != "00" and _NAME.fullmatch(one)), None)
