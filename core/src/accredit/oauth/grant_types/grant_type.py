"""What the token endpoint asks of a grant type."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

from pydantic import SecretStr

from accredit.audit.events import EndpointEvent
from accredit.exchange.client import Client
from accredit.exchange.exchange import Exchange
from accredit.oauth.wire.record import Record


class TokenRequest(NamedTuple):
    """One call of the token endpoint, by a client that has authenticated and may use the grant type."""

    client: Client
    fields: Mapping[str, str]
    """The grant type's own parameters, as far as they were sent; their shape is checked."""
    given: Mapping[str, Any]
    """All parameters as they were sent, nothing of them checked."""
    bearer: SecretStr | None = None
    """The token of an `Authorization: Bearer` header."""
    address: str = ""
    """As in `accredit.oauth.wire.call.Call`."""

    def __repr__(self) -> str:
        return f"TokenRequest(client={self.client})"


class GrantType(Protocol):
    """One `grant_type`. Made once for an app."""

    name: ClassVar[str]
    """The `grant_type`, which is also what a client's `grant_types` must list."""
    parameters: ClassVar[Mapping[str, int]]
    """What it reads of the body, each with the most characters it may have; shape is checked before anything else."""
    required: ClassVar[tuple[str, ...]]
    """Those of them that must be there."""
    event: ClassVar[type[EndpointEvent]]
    """What a call is told as, once it has come this far."""

    def __init__(self, exchange: Exchange) -> None: ...

    async def __call__(self, request: TokenRequest, record: Record) -> dict[str, Any]:
        """Return the body of the answer; note in the record about whom.

        Raises:
            ExchangeError: it is refused or has failed; nothing was issued.
        """
