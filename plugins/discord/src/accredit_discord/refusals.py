"""What Discord's refusals mean for us: a table of its JSON error codes, and how to find a code in an answer.

`{"message": "401: Unauthorized", "code": 0}`: code 0 is a general error, and then the status says which. A limit comes
as a 429, in JSON with `retry_after` in seconds and their fractions; without JSON it is the ban of our address.
"""

from collections.abc import Mapping
from typing import Any, Final

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

_CODES: Final = "https://discord.com/developers/docs/topics/opcodes-and-status-codes#json, at that code"
_STATUSES: Final = "https://discord.com/developers/docs/topics/opcodes-and-status-codes#http, at that status"
_LIMITS: Final = "https://discord.com/developers/docs/topics/rate-limits"

ERRORS: Mapping[int | str, Line] = {
    # Statuses, where the code is 0.
    "400": Line(ProviderProtocolError, _STATUSES),
    "401": Line(InvalidProviderToken, f"{_STATUSES}; discord/discord-api-docs#1174"),
    "404": Line(ProviderProtocolError, _STATUSES),
    "405": Line(ProviderProtocolError, _STATUSES),
    # The token.
    40001: Line(InvalidProviderToken, _CODES),
    50014: Line(InvalidProviderToken, _CODES),
    50025: Line(InvalidProviderToken, f"{_CODES}; discord/discord-api-docs#620"),
    50001: Line(MissingPermission, _CODES),
    50026: Line(MissingPermission, _CODES),
    # The user's own state.
    10013: Line(ProviderUserBlocked, f"{_CODES}: unknown user"),
    40002: Line(ProviderUserBlocked, f"{_CODES}: the account must be verified first"),
    # Our address, or how we introduce ourselves.
    40333: Line(ProviderMisconfigured, "discord/discord-api-docs#6473: what Cloudflare blocks is told so"),
    "ban": Line(ProviderQuotaExhausted, f"{_LIMITS}#invalid-request-limit-aka-cloudflare-bans: our address is banned"),
    # Limits and load.
    "limit": Line(ProviderRateLimited, f"{_LIMITS}#exceeding-a-rate-limit: of one user, for a bearer token"),
    130000: Line(ProviderUnavailable, f"{_CODES}: overloaded"),
    # Our call itself.
    50035: Line(ProviderProtocolError, f"{_CODES}: invalid form body"),
}
"""Discord's codes, and what they mean for us."""

_FRESH: Final = "the token is seconds old, so it is not the user's fault"
FRESH_ERRORS: Mapping[int | str, Line] = {
    code: Line(ProviderUnavailable, f"{line.source}; {_FRESH}") if line.error is InvalidProviderToken else line
    for code, line in ERRORS.items()
}
"""What they mean of a token that Discord has just given us for a code."""

_EXCHANGE: Final = "RFC 6749 section 5.2"
EXCHANGE_ERRORS: Mapping[int | str, Line] = {
    "invalid_grant": Line(InvalidProviderToken, _EXCHANGE),
    "invalid_client": Line(ProviderMisconfigured, _EXCHANGE),
    "unauthorized_client": Line(ProviderMisconfigured, _EXCHANGE),
    "unsupported_grant_type": Line(ProviderProtocolError, _EXCHANGE),
    **{code: ERRORS[code] for code in ("ban", "limit", 40333, 130000)},
}
"""Of the exchange of a code. `invalid_request` is not listed: Discord says so, too, where a verifier is missing."""

REVOKE_ERRORS: Mapping[int | str, Line] = {
    code: line for code, line in EXCHANGE_ERRORS.items() if code not in {"invalid_grant", "unsupported_grant_type"}
}
"""Of the revocation of a token, which is no error where Discord does not know it."""


def refused(
    call: str, response: ProviderResponse, *, now: float, errors: Mapping[int | str, Line] = ERRORS
) -> ExchangeError:
    """Return the error for an answer that is no success; `now` is in epoch seconds."""
    body = response.object_or_empty()  # empty is a page of HTML, or `error code: 1015`: of the machine in front
    wait_s: float | None = retry_after_s(response, now=now)
    # `type`, because True is an int, too.
    if wait_s is None and type(stated := body.get("retry_after")) in {int, float}:
        wait_s = stated
    return refusal(errors, _code_of(response.status, body), call=call, response=response, retry_after_s=wait_s)


def _code_of(status: int, body: Mapping[str, Any]) -> int | str | None:
    """Return the code; a word for a limit and for the ban; None where there is nothing to read."""
    if status == 429:
        return "limit" if isinstance(body.get("message"), str) else "ban"
    if isinstance(error := body.get("error"), str):  # the form of RFC 6749 section 5.2
        return error
    code = body.get("code")
    if type(code) is not int:
        return None
    return str(status) if code == 0 else code
