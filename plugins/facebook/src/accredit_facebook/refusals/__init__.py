"""Turn an error of the Graph API into ours: by its code, and by whom it was said of.

Source: https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    WrongAudience,
)
from accredit.refusals import refusal
from accredit.strategy import ProviderResponse
from accredit_facebook.refusals.limits import app_quota_is_used_up, wait_s
from accredit_facebook.refusals.tables import (
    BLOCKED,
    BY_DEBUG_TOKEN,
    BY_EXCHANGE,
    BY_ME,
    BY_REVOCATION,
    DEBUG_ONLY,
    OF_TOKEN,
    REMOVED,
    Table,
)


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

    def key_in(self, table: Table) -> int | str | None:
        """Return the narrowest key that fits, listed in `table` or not, else code and subcode; None without a code."""
        if self.code is None:
            return None
        start = f"{self.code} "
        by_text = (key for key in (BLOCKED, *table) if isinstance(key, str) and key.startswith(start))
        text_key = next((key for key in by_text if key.removeprefix(start) in self.message), None)
        if text_key is not None:
            return text_key
        with_subcode = self.code if self.subcode is None else f"{self.code}/{self.subcode}"
        return self.code if with_subcode not in table and self.code in table else with_subcode


def refusal_by_debug_token(error: object, response: ProviderResponse) -> ExchangeError:
    """Return our error for one at the top level of `debug_token`: it is about us, the caller."""
    return _refusal("debug_token", _GraphError.read(error), BY_DEBUG_TOKEN, response)


def refusal_of_token(data: Mapping[str, Any], response: ProviderResponse, *, app_id: str) -> ExchangeError:
    """Return our error for a token that `debug_token` calls invalid, or whose `data` holds an error.

    What it says of an app is about the app of the token, and raises an alert only if that is `app_id`, ours.
    """
    error = _GraphError.read(data.get("error"))
    if error.code is None and data["is_valid"] is False:
        # A verdict by itself; an error object that is absent, or cannot be read, adds nothing to it.
        return InvalidProviderToken("debug_token data: is_valid is false")
    ours = _refusal("debug_token data", error, OF_TOKEN, response)
    if not ours.alert or data.get("app_id") == app_id:
        return ours
    is_foreign = isinstance(data.get("app_id"), str)
    return (WrongAudience if is_foreign else InvalidProviderToken)(ours.detail)


def refusal_by_me(error: object, response: ProviderResponse) -> ExchangeError:
    """Return our error for one of `/me`: it is about the token, which `debug_token` has called ours."""
    return _refusal("me", _GraphError.read(error), BY_ME, response)


def refusal_by_exchange(error: object, response: ProviderResponse) -> ExchangeError:
    """Return our error for one of the exchange of a code."""
    return _refusal("oauth/access_token", _GraphError.read(error), BY_EXCHANGE, response)


def refusal_by_revocation(error: object, response: ProviderResponse) -> ExchangeError:
    """Return our error for one of the call that takes back what a user has granted: it is about us, the caller."""
    return _refusal("permissions", _GraphError.read(error), BY_REVOCATION, response)


def is_removed(error: object, response: ProviderResponse) -> bool:
    """Tell whether there is nothing to take back: the person has removed the app. With a 5xx nothing is believed."""
    graph_error = _GraphError.read(error)
    return 400 <= response.status < 500 and (graph_error.code, graph_error.subcode) == REMOVED


def is_debug_only(error: object, response: ProviderResponse) -> bool:
    """Tell whether `/me` says that the token is good for `debug_token` alone: a session-info token.

    A subcode is another reason, such as a changed password, and with a 5xx nothing is believed.
    """
    graph_error = _GraphError.read(error)
    is_refusal = 400 <= response.status < 500
    return is_refusal and (graph_error.code, graph_error.subcode) == (190, None) and DEBUG_ONLY in graph_error.message


def _refusal(place: str, error: _GraphError, table: Table, response: ProviderResponse) -> ExchangeError:
    key = error.key_in(table)
    call = place if error.subcode is None or key != error.code else f"{place}, subcode {error.subcode}"
    code = key.replace(" ", "-") if isinstance(key, str) and key not in table else key  # an alert names one word
    ours = refusal(table, code, call=call, response=response, retry_after_s=wait_s(response))
    if isinstance(ours, ProviderRateLimited):
        return _whose_limit(ours, response)
    # Facebook marks throttling as transient too, which is why it comes first.
    if error.is_transient:
        return ProviderUnavailable(f"{call}: code {key}, transient, status {response.status}")
    return ours


def _whose_limit(limited: ProviderRateLimited, response: ProviderResponse) -> ProviderRateLimited:
    if isinstance(limited, ProviderQuotaExhausted) or not app_quota_is_used_up(response):
        return limited
    ours = ProviderQuotaExhausted(f"{limited.detail}, and X-App-Usage is full")
    ours.retry_after_s = limited.retry_after_s
    return ours


def _integer(value: object) -> int | None:
    return value if type(value) is int else None  # not isinstance: True is an int
