"""The audit event of one exchange: what was decided, about whom, why, and at what cost. It holds no secrets."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from accredit.errors import Abandoned, ExchangeError
from accredit.provider.http import ProviderCall


class Check(NamedTuple):
    """One check of an exchange: a step of `accredit.exchange.exchange`, under the name of its function.

    A refusal is the last check's: those after it were never begun. A tuple, because every exchange makes a dozen.
    """

    name: str
    verdict: Literal["passed", "refused", "failed", "abandoned"]
    duration_ms: float


Outcome = Literal["accepted", "refused", "failed", "abandoned"]
"""What came of a request: `refused` is 4xx, `failed` 5xx; `abandoned`, the caller did not wait for it."""


def outcome_of(error: ExchangeError | None) -> Outcome:
    """Return what `error` makes of a request; without one it is accepted."""
    if error is None:
        return "accepted"
    if isinstance(error, Abandoned):
        return "abandoned"
    return "refused" if error.status < 500 else "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeEvent:
    """One finished exchange."""

    outcome: Outcome
    reason: str
    """`ok`, or the `reason` of the error, such as `wrong_audience`."""
    status: int
    client_id: str
    connection: str
    strategy: str | None = None
    subject: str | None = None
    scopes: tuple[str, ...] = ()
    audience_proof: str | None = None
    """The kind of proof: `AppBound`, `JwtAudience`, `SignedByUs` or `Unbound`."""
    unbound: bool = False
    """The token was accepted without proof of audience, because the connection says so."""
    alert: bool = False
    detail: str = ""
    form_as_json: bool = False
    """The body called itself JSON and was a form, as in the original documentation's JavaScript sample."""
    linked: bool = False
    """The identity has become another one of `subject`'s, which was signed in already."""
    checks: tuple[Check, ...] = ()
    """What was checked, in that order; all but the last have passed."""
    calls: tuple[ProviderCall, ...] = ()
    duration_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEvent:
    """One finished call of an endpoint beside the exchange."""

    name: str
    """Stable: `token.issued`, `token.refreshed`, `token.refused`, `token.failed` and the like."""
    outcome: Outcome
    reason: str
    status: int
    client_id: str = ""
    subject: str | None = None
    connection: str = ""
    grant_type: str = ""
    scopes: tuple[str, ...] = ()
    alert: bool = False
    detail: str = ""
    form_as_json: bool = False
    duration_ms: float = 0.0
