"""Make a simulated provider misbehave, one token at a time.

A provider token may end in `~NAME` or `~NAME-NUMBER`, such as `EAAsim-good-ada~latency-200`. `Faults` finds the marker
in the request and misbehaves for that request alone; `plain` takes it off, so that the token stays the one it was.
"""

import itertools
import re
from collections.abc import Mapping
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accredit.testing.simulator import misbehaviour

FAULTS: Mapping[str, str] = {
    "latency": "Answers NUMBER milliseconds late, 200 by default.",
    "jitter": "Answers late by a different time for each request, at most NUMBER milliseconds, 200 by default.",
    "reset": "Resets the TCP connection instead of answering.",
    "truncated": "Announces NUMBER bytes more than it sends, 100 by default, and closes the connection.",
    "trickle": "Sends the answer byte by byte, one every NUMBER milliseconds, 100 by default.",
    "endless": "Sends a body that ends when the client hangs up.",
    "informational": "Sends `100 Continue` until the client hangs up.",
    "chunk-extensions": "Sends a chunk whose extensions end when the client hangs up.",
    "trailers": "Sends a whole body, and then trailers that end when the client hangs up.",
    "hang-up": "Hangs up instead of answering, in good order.",
    "gzip": "Packs the real answer by gzip, though nobody asked for that.",
    "gzip-bomb": "Sends a body of 100 kB that unpacks to 100 MiB.",
    "redirect": "Redirects to where the real answer is.",
    "html": "Answers 200 with a web page.",
    "wrong-type": "Answers 200 with an image.",
    "unavailable": "Answers 503; with NUMBER, `Retry-After` asks for that many seconds.",
    "error": "Answers 500 in plain text.",
}
"""Name → what a request with it gets."""

HARMLESS_FAULTS = frozenset({"gzip"})
"""With these the answer is still the good one."""

WIRE_FAULTS = frozenset({"reset", "truncated", "trickle", "endless", "hang-up", *misbehaviour.FLOODS})
"""These exist on a TCP connection only: they need `accredit.testing.serve`, and raise `FaultNeedsServer` without."""

_DEFAULTS = {"latency": 200, "jitter": 200, "truncated": 100, "trickle": 100}
# Nothing that a token can consist of may follow.
_MARKER = re.compile(rf"~(?P<name>{'|'.join(FAULTS)})(?:-(?P<number>[0-9]{{1,6}}))?(?![\w.~+/=-])")


class FaultNeedsServer(RuntimeError):
    """Say that a fault was asked for where there is no TCP connection to have it."""


def plain(token: str) -> str:
    """Return a provider token without its marker: the one to look up."""
    match = _MARKER.search(token)
    return token[: match.start()] if match and match.end() == len(token) else token


class Faults:
    """ASGI middleware, to be the outermost: misbehave as the token of a request says.

    The marker may be in the query, in `Authorization`, or in the body, percent-encoded or not. It may also end the
    path, which then goes on without it, for requests that carry no token: `jwks_url = ".../certs~reset"`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._turns = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        marker = _find(scope, body)
        if marker is None:
            await self.app(scope, _replay(body, receive), send)
            return
        name = marker["name"]
        if name in WIRE_FAULTS and misbehaviour.transport_of(send) is None:
            raise FaultNeedsServer(f"fault '{name}' needs real HTTP: serve the simulator with accredit.testing.serve")
        number = _DEFAULTS.get(name) if marker["number"] is None else int(marker["number"])

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(scope, _replay(body, receive), send)

        if name == "redirect":
            await misbehaviour.redirect(app, _without_marker(scope), receive, send, path=scope["path"])
            return
        await self._misbehave(name, number, app, _without_marker(scope), receive, send)

    async def _misbehave(
        self, name: str, number: int | None, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        match name:
            case "latency":
                await misbehaviour.late(app, number or 0, scope, receive, send)
            case "jitter":
                # Multiples of the golden ratio: spread evenly, never twice the same, and the same in every run.
                share = next(self._turns) * 0.618_033_988_749_895 % 1
                await misbehaviour.late(app, share * (number or 0), scope, receive, send)
            case "truncated":
                await misbehaviour.truncated(app, number or 0, scope, receive, send)
            case "trickle":
                await misbehaviour.trickle(app, number or 0, scope, receive, send)
            case "gzip":
                await misbehaviour.packed(app, scope, receive, send)
            case "reset":
                await misbehaviour.reset(receive, send)
            case "endless":
                await misbehaviour.endless(receive, send)
            case "hang-up":
                await misbehaviour.hang_up(receive, send)
            case _ if name in misbehaviour.FLOODS:
                await misbehaviour.flood(name, receive, send)
            case _:
                response = await misbehaviour.fixed_answer(name, number)
                await response(scope, receive, send)


async def _read(receive: Receive) -> bytes:
    """Return the whole body, so that `receive` has nothing more to tell than that the client has hung up."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    unread = [body]

    async def again() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return again


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for one, value in scope["headers"] if one == name), b"")


def _find(scope: Scope, body: bytes) -> re.Match[str] | None:
    for raw in (scope["query_string"], _header(scope, b"authorization"), body):
        if match := _MARKER.search(unquote_plus(raw.decode("latin-1"))):
            return match
    match = _MARKER.search(scope["path"])
    return match if match and match.end() == len(scope["path"]) else None


def _without_marker(scope: Scope) -> Scope:
    """Return the scope with a plain path, also where the marker that counts stands elsewhere."""
    path = plain(scope["path"])
    return scope if path == scope["path"] else {**scope, "path": path, "raw_path": path.encode()}
