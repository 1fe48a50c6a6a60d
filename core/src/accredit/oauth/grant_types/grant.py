"""What the token endpoint asks of a grant."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from accredit.exchange.exchange import Exchange
from accredit.oauth.client.authentication import Client
from accredit.oauth.wire.endpoint import Call


class TokenGrant(Protocol):
    """One `grant_type`. Made once for an app, called once the client has authenticated and may use it."""

    name: ClassVar[str]
    """The `grant_type`, which is also what a client's `grant_types` must list."""
    parameters: ClassVar[Mapping[str, int]]
    """What it reads of the body, each with the most characters it may have; shape is checked before anything else."""
    required: ClassVar[tuple[str, ...]]
    """Those of them that must be there."""

    def __init__(self, exchange: Exchange) -> None: ...

    async def __call__(self, fields: Mapping[str, str], client: Client, call: Call) -> dict[str, Any]:
        """Return the body of the answer; note in `call` what was `done`, and about whom.

        Raises:
            ExchangeError: it is refused or has failed; nothing was issued.
        """
