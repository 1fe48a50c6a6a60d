"""Turn an error of the Graph API into ours: by its code, and by what it was said about.

The HTTP status decides nothing but 5xx: the same code comes with 400 and with 401. What decides is whom an error is
about. At the top level of `debug_token` it is about the caller, and the caller is our app: code 190 there means that
*our* credentials are wrong. Inside `data`, and from `/me`, it is about the token that we were handed.

Source: https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
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

_Verdict = type[ExchangeError]

_BY_CODE: dict[int, _Verdict] = {
    1: ProviderUnavailable,
    2: ProviderUnavailable,
    3: ProviderMisconfigured,  # the app lacks the capability for this call
    4: ProviderRateLimited,
    9: ProviderRateLimited,
    10: MissingPermission,
    17: ProviderRateLimited,
    32: ProviderRateLimited,
    100: ProviderProtocolError,  # unless its text says otherwise, see below
    101: ProviderMisconfigured,
    102: InvalidProviderToken,
    104: ProviderMisconfigured,
    190: InvalidProviderToken,
    194: ProviderProtocolError,
    **dict.fromkeys(range(200, 300), MissingPermission),
    341: ProviderRateLimited,
    368: ProviderUserBlocked,
    493: ProviderMisconfigured,  # the app is inactive
    613: ProviderRateLimited,
    2500: ProviderProtocolError,
    2635: ProviderMisconfigured,  # the configured version is dead
    3919: ProviderUnavailable,
    **dict.fromkeys(range(80_000, 80_015), ProviderRateLimited),
}

_BY_SUBCODE_OF_A_DEAD_TOKEN: dict[int, _Verdict] = {
    # The others, such as 458 (app removed), 460 (password changed) and 463 (expired), leave it at "dead".
    459: ProviderUserBlocked,  # held at a checkpoint
    464: ProviderUserBlocked,  # never confirmed the account
    483: ProviderUserBlocked,
    490: ProviderUserBlocked,  # held at a blocking checkpoint
    493: ProviderMisconfigured,  # the app is inactive
}

_BY_TEXT_OF_CODE_100: dict[str, _Verdict] = {
    # Code 100 says "invalid parameter" for all of these; nothing but the text tells them apart.
    "did not match the viewing app": WrongAudience,
    "you must provide an app access token": ProviderMisconfigured,
    "appsecret_proof": ProviderMisconfigured,  # the token is known to be ours, so the secret is wrong
}


@dataclass(frozen=True, slots=True)
class _GraphError:
    """One error object. Whatever has a wrong type counts as absent."""

    code: int | None
    subcode: int | None
    message: str
    is_transient: bool

    @classmethod
    def read(cls, value: object) -> "_GraphError":
        error = value if isinstance(value, dict) else {}
        message = error.get("message")
        return cls(
            code=_integer(error.get("code")),
            # `error_subcode` at the top level, `subcode` inside `data`.
            subcode=_integer(error.get("error_subcode", error.get("subcode"))),
            message=message.lower() if isinstance(message, str) else "",
            is_transient=error.get("is_transient") is True,
        )

    @property
    def verdict(self) -> _Verdict | None:
        """Our error for this one, None where nobody has documented it."""
        if self.code is None:
            return None
        verdict = _BY_CODE.get(self.code)
        if verdict is InvalidProviderToken and self.subcode is not None:
            return _BY_SUBCODE_OF_A_DEAD_TOKEN.get(self.subcode, verdict)
        if self.code == 100:
            return next((one for text, one in _BY_TEXT_OF_CODE_100.items() if text in self.message), verdict)
        return verdict


def refusal_by_debug_token(error: object, response: ProviderResponse) -> ExchangeError:
    """Return our error for one at the top level of `debug_token`: it is about us, the caller."""
    graph_error = _GraphError.read(error)
    verdict = graph_error.verdict
    if verdict in {InvalidProviderToken, MissingPermission, ProviderUserBlocked}:
        verdict = ProviderMisconfigured
    return _refusal("debug_token", graph_error, verdict, response)


def refusal_of_token(error: object, response: ProviderResponse, *, is_valid: bool) -> ExchangeError:
    """Return our error for `data.error` of `debug_token`: what any call with this token would be told."""
    graph_error = _GraphError.read(error)
    verdict = graph_error.verdict
    if not is_valid and verdict in {None, ProviderProtocolError}:
        # `is_valid: false` is a verdict by itself, and our call was understood: an error object that is
        # absent, unknown, or about parameters adds nothing to it.
        verdict = InvalidProviderToken
    return _refusal("debug_token data", graph_error, verdict, response)


def refusal_by_me(error: object, response: ProviderResponse) -> ExchangeError:
    """Return our error for one of `/me`: it is about the token, which `debug_token` has called ours."""
    graph_error = _GraphError.read(error)
    return _refusal("me", graph_error, graph_error.verdict, response)


def _refusal(where: str, error: _GraphError, verdict: _Verdict | None, response: ProviderResponse) -> ExchangeError:
    detail = f"{where}: code {error.code}, subcode {error.subcode}, status {response.status}"
    # Throttling first: Facebook marks it as transient too.
    if verdict is ProviderRateLimited:
        return ProviderRateLimited(detail, retry_after_s=_retry_after_s(response))
    if error.is_transient or response.status >= 500:
        return ProviderUnavailable(detail)
    if verdict is None:
        return ProviderUnavailable(f"unexpected error, {detail}")
    return verdict(detail)


def _retry_after_s(response: ProviderResponse) -> int | None:
    """Return the longest wait that Facebook estimates, in seconds; it counts in minutes.

    `X-App-Usage` says how full the quota is, not when it empties, and `Retry-After` is not sent.
    Source: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    """
    try:
        usage = json.loads(response.headers.get("x-business-use-case-usage", "{}"))
    except (ValueError, RecursionError):
        return None
    return max((minutes * 60 for minutes in _waits(usage)), default=None)


def _waits(usage: Any) -> Iterator[int]:
    for cases in usage.values() if isinstance(usage, dict) else ():
        for case in cases if isinstance(cases, list) else ():
            minutes = _integer(case.get("estimated_time_to_regain_access")) if isinstance(case, dict) else None
            if minutes is not None and minutes > 0:
                yield minutes


def _integer(value: object) -> int | None:
    return value if type(value) is int else None  # not isinstance: True is an int
