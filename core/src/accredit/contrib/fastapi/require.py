"""The dependency that lets a route be called with an access token of ours."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Never

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


class _WithBrackets:
    """Tell of `Depends(accredit.require)`: it would be called with what the URL says, and look at no token."""

    def __get_pydantic_core_schema__(self, *_: object) -> Never:
        raise TypeError("write Depends(accredit.require()), with brackets: without them no token is asked for")


NeededScope = Annotated[str, _WithBrackets()]
"""Scopes, separated by spaces, as an argument that FastAPI must not read from a request."""


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
