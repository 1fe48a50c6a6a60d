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

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from accredit.errors import ExchangeError, ProviderTokenRejected, ProviderUnavailable, ServerError, UnlistedRefusal
from accredit.http import ProviderResponse

Code = int | str
CodeT = TypeVar("CodeT", int, str, int | str)


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
