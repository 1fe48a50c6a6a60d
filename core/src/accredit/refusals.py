"""What a provider's refusals mean, as a table: each line with the evidence for it.

::

    ME_ERRORS: Mapping[int, Line] = {
        190: Line(InvalidProviderToken, "https://developers.facebook.com/docs/graph-api/guides/error-handling"),
        ...
    }
    raise refusal(ME_ERRORS, body["error"]["code"], call="me", response=response)

A guess in such a table pages an operator at night for a user's stale token, or tells a user to log in again because our
secret is wrong. So a line quotes who says so, and what no line knows is a class of its own, `UnlistedRefusal`: neither
the user's fault nor an outage, but a refusal that somebody must look at.
"""

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

from accredit.errors import ExchangeError, ProviderTokenRejected, ProviderUnavailable, ServerError, UnlistedRefusal
from accredit.provider.http import ProviderResponse

Code = int | str
CodeT = TypeVar("CodeT", int, str, int | str)

_SECONDS = re.compile(r"[0-9]{1,9}")  # Python converts no number of thousands of digits, nor would anybody wait so long
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_HTTP_DATE = re.compile(
    rf"[A-Z][a-z]{{2}}, [0-9]{{2}} [A-Z][a-z]{{2}} [1-9][0-9]{{3}} {_TIME} GMT"
    rf"|[A-Z][a-z]{{5,8}}, [0-9]{{2}}-[A-Z][a-z]{{2}}-[0-9]{{2}} {_TIME} GMT"
    rf"|[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ 0-9][0-9] {_TIME} [1-9][0-9]{{3}}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what a code means for us, and who says so.

    Raises:
        ValueError: `source` is empty.
    """

    error: type[ProviderTokenRejected | ProviderUnavailable | ServerError]
    source: str
    """The provider's page; where it has none, the library or the report that shows the code, named as such."""

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise ValueError("a line quotes its source; leave out what has none")


def refusal(
    table: Mapping[CodeT, Line],
    code: CodeT | None,
    *,
    call: str,
    response: ProviderResponse,
    retry_after_s: float | None = None,
) -> ExchangeError:
    """Return the error for an answer that is no success: to be raised.

    `code` is the provider's, None where the answer holds none that can be read; `call` is our name of the call, for the
    audit event; `retry_after_s` is in seconds. The status says only this much: with a 5xx nothing but an outage or a
    limit is believed.

    Returns:
        The listed error. `ProviderUnavailable` for a 5xx and for an answer without a code, which is nonsense or comes
        from a machine in front of the provider. Else `UnlistedRefusal`.
    """
    line = None if code is None else table.get(code)
    kind: type[ExchangeError] = ProviderUnavailable if line is None else line.error
    if code is None or (response.status >= 500 and not issubclass(kind, ProviderUnavailable)):
        kind = ProviderUnavailable
    elif line is None and response.status < 500:
        return UnlistedRefusal(call, code, status=response.status)
    what = "unexpected answer" if line is None else f"code {code}"
    error = kind(f"{call}: {what}, status {response.status}")
    if isinstance(error, ProviderUnavailable):
        error.retry_after_s = retry_after_s
    return error


def retry_after_s(response: ProviderResponse, *, now: float) -> int | None:
    """Return the seconds that `Retry-After` asks for; None where it says nothing that can be read.

    `now` is in epoch seconds: the header may hold a date, in one of three forms.
    Source: RFC 9110 sections 10.2.3 and 5.6.7.
    """
    value = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return int(value)
    if not _HTTP_DATE.fullmatch(value):
        return None
    try:
        at = parsedate_to_datetime(value).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return max(0, math.ceil(at.timestamp() - now))
