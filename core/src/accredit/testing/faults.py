"""Make a simulated provider misbehave, one token at a time.

A provider token may end in `~NAME` or `~NAME-NUMBER`, such as `EAAsim-good-ada~latency-200`. `Faults` finds the marker
in the request and misbehaves for that request alone; `plain` takes it off, so that the token stays the one it was.
"""

import asyncio
import functools
import itertools
import re
import socket
import struct
import zlib
from collections.abc import Callable, Mapping
from urllib.parse import unquote_plus

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FAULTS: Mapping[str, str] = {
    "latency": "Answers NUMBER milliseconds late, 200 by default.",
    "jitter": "Answers late by a different time for each request, at most NUMBER milliseconds, 200 by default.",
    "reset": "Resets the TCP connection instead of answering.",
    "truncated": "Announces NUMBER bytes more than it sends, 100 by default, and closes the connection.",
    "trickle": "Sends the answer byte by byte, one every NUMBER milliseconds, 100 by default.",
    "endless": "Sends a body that ends when the client hangs up.",
    "gzip-bomb": "Sends a body of 100 kB that gunzips to 100 MiB.",
    "redirect": "Redirects to where the real answer is.",
    "html": "Answers 200 with a web page.",
    "wrong-type": "Answers 200 with an image.",
    "unavailable": "Answers 503; with NUMBER, `Retry-After` says so many seconds.",
    "error": "Answers 500 in plain text.",
}
"""Name → what a request with it gets."""

WIRE_FAULTS = frozenset({"reset", "truncated", "trickle", "endless"})
"""These exist on a TCP connection only: they need `accredit.testing.serve`, and raise `FaultNeedsServer` without."""

BOMB_BYTES = 100 * 2**20
_FOLLOWED = b"accredit-followed"
"""A query parameter that our redirect adds: whoever follows gets the real answer, and is found out by it."""
_FORM = b"application/x-www-form-urlencoded"
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "050001a5f645400000000049454e44ae426082"
)
_MARKER = re.compile(rf"~(?P<name>{'|'.join(FAULTS)})(?:-(?P<number>[0-9]{{1,6}}))?(?![\w.~+/=-])")


class FaultNeedsServer(RuntimeError):
    """Say that a fault was asked for where there is no TCP connection to have it."""


def plain(token: str) -> str:
    """Return a provider token without its marker: the one to look up."""
    match = _MARKER.search(token)
    return token[: match.start()] if match and match.end() == len(token) else token


class Faults:
    """ASGI middleware, to be the outermost: misbehave as the token of a request says.

    The marker may be in the query, in `Authorization`, or in a form body, percent-encoded or not. It may also end the
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
        body, receive = await _read_form(scope, receive)
        marker = _find(scope, body)
        if marker is None:
            await self.app(scope, receive, send)
            return
        name, number = marker["name"], marker["number"]
        scope = _without(scope, marker[0])
        if name in WIRE_FAULTS and _transport(send) is None:
            raise FaultNeedsServer(f"fault '{name}' needs real HTTP: serve the simulator with accredit.testing.serve")
        await self._misbehave(name, None if number is None else int(number), scope, receive, send)

    async def _misbehave(self, name: str, number: int | None, scope: Scope, receive: Receive, send: Send) -> None:
        match name:
            case "latency":
                await self._late(_default(number, 200), scope, receive, send)
            case "jitter":
                # Multiples of the golden ratio: spread evenly, never twice the same, and the same in every run.
                share = next(self._turns) * 0.618_033_988_749_895 % 1
                await self._late(share * _default(number, 200), scope, receive, send)
            case "reset":
                await _reset(receive, send)
            case "truncated":
                start, body = await self._answer(scope, receive)
                await _truncated(start, body, _default(number, 100), receive, send)
            case "trickle":
                start, body = await self._answer(scope, receive)
                await _trickle(start, body, _default(number, 100) / 1000, receive, send)
            case "endless":
                await _endless(receive, send)
            case "redirect" if not _has_followed(scope):
                await RedirectResponse(_target(scope), 307)(scope, receive, send)
            case "redirect":
                await self.app(_without_parameter(scope), receive, send)
            case _:
                response = await _fixed(name, number)
                await response(scope, receive, send)

    async def _late(self, delay_ms: float, scope: Scope, receive: Receive, send: Send) -> None:
        if not await _hangs_up_within(delay_ms / 1000, receive):
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """Return the real answer: the message that starts it, and its whole body."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


def _default(number: int | None, default: int) -> int:
    return default if number is None else number


# -- finding the marker, and taking it off


async def _read_form(scope: Scope, receive: Receive) -> tuple[bytes, Receive]:
    """Return a form's body, and what gives it again to the app."""
    if not _header(scope, b"content-type").startswith(_FORM):
        return b"", receive
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    unread = [bytes(body)]

    async def again() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return bytes(body), again


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for one, value in scope["headers"] if one == name), b"")


def _find(scope: Scope, body: bytes) -> re.Match[str] | None:
    for raw in (scope["query_string"], _header(scope, b"authorization"), body):
        if match := _MARKER.search(unquote_plus(raw.decode("latin-1"))):
            return match
    match = _MARKER.search(scope["path"])
    return match if match and match.end() == len(scope["path"]) else None


def _without(scope: Scope, marker: str) -> Scope:
    if not scope["path"].endswith(marker):
        return scope
    path = scope["path"].removesuffix(marker)
    return {**scope, "path": path, "raw_path": path.encode()}


# -- the faults themselves


def _transport(send: Send) -> asyncio.Transport | None:
    """Return the TCP connection below `send`. ASGI has no word for it; uvicorn's `send` is a method of who has it."""
    transport: asyncio.Transport | None = getattr(getattr(send, "__self__", None), "transport", None)
    return transport


def _served(send: Send) -> asyncio.Transport:
    transport = _transport(send)
    assert transport is not None  # noqa: S101 - `Faults` has asked before
    return transport


async def _hangs_up_within(seconds: float, receive: Receive) -> bool:
    """Wait, but no longer than the client does; tells whether it has hung up."""
    gone = asyncio.ensure_future(_hung_up(receive))
    try:
        return bool((await asyncio.wait({gone}, timeout=seconds))[0])
    finally:
        gone.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # a body that nobody reads


async def _reset(receive: Receive, send: Send) -> None:
    transport = _served(send)
    connection: socket.socket = transport.get_extra_info("socket")
    # Closing with a linger time of zero sends RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _hung_up(receive)


async def _truncated(start: Message, body: bytes, missing: int, receive: Receive, send: Send) -> None:
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    length = str(len(body) + missing).encode()
    await send({**start, "headers": [*headers, (b"content-length", length)]})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    _served(send).close()
    await _hung_up(receive)


async def _trickle(start: Message, body: bytes, pause_s: float, receive: Receive, send: Send) -> None:
    await send(start)
    for byte in body:
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        if await _hangs_up_within(pause_s, receive):
            return
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _endless(receive: Receive, send: Send) -> None:
    gone = asyncio.ensure_future(_hung_up(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        chunk = b'{"name": "'
        while not gone.done():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await asyncio.sleep(0)
            chunk = b"a" * 16_384
    finally:
        gone.cancel()


async def _fixed(name: str, number: int | None) -> Response:
    fixed: Mapping[str, Callable[[], Response]] = {
        "html": lambda: HTMLResponse("<!DOCTYPE html><title>Just a moment...</title><p>Please wait."),
        "wrong-type": lambda: Response(_PNG, media_type="image/png"),
        "unavailable": lambda: HTMLResponse(
            "<!DOCTYPE html><title>503</title>", 503, {} if number is None else {"Retry-After": str(number)}
        ),
        "error": lambda: PlainTextResponse("Internal Server Error", 500),
    }
    if name in fixed:
        return fixed[name]()
    body = await asyncio.to_thread(_bomb)  # a fraction of a second, once
    return Response(body, media_type="application/json", headers={"Content-Encoding": "gzip"})


@functools.cache
def _bomb() -> bytes:
    """Return valid JSON of 100 MiB, most of it spaces, compressed a thousandfold."""
    compressor = zlib.compressobj(9, wbits=31)
    spaces = b" " * 2**20
    parts = [compressor.compress(spaces) for _ in range(BOMB_BYTES // len(spaces))]
    return b"".join([*parts, compressor.compress(b"{}"), compressor.flush()])


def _target(scope: Scope) -> str:
    query = b"&".join(part for part in (scope["query_string"], _FOLLOWED) if part)
    return f"{scope['path']}?{query.decode('latin-1')}"


def _has_followed(scope: Scope) -> bool:
    return _FOLLOWED in scope["query_string"].split(b"&")


def _without_parameter(scope: Scope) -> Scope:
    """Take our parameter off again: the provider would refuse it, or count it into a signature."""
    kept = b"&".join(part for part in scope["query_string"].split(b"&") if part != _FOLLOWED)
    return {**scope, "query_string": kept}
