"""The HTTP edge: a Starlette app, to mount in another app or to serve by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.routing import Route as AnyRoute
from starlette.types import Scope

from accredit._guard import place_of
from accredit.audit import operations
from accredit.errors import InternalFailure, LifecycleError, NotOpen
from accredit.exchange.exchange import Exchange
from accredit.oauth.access_token import AccessTokenEndpoint
from accredit.oauth.client.authentication import ClientAuthentication
from accredit.oauth.discovery import Discovery
from accredit.oauth.health import Health
from accredit.oauth.introspect import Introspection
from accredit.oauth.revoke import Revocation
from accredit.oauth.token import Token
from accredit.oauth.tokeninfo import Tokeninfo
from accredit.oauth.userinfo import UserinfoEndpoint
from accredit.oauth.wire.answer import refusal
from accredit.oauth.wire.endpoint import PostEndpoint
from accredit.oauth.wire.mount import MountCheck, path_of


def create_app(exchange: Exchange) -> Starlette:
    """Return the endpoints of `exchange` as an ASGI app.

    Served by itself, the app opens and closes the exchange. Mounted in another app it does not, since frameworks
    run only the outer app's lifespan: open it there with `async with exchange`. The issuer is the public URL of the
    mount; a mismatch is logged with the first request, as `host.issuer_mismatch`. See `metadata_route` too.
    """
    discovery, health = Discovery(exchange), Health(exchange)
    authentication = ClientAuthentication(exchange)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with exchange:
            yield

    async def not_open(_: Request, mistake: Exception) -> Response:
        exchange.engine.reporter.emit(operations.not_open(str(mistake)))
        return refusal(NotOpen(str(mistake)), exchange.settings.compatibility)

    async def unforeseen(_: Request, exc: Exception) -> Response:
        # The endpoints tell of their own errors. Of this one nothing but its place: its message may quote a secret.
        failure = InternalFailure(place_of(exc))
        exchange.engine.reporter.emit(operations.request_failed(failure))
        return refusal(failure, exchange.settings.compatibility)

    app = Starlette(
        routes=[
            Route("/oauth/access_token", AccessTokenEndpoint(exchange)),
            Route("/oauth/token", PostEndpoint(exchange, "token", Token(exchange, authentication))),
            Route("/oauth/revoke", PostEndpoint(exchange, "revocation", Revocation(exchange, authentication))),
            Route(
                "/oauth/introspect", PostEndpoint(exchange, "introspection", Introspection(exchange, authentication))
            ),
            Route("/userinfo", UserinfoEndpoint(exchange)),
            Route("/tokeninfo", PostEndpoint(exchange, "tokeninfo", Tokeninfo(exchange))),
            Route("/healthz", health.healthz),
            Route("/readyz", health.readyz),
            Route("/.well-known/jwks.json", discovery.jwks),
            Route("/.well-known/openid-configuration", discovery.configuration),
            Route("/.well-known/oauth-authorization-server", discovery.configuration),
            metadata_route(exchange),
        ],
        middleware=[
            Middleware(
                MountCheck,
                issuer=exchange.settings.issuer,
                report=partial(_report_mismatch, exchange),
            )
        ],
        exception_handlers={HTTPException: _http_error, LifecycleError: not_open, Exception: unforeseen},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


class Route(AnyRoute):
    """A path for which `%2F` is no slash, though the server has decoded it in `path`. Source: RFC 3986 section 2.2.

    A proxy that guards a path by its letters would let `/oauth%2Ftoken` through.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match the path, unless a slash in it is encoded."""
        if b"%2f" in scope.get("raw_path", b"").lower():
            return Match.NONE, {}
        return super().matches(scope)


def metadata_route(exchange: Exchange) -> Route:
    """Return the route of the authorization server's metadata at the root of the host, to add to the host's own routes.

    Of an issuer with a path, as a mounted app has, clients look for the metadata not below that path but at the root:
    `https://shop.example.com/login/` has them at `/.well-known/oauth-authorization-server/login`. Source: RFC 8414
    section 3.1.
    """
    path = f"/.well-known/oauth-authorization-server{path_of(exchange.settings.issuer)}"
    return Route(path, Discovery(exchange).configuration)


def _report_mismatch(exchange: Exchange, root_path: str, advice: str) -> None:
    exchange.engine.reporter.emit(operations.issuer_mismatch(exchange.settings.issuer, root_path, advice))


async def _http_error(_: Request, exc: Exception) -> Response:
    status = exc.status_code if isinstance(exc, HTTPException) else 500
    error = {404: "not_found", 405: "method_not_allowed"}.get(status, "invalid_request")
    headers = exc.headers if isinstance(exc, HTTPException) else None
    return JSONResponse({"error": error, "error_description": "no such endpoint or method"}, status, headers)
