"""The endpoints as a FastAPI router: shown in the host's OpenAPI, and answered by the wire alone."""

from collections.abc import Callable
from itertools import groupby
from types import MethodType
from typing import Any, cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from accredit.asgi import Edge, edge_of, edges_of, response_of
from accredit.contrib.fastapi.bearer import Bearer
from accredit.exchange.exchange import Exchange
from accredit.oauth.openapi import OPERATIONS, Operation
from accredit.oauth.wire.answer import Answer, nothing_here
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.failures import answer_to
from accredit.oauth.wire.mount import has_encoded_slash
from accredit.oauth.wire.paths import path_with


def make_router(exchange: Exchange, bearer: Bearer, *, arrived: Callable[[str], None]) -> APIRouter:
    """Return the endpoints of `exchange`. `arrived` is told of the path that each request found them below."""
    router = APIRouter(tags=["oauth"], route_class=EndpointRoute, default_response_class=Response)
    edges = edges_of(exchange)
    for path, operations in groupby(OPERATIONS, key=lambda operation: operation.path):
        *others, last = operations
        for operation in (*others, last):
            endpoint = Endpoint(exchange, edges[path], path, arrived=arrived, takes_the_rest=operation is last)
            _add(router, operation, endpoint, bearer)
        _refuse_slash(router, path, Endpoint(exchange, edge_of(exchange, _nothing), f"{path}/", arrived=arrived))
    return router


def _refuse_slash(router: APIRouter, path: str, endpoint: "Endpoint") -> None:
    """Let a path with a slash at its end be a 404.

    FastAPI would redirect the client, tokens and all, to what it takes for its own address: without TLS, where it does
    not believe the proxy in front.
    """
    router.add_api_route(f"{path}/", endpoint.answer, methods=["GET"], name=f"{path}/", include_in_schema=False)


async def _nothing(_: Call) -> Answer:
    return nothing_here()


def _add(router: APIRouter, operation: Operation, endpoint: "Endpoint", bearer: Bearer) -> None:
    more: dict[str, Any] = {"requestBody": operation.request_body} if operation.request_body else {}
    if operation.parameters:
        more["parameters"] = operation.parameters
    router.add_api_route(
        operation.path,
        endpoint.answer,
        methods=[operation.method],
        name=operation.name,
        summary=operation.summary,
        description=operation.description,
        response_model=None,
        responses=operation.responses,
        dependencies=[Depends(bearer)] if operation.takes_bearer else [],
        openapi_extra=more or None,
    )


class Endpoint:
    """What answers at one path. FastAPI reads no parameter and no body of it."""

    def __init__(
        self, exchange: Exchange, edge: Edge, path: str, *, arrived: Callable[[str], None], takes_the_rest: bool = True
    ) -> None:
        self._exchange = exchange
        self._path = path
        self._arrived = arrived
        self.edge = edge
        self.takes_the_rest = takes_the_rest
        """Methods that no operation of this path has are answered here, too."""

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        self._arrived(_mount_of(request.scope, path_with(self._path, request.path_params)))
        try:
            answer = await self.edge.answer(request.scope, _body_of(request))
        except Exception as exc:  # what no endpoint has foreseen is answered as `create_app` does
            exchange = self._exchange
            answer = answer_to(exc, reporter=exchange.engine.reporter, compatibility=exchange.settings.compatibility)
        return response_of(answer)


class EndpointRoute(APIRoute):
    """A route that leaves to its endpoint what FastAPI would answer by itself."""

    @property
    def _endpoint(self) -> Endpoint:
        # FastAPI makes routes of routes, and of all that was given with one it is the function that stays the same.
        return cast("Endpoint", cast("MethodType", self.endpoint).__self__)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match every method, if no other route of the path does; and no path with an encoded slash."""
        if has_encoded_slash(scope.get("raw_path")):
            return Match.NONE, {}
        match, found = super().matches(scope)
        return (Match.FULL if match is Match.PARTIAL and self._endpoint.takes_the_rest else match), found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: with the host's dependencies where it is an operation's, and without where it is not.

        A preflight has no cookie and no token to show them; and whoever comes by a wrong method is told so.
        """
        methods = self.methods or ()
        if scope["method"] == "HEAD" and "GET" in methods:
            scope = {**scope, "method": "GET"}  # the server leaves out the body
        if scope["method"] in methods:
            await super().handle(scope, receive, send)
        else:
            await self._endpoint.edge(scope, receive, send)


def _mount_of(scope: Scope, path: str) -> str:
    """Return the path that the endpoints are below, whether or not the server's `path` holds its `root_path`."""
    root_path: str = scope.get("root_path", "")
    whole: str = scope["path"]
    if not whole.startswith(root_path):
        whole = root_path + whole
    return whole.removesuffix(path)


def _body_of(request: Request) -> Receive:
    """Return what receives the body: from the request, since a dependency of the host's may have read it."""
    parts = request.stream()

    async def receive() -> Message:
        try:
            part = await anext(parts, b"")  # an empty one is the last
        except ClientDisconnect:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(part)}

    return receive
