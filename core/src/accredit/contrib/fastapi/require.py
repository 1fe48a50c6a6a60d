"""The dependency that lets a route be called with an access token of ours."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Security
from fastapi.requests import HTTPConnection
from fastapi.security import SecurityScopes

from accredit.asgi import authenticate_request
from accredit.contrib.fastapi.bearer import Bearer
from accredit.contrib.fastapi.refused import Refused
from accredit.errors import ExchangeError
from accredit.exchange.exchange import Exchange
from accredit.tokens.read import AccessToken

Requirement = Callable[..., Awaitable[AccessToken]]
"""What `Depends` takes: FastAPI calls it with what it asks for, and the route gets what it returns."""


def requirement(
    exchange: Exchange, bearer: Bearer, scope: str, *, audience: str | None, users_only: bool
) -> Requirement:
    """Return a dependency that asks for a live access token; see `Accredit.require`."""
    own = scope.split()

    async def access_token(
        connection: HTTPConnection,
        asked: SecurityScopes,
        _: Annotated[None, Security(bearer, scopes=own)],  # shown in OpenAPI, with the scopes
    ) -> AccessToken:
        # Those of `Security(accredit.require(…), scopes=[…])` count as well: FastAPI's own way of asking for scopes.
        needed = " ".join([*own, *asked.scopes])
        try:
            return await authenticate_request(
                exchange, connection.scope, needed, audience=audience, users_only=users_only
            )
        except ExchangeError as error:
            raise Refused(error) from error

    return access_token
