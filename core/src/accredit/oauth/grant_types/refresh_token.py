"""`refresh_token`: new tokens for a login that goes on. Source: RFC 6749 section 6."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import SecretStr

from accredit.audit.events import EndpointEvent, RefreshEvent
from accredit.exchange.exchange import Exchange
from accredit.models import RefreshRequest
from accredit.oauth.grant_types.grant_type import TokenRequest
from accredit.oauth.wire.fields import scopes_of
from accredit.oauth.wire.record import Record
from accredit.oauth.wire.respond import token_body
from accredit.parameters import LONGEST
from accredit.settings import REFRESH_TOKEN_GRANT


class RefreshTokenGrant:
    """Put a refresh on the wire; `accredit.exchange.refresh` is what it does."""

    name: ClassVar[str] = REFRESH_TOKEN_GRANT
    parameters: ClassVar[Mapping[str, int]] = {name: LONGEST[name] for name in ("refresh_token", "scope", "audience")}
    required: ClassVar[tuple[str, ...]] = ("refresh_token",)
    event: ClassVar[type[EndpointEvent]] = RefreshEvent

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, request: TokenRequest, record: Record) -> dict[str, Any]:
        """Refresh once. The exchange leaves its own event behind."""
        fields = request.fields
        refresh = RefreshRequest(
            client_id=request.client.id,
            refresh_token=SecretStr(fields["refresh_token"]),
            scopes=scopes_of(fields),
            audience=fields.get("audience"),
            address=request.address,
        )
        record.is_told = True
        return token_body(await self._exchange.refresh(refresh, client=request.client), state=None)
