"""The HTTP edge: a Starlette app, to mount in another app or to serve by itself. No other file knows Starlette."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.routing import Route as AnyRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from accredit.audit import operations
from accredit.errors import Abandoned, ExchangeError, InvalidToken, LifecycleError, MalformedBody
from accredit.exchange.exchange import Exchange
from accredit.limits.caller import CallerAddress
from accredit.oauth.endpoints import discovery_of, responders
from accredit.oauth.wire.answer import Answer, nothing_here, refusal
from accredit.oauth.wire.bearer import shown_token
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.endpoint import Respond
from accredit.oauth.wire.failures import answer_to
from accredit.oauth.wire.methods import Document
from accredit.oauth.wire.mount import MountCheck, metadata_path
from accredit.settings import LimitSettings
from accredit.tokens.read import AccessToken

_WITHOUT_CONTENT = frozenset({204, 304})
"""Answers that say nothing of a length. Source: RFC 9110 section 8.6."""

_NOT_TAKEN = "Accredit's answer was not taken by what is in front of it."
"""Such as a middleware of the host's that bounds bodies and has answered by itself: no failure of ours."""


def create_app(exchange: Exchange, *, mounted_at: str | None = None) -> Starlette:
    """Return the endpoints of `exchange` as an ASGI app.

    Served by itself, the app opens and closes the exchange. Mounted in another app it does not, since frameworks
    run only the outer app's lifespan: open it there with `async with exchange`. The issuer is the public URL of the
    mount; a mismatch is logged with the first request, as `host.issuer_mismatch`. See `metadata_route` too.

    `mounted_at` is the path of the mount, such as `/login`, where the host does not say it as ASGI wants, in
    `root_path`: a dispatcher of your own that passes the whole path on; Litestar, which takes off the mount and adds a
    slash at the end. What a request asks for is then read in the path as it was sent.
    """
    settings, reporter = exchange.settings, exchange.engine.reporter

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with exchange:
            yield

    async def failed(_: Request, exc: Exception) -> Response:
        if _NOT_TAKEN in getattr(exc, "__notes__", ()):
            return Response(status_code=500)  # nobody gets it: an answer has begun already
        return response_of(answer_to(exc, reporter=reporter, compatibility=settings.compatibility))

    def report_mismatch(root_path: str, advice: str) -> None:
        reporter.emit(operations.issuer_mismatch(settings.issuer, root_path, advice))

    app = Starlette(
        routes=[
            *(Route(path, Edge(respond, settings.limits), name=path) for path, respond in responders(exchange).items()),
            metadata_route(exchange),
        ],
        middleware=[
            *([Middleware(_MountedAt, path=mounted_at.rstrip("/"))] if mounted_at is not None else ()),
            Middleware(_Arrival, check=MountCheck(issuer=settings.issuer, report=report_mismatch)),
        ],
        exception_handlers={HTTPException: _http_error, LifecycleError: failed, Exception: failed},
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
        return (Match.NONE, {}) if has_encoded_slash(scope) else super().matches(scope)


def has_encoded_slash(scope: Scope) -> bool:
    """Tell whether the path was sent with a `%2F`; see `Route`."""
    raw_path = scope.get("raw_path") or b""  # servers that do not have it may say None
    return b"%2f" in raw_path.lower()


def metadata_route(exchange: Exchange) -> Route:
    """Return the route of the authorization server's metadata at the root of the host, to add to the host's own routes.

    Of an issuer with a path, as a mounted app has, clients look for the metadata not below that path but at the root:
    `https://shop.example.com/login/` has them at `/.well-known/oauth-authorization-server/login`. Source: RFC 8414
    section 3.1.
    """
    path = metadata_path(exchange.settings.issuer)
    respond = Document(discovery_of(exchange).configuration)
    return Route(path, Edge(respond, exchange.settings.limits), methods=["GET"], name=path)


async def authenticate_request(
    exchange: Exchange,
    scope: Mapping[str, Any],
    needed: str = "",
    *,
    audience: str | None = None,
    users_only: bool = False,
) -> AccessToken:
    """Return what the access token of a request says, for a route of the host's in any ASGI framework.

    `scope` is ASGI's: `request.scope`. `needed` are the scopes that the token must have, separated by spaces;
    `audience` is as in `Exchange.authenticate`. `users_only` refuses what clients got for themselves.

    Raises:
        InvalidToken: there is no good token; `challenge` says it as RFC 6750 section 3 asks.
        InsufficientScope: it lacks a scope.
        TwoTokens: there is more than one header `Authorization`.
        StorageFailed: nobody can tell.
    """
    shown = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"authorization"]
    found = await exchange.authenticate(shown_token(shown), audience=audience, scope=needed)
    if users_only and not found.is_of_a_user:
        raise InvalidToken("the token is a client's own")
    return found


def refusal_of(exchange: Exchange, error: ExchangeError) -> Answer:
    """Return the contract's answer to what was refused in a route of the host's: status, headers and body."""
    return refusal(error, exchange.settings.compatibility)


class _MountedAt:
    """Say of a request where the mount is, as ASGI wants it: `path` whole, and its beginning in `root_path`."""

    def __init__(self, app: ASGIApp, *, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what arrives, with its path put right."""
        if scope["type"] == "http":
            sent = scope.get("raw_path")
            path = scope["path"] if sent is None else unquote(sent.decode("latin-1"))
            outer = scope.get("root_path", "").removesuffix(self._path)
            # Servers that have a root path of their own begin the path with it; some test clients do not.
            whole = path if path.startswith(f"{outer}{self._path}/") else f"{outer}{path}"
            scope = {**scope, "path": whole, "root_path": f"{outer}{self._path}"}
        await self._app(scope, receive, send)


class _Arrival:
    """Let the path of the mount be looked at with the first request, whatever it asks for."""

    def __init__(self, app: ASGIApp, *, check: MountCheck) -> None:
        self._app = app
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what arrives, as it is."""
        if scope["type"] == "http":
            self._check(scope.get("root_path", ""))
        await self._app(scope, receive, send)


class Edge:
    """An ASGI app for one path: a call in, its answer out."""

    def __init__(self, respond: Respond, limits: LimitSettings) -> None:
        self._respond = respond
        self._limits = limits
        self._caller_address = CallerAddress(limits.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await _send(await self.answer(scope, receive), send)

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Return the answer to one request, for a framework that sends it itself."""
        headers = list(scope["headers"])  # they may come as what can be read only once
        client = scope.get("client")
        return await self._respond(
            Call(
                method=scope["method"],
                header=partial(_header, headers),
                read=partial(_read_body, receive, self._limits),
                address=self._caller_address(client[0] if client else "", partial(_forwarded, headers)),
            )
        )


def _header(headers: Iterable[tuple[bytes, bytes]], name: str) -> str:
    """Return one header; see `Call.header`. Most calls ask for three of a dozen or more."""
    wanted = name.encode("latin-1")
    for found, value in headers:
        if found == wanted:
            return value.decode("latin-1")
    return ""


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]


async def _read_body(receive: Receive, limits: LimitSettings) -> bytes:
    """Return the whole body; see `Call.read`."""
    body, more = bytearray(), True
    try:
        async with asyncio.timeout(limits.body_timeout_s):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Abandoned("the client went away")
                body += message.get("body", b"")
                if len(body) > limits.max_body_bytes:
                    raise MalformedBody("body is too large")
                more = message.get("more_body", False)
    except TimeoutError:
        raise MalformedBody("body did not arrive in time") from None
    except HTTPException:  # of a middleware of the host's, which counts the bytes, too
        raise MalformedBody("body is refused by the host") from None
    return bytes(body)


async def _send(answer: Answer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.status not in _WITHOUT_CONTENT:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})
    except Exception as exc:
        exc.add_note(_NOT_TAKEN)
        raise


def response_of(answer: Answer) -> Response:
    """Return an answer as Starlette and FastAPI have it."""
    return Response(answer.body, answer.status, answer.headers)


async def _http_error(_: Request, exc: Exception) -> Response:
    status = exc.status_code if isinstance(exc, HTTPException) else 500
    headers = exc.headers if isinstance(exc, HTTPException) else None
    return response_of(nothing_here(status, headers))
