"""A shop in Litestar whose users log in with Facebook, and whose API takes the tokens they get for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, asgi, get
from litestar.di import NamedDependency, Provide

from accredit import AccessToken, Exchange, ExchangeError, Settings, create_app, load_settings, metadata_route
from accredit.asgi import authenticate_request, refusal_of


def create_shop(settings: Settings | None = None, **parts: Any) -> Litestar:
    """Return the app. Its tests hand in `settings` and `parts`; without them accredit.toml says everything."""
    exchange = Exchange(settings or load_settings("accredit.toml"), **parts)
    metadata = metadata_route(exchange)

    async def buyer(request: Request[Any, Any, Any]) -> AccessToken:
        return await authenticate_request(exchange, request.scope, "read:orders", users_only=True)

    @get("/orders", dependencies={"token": Provide(buyer)})
    async def orders(token: NamedDependency[AccessToken]) -> dict[str, str]:
        return {"orders of": token.subject}

    def refused(_: Request[Any, Any, Any], error: ExchangeError) -> Response[bytes]:
        answer = refusal_of(exchange, error)
        return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with exchange:
            yield

    return Litestar(
        route_handlers=[
            orders,
            asgi("/login", is_mount=True, copy_scope=True)(create_app(exchange, mounted_at="/login")),
            asgi(metadata.path, copy_scope=True)(metadata.app),
        ],
        exception_handlers={ExchangeError: refused},
        lifespan=[lifespan],
    )
