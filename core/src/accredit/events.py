"""The audit event of one exchange: what was decided, about whom, why, and at what cost. It holds no secrets."""

from dataclasses import dataclass

from accredit.http import ProviderCall


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeEvent:
    """One finished exchange. `outcome` is `accepted`, `refused` (4xx) or `failed` (5xx)."""

    outcome: str
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
    calls: tuple[ProviderCall, ...] = ()
    duration_ms: float = 0.0
