"""Token exchange: the exchange over the standard's wire. Source: RFC 8693 section 2."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import SecretStr

from accredit.audit.events import EndpointEvent, TokenEvent
from accredit.errors import InvalidParameter, InvalidTarget, MissingParameter
from accredit.exchange.exchange import Exchange
from accredit.models import ExchangeRequest, ProviderToken
from accredit.oauth.grant_types.grant_type import TokenRequest
from accredit.oauth.wire.fields import scopes_of
from accredit.oauth.wire.record import Record
from accredit.oauth.wire.respond import token_body
from accredit.parameters import LONGEST
from accredit.plugins import Connection
from accredit.settings import TOKEN_EXCHANGE_GRANT

_TYPE = "urn:ietf:params:oauth:token-type:"
_AUTH0_TYPE = "http://auth0.com/oauth/token-type/"
ACCESS_TOKEN_TYPE = f"{_TYPE}access_token"

_STANDARD = {ACCESS_TOKEN_TYPE, f"{_TYPE}id_token", f"{_TYPE}jwt"}
_NATIVE = {
    f"{_AUTH0_TYPE}google-id-token": "google-oauth2",
    f"{_AUTH0_TYPE}facebook-info-session-access-token": "facebook",
    f"{_AUTH0_TYPE}apple-id-token": "apple",
    f"{_AUTH0_TYPE}apple-authz-code": "apple",
}
"""What Auth0's native SDKs send, and the strategy it speaks of; also the connection, where they name none."""
_JWTS = {f"{_TYPE}id_token", f"{_TYPE}jwt", f"{_AUTH0_TYPE}google-id-token", f"{_AUTH0_TYPE}apple-id-token"}

_SHARED = (
    "connection",
    "access_token_secret",
    "scope",
    "audience",
    "nonce",
    "user_id",
    "device",
    "state",
    "main_access_token",
)
"""What has the same name at `/oauth/access_token`."""


class TokenExchangeGrant:
    """Turn `subject_token` into our tokens, by the same steps as `/oauth/access_token`.

    `user_profile`, which Auth0's SDKs send, is what the app says of its user: it is not even read.
    """

    name: ClassVar[str] = TOKEN_EXCHANGE_GRANT
    parameters: ClassVar[Mapping[str, int]] = {
        "subject_token": LONGEST["access_token"],
        "subject_token_type": 256,
        "requested_token_type": 256,
        "actor_token": LONGEST["access_token"],
        "actor_token_type": 256,
        "resource": LONGEST["audience"],
        **{name: LONGEST[name] for name in _SHARED},
    }
    required: ClassVar[tuple[str, ...]] = ("subject_token", "subject_token_type")
    event: ClassVar[type[EndpointEvent]] = TokenEvent

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, request: TokenRequest, record: Record) -> dict[str, Any]:
        """Run one exchange. It leaves its own audit event behind."""
        connections = self._exchange.engine.connections
        wanted = read_exchange(request.fields, client_id=request.client.id, connections=connections)
        wanted = replace(wanted, bearer=request.bearer, address=request.address)
        record.is_told = True
        tokens = await self._exchange(wanted, client=request.client)
        return {**token_body(tokens, state=wanted.state), "issued_token_type": ACCESS_TOKEN_TYPE}


def read_exchange(
    fields: Mapping[str, str], *, client_id: str, connections: Mapping[str, Connection]
) -> ExchangeRequest:
    """Return what `fields`, of the names and bounds of `TokenExchangeGrant.parameters`, ask for.

    Raises:
        InvalidParameter: one says what this wire does not do, or the two that name the provider disagree.
        InvalidTarget: `audience` and `resource` name two.
        MissingParameter: nothing names the connection.
    """
    if fields.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
        raise InvalidParameter("requested_token_type")
    for name in ("actor_token", "actor_token_type"):
        if name in fields:
            # Ignored, it would make an impersonation of what was meant as a delegation.
            raise InvalidParameter(name)
    main_access_token = fields.get("main_access_token")
    return ExchangeRequest(
        client_id=client_id,
        connection=_connection(fields, connections),
        token=_token(fields),
        scopes=scopes_of(fields),
        user_id_hint=fields.get("user_id"),
        audience=_audience(fields),
        device=fields.get("device"),
        state=fields.get("state"),
        main_access_token=None if main_access_token is None else SecretStr(main_access_token),
    )


def _connection(fields: Mapping[str, str], connections: Mapping[str, Connection]) -> str:
    token_type, named = fields["subject_token_type"], fields.get("connection")
    strategy = _NATIVE.get(token_type)
    if strategy is None and token_type not in _STANDARD:
        raise InvalidParameter("subject_token_type")
    if named is None:
        if strategy is None:
            raise MissingParameter("connection")
        return strategy
    connection = connections.get(named)
    if strategy is not None and connection is not None and connection.strategy.name != strategy:
        raise InvalidParameter("connection")
    return named


def _token(fields: Mapping[str, str]) -> ProviderToken:
    try:
        token = ProviderToken.of(
            fields["subject_token"], secret=fields.get("access_token_secret"), nonce=fields.get("nonce")
        )
    except InvalidParameter as error:
        if error.detail == "access_token":
            raise InvalidParameter("subject_token") from None
        raise
    if fields["subject_token_type"] in _JWTS and not token.is_jwt:
        raise InvalidParameter("subject_token")
    return token


def _audience(fields: Mapping[str, str]) -> str | None:
    """Return the target, which may be called `audience` or `resource`; the exchange knows which are allowed."""
    audience, resource = fields.get("audience"), fields.get("resource")
    if audience is not None and resource not in (None, audience):
        raise InvalidTarget
    return resource if audience is None else audience
