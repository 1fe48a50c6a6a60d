"""The HTTP edge: an ASGI app, to mount in another app or to serve by itself, without a framework.

What hosts in Starlette and FastAPI get of their own kind, routes and responses, is in `accredit._starlette`, and loaded
when they ask for it.
"""

import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

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
from accredit.oauth.wire.mount import MountCheck, has_encoded_slash, metadata_path
from accredit.oauth.wire.paths import find_path, is_open
from accredit.provider.time_limit import TimeLimit
from accredit.settings import LimitSettings
from accredit.tokens.read import AccessToken

if TYPE_CHECKING:
    from starlette.responses import Response

    from accredit._starlette import Route

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PARTS = "path_params"
"""Where Starlette, and so FastAPI, puts what stands for the names of a route's path."""
_WITHOUT_CONTENT = frozenset({204, 304})
"""Answers that say nothing of a length. Source: RFC 9110 section 8.6."""


def create_app(exchange: Exchange, *, mounted_at: str | None = None) -> "App":
    """Return the endpoints of `exchange` as an ASGI app.

    Served by itself, the app opens and closes the exchange. Mounted in another app it does not, since frameworks
    run only the outer app's lifespan: open it there with `async with exchange`. The issuer is the public URL of the
    mount; a mismatch is logged with the first request, as `host.issuer_mismatch`. See `metadata_route` too.

    `mounted_at` is the path of the mount, such as `/login`, where the host does not say it as ASGI wants, in
    `root_path`: a dispatcher of your own that passes the whole path on; Litestar, which takes off the mount and adds a
    slash at the end. What a request asks for is then read in the path as it was sent.
    """
    return App(exchange, mounted_at=mounted_at)


class App:
    """The endpoints of an exchange, by their paths; made by `create_app`."""

    def __init__(self, exchange: Exchange, *, mounted_at: str | None) -> None:
        self._exchange = exchange
        self._mount = None if mounted_at is None else mounted_at.rstrip("/")
        self._edges = edges_of(exchange)
        self._edges.setdefault(*_metadata(exchange))
        self._check_mount = MountCheck(issuer=exchange.settings.issuer, report=self._report_mismatch)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or open and close the exchange. There are no websockets here."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        path, mount = _place(scope) if self._mount is None else _place_below(self._mount, scope)
        self._check_mount(mount)
        edge = None if has_encoded_slash(scope.get("raw_path")) else self._edges.get(path)
        if edge is None and not has_encoded_slash(scope.get("raw_path")) and (found := find_path(self._edges, path)):
            edge, scope = self._edges[found[0]], {**scope, PARTS: found[1]}
        try:
            answer = nothing_here() if edge is None else await edge.answer(scope, receive)
        except Exception as exc:
            reporter, compatibility = self._exchange.engine.reporter, self._exchange.settings.compatibility
            await _send(answer_to(exc, reporter=reporter, compatibility=compatibility), send)
            if isinstance(exc, LifecycleError):
                return
            raise
        await _send(answer, send)

    @property
    def paths(self) -> frozenset[str]:
        """The paths of the endpoints."""
        return frozenset(self._edges)

    @property
    def routes(self) -> "list[Route]":
        """The endpoints as routes of Starlette's, each with its path for a name: a host's metrics tell them apart."""
        from accredit._starlette import Route

        return [Route(path, edge, name=path) for path, edge in self._edges.items()]

    @property
    def router(self) -> "App":
        """The app, which has the `lifespan_context` that Starlette's routers have."""
        return self

    def lifespan_context(self, _: object) -> AbstractAsyncContextManager[object]:
        """Open the exchange for the length of a block, as a server does; for tests, which run none."""
        return self._exchange

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        state = "startup"
        try:
            async with self._exchange:
                await send({"type": "lifespan.startup.complete"})
                state = "shutdown"
                await receive()
        except BaseException:
            await send({"type": f"lifespan.{state}.failed", "message": traceback.format_exc()})
            raise
        await send({"type": "lifespan.shutdown.complete"})

    def _report_mismatch(self, root_path: str, advice: str) -> None:
        issuer = self._exchange.settings.issuer
        self._exchange.engine.reporter.emit(operations.issuer_mismatch(issuer, root_path, advice))


def _place(scope: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a request asks for, below the mount, and the mount. Source: ASGI, `path` and `root_path`.

    Servers that have a root path of their own begin the path with it; some test clients do not.
    """
    path, mount = scope["path"], scope.get("root_path", "")
    if mount and (path == mount or path.startswith(f"{mount.rstrip('/')}/")):
        return path[len(mount.rstrip("/")) :], mount
    return path, mount


def _place_below(mount: str, scope: Mapping[str, Any]) -> tuple[str, str]:
    """Do the same where the host does not say that there is a `mount`; see `create_app`."""
    sent = scope.get("raw_path")
    path = scope["path"] if sent is None else unquote(sent.decode("latin-1"))
    outer = scope.get("root_path", "").removesuffix(mount)
    whole = path if path.startswith(f"{outer}{mount}/") else f"{outer}{path}"
    return _place({"path": whole, "root_path": f"{outer}{mount}"})


def metadata_route(exchange: Exchange) -> "Route":
    """Return the route of the authorization server's metadata at the root of the host, to add to the host's own routes.

    Of an issuer with a path, as a mounted app has, clients look for the metadata not below that path but at the root:
    `https://shop.example.com/login/` has them at `/.well-known/oauth-authorization-server/login`. Source: RFC 8414
    section 3.1.

    It is a route of Starlette's; for other frameworks, `path` and `app` are what it consists of.
    """
    from accredit._starlette import Route

    path, edge = _metadata(exchange)
    return Route(path, edge, methods=["GET"], name=path)


def _metadata(exchange: Exchange) -> "tuple[str, Edge]":
    document = Document(discovery_of(exchange).configuration)
    return metadata_path(exchange.settings.issuer), edge_of(exchange, document)


def edges_of(exchange: Exchange) -> "dict[str, Edge]":
    """Return the edges of all endpoints, by their paths."""
    return {path: edge_of(exchange, respond, path) for path, respond in responders(exchange).items()}


def edge_of(exchange: Exchange, respond: Respond, path: str = "") -> "Edge":
    """Return the edge of one endpoint of an exchange, whose path may have names in it."""
    kind = OpenEdge if is_open(path) else Edge
    return kind(respond, exchange.settings.limits, exchange.engine.caller_address)


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


class Edge:
    """An ASGI app for one path: a call in, its answer out."""

    def __init__(self, respond: Respond, limits: LimitSettings, caller_address: CallerAddress) -> None:
        self._respond = respond
        self._limits = limits
        self._max_body_bytes = limits.max_body_bytes
        self._body_time = TimeLimit(limits.body_timeout_s)
        self._caller_address = caller_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await _send(await self.answer(scope, receive), send)

    def answer(self, scope: Scope, receive: Receive) -> Awaitable[Answer]:
        """Return the answer to one request, for a framework that sends it itself."""
        headers = list(scope["headers"])  # they may come as what can be read only once
        client = scope.get("client")
        return self._respond(
            Call(
                method=scope["method"],
                header=partial(_header, dict(reversed(headers))),
                read=partial(_read_body, receive, self._max_body_bytes, self._body_time),
                address=self._caller_address(client[0] if client else "", partial(_forwarded, headers)),
            )
        )


class OpenEdge(Edge):
    """The same for a path with names in it, for which `scope["path_params"]` has what was asked for."""

    def answer(self, scope: Scope, receive: Receive) -> Awaitable[Answer]:
        """Return the answer to one request."""
        parts, query = scope.get(PARTS) or {}, scope.get("query_string", b"").decode("latin-1")
        respond = self._respond

        def placed(call: Call) -> Awaitable[Answer]:
            return respond(call._replace(parts=parts, query=query))

        return Edge(placed, self._limits, self._caller_address).answer(scope, receive)


def _header(headers: Mapping[bytes, bytes], name: str) -> str:
    """Return one header; see `Call.header`."""
    return headers.get(name.encode("latin-1"), b"").decode("latin-1")


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]


async def _read_body(receive: Receive, most: int, time_limit: TimeLimit) -> bytes:
    """Return the whole body; see `Call.read`."""
    body = bytearray()
    try:
        with time_limit.block():
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Abandoned("the client went away")
                body += message.get("body", b"")
                if len(body) > most:
                    raise MalformedBody("body is too large")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise MalformedBody("body did not arrive in time") from None
    except Exception as exc:
        # Of a middleware of the host's, which counts the bytes, too: frameworks' refusals have a status.
        if isinstance(getattr(exc, "status_code", None), int):
            raise MalformedBody("body is refused by the host") from None
        raise


async def _send(answer: Answer, send: Send) -> None:
    headers = list(_encoded(tuple(answer.headers.items())))
    if answer.status not in _WITHOUT_CONTENT:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


@lru_cache(maxsize=256)  # nearly all answers have the same few
def _encoded(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)


def response_of(answer: Answer) -> "Response":
    """Return an answer as Starlette and FastAPI have it."""
    from starlette.responses import Response

    return Response(answer.body, answer.status, answer.headers)
