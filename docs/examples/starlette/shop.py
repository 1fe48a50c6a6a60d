"""A shop in Starlette whose users log in with Facebook, and whose API takes the tokens they get for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from accredit import Exchange, ExchangeError, Settings, create_app, load_settings, metadata_route
from accredit.asgi import authenticate_request, refusal_of, response_of


def create_shop(settings: Settings | None = None, **parts: Any) -> Starlette:
    """Return the app. Its tests hand in `settings` and `parts`; without them accredit.toml says everything."""
    exchange = Exchange(settings or load_settings("accredit.toml"), **parts)

    async def orders(request: Request) -> Response:
        token = await authenticate_request(exchange, request.scope, "read:orders", users_only=True)
        return JSONResponse({"orders of": token.subject})

    async def refused(_: Request, error: Any) -> Response:
        return response_of(refusal_of(exchange, error))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with exchange:
            yield

    return Starlette(
        routes=[Route("/orders", orders), metadata_route(exchange), Mount("/login", create_app(exchange))],
        exception_handlers={ExchangeError: refused},
        lifespan=lifespan,
    )
