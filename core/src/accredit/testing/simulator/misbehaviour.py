"""What a misbehaving provider does on the wire: one function a fault of `accredit.testing.simulator.faults`.

In all of them the body has been read: `receive` waits until the client hangs up.
"""

import asyncio
import functools
import gzip
import socket
import struct
import zlib
from collections.abc import Mapping

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BOMB_BYTES = 100 * 2**20
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
FLOODS: Mapping[str, tuple[bytes, bytes]] = {
    "informational": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "chunk-extensions": (_CHUNKED + b"2", b";name=value"),
    "trailers": (_CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Trailer: 1\r\n"),
}
"""Name → how the answer begins, and what it then repeats."""
_FLOOD_BYTES = 65_536
_FOLLOWED = b"accredit-followed"
"""A query parameter that our redirect adds: whoever follows gets the real answer, and is found out by it."""
_PNG = bytes.fromhex(  # one white pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)


def transport_of(send: Send) -> asyncio.Transport | None:
    """Return the TCP connection below `send`, None where there is none.

    ASGI has no word for it. The `send` of uvicorn is a method of the object that holds the connection.
    """
    transport: asyncio.Transport | None = getattr(getattr(send, "__self__", None), "transport", None)
    return transport


def _transport(send: Send) -> asyncio.Transport:
    transport = transport_of(send)
    if transport is None:
        raise RuntimeError("not served by uvicorn")
    return transport


async def late(app: ASGIApp, delay_ms: float, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer after a delay."""
    if not await _hangs_up_within(delay_ms / 1000, receive):
        await app(scope, receive, send)


async def reset(receive: Receive, send: Send) -> None:
    """Send RST instead of an answer."""
    transport = _transport(send)
    connection: socket.socket = transport.get_extra_info("socket")
    # Closing with a linger time of zero resets; otherwise it would be an orderly FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _hung_up(receive)


async def hang_up(receive: Receive, send: Send) -> None:
    """Close the connection in good order instead of answering."""
    _transport(send).close()
    await _hung_up(receive)


async def flood(name: str, receive: Receive, send: Send) -> None:
    """Send what is no body, as fast as it is read, and never anything else."""
    start, again = FLOODS[name]
    transport = _transport(send)
    transport.write(start)
    piece = again * (_FLOOD_BYTES // len(again))
    while not transport.is_closing():
        if transport.get_write_buffer_size() < _FLOOD_BYTES:
            transport.write(piece)
        if await _hangs_up_within(0.001, receive):
            return


async def truncated(app: ASGIApp, missing: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the whole answer under a `Content-Length` that promises `missing` bytes more, then close."""
    start, body = await _answer(app, scope, receive)
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    length = str(len(body) + missing).encode()
    await send({**start, "headers": [*headers, (b"content-length", length)]})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    _transport(send).close()
    await _hung_up(receive)


async def trickle(app: ASGIApp, pause_ms: float, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the answer byte by byte."""
    start, body = await _answer(app, scope, receive)
    await send(start)
    for byte in body:
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        if await _hangs_up_within(pause_ms / 1000, receive):
            return
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def packed(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the whole answer packed by gzip, whatever encodings were asked for."""
    start, body = await _answer(app, scope, receive)
    body = gzip.compress(body, mtime=0)
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    headers += [(b"content-encoding", b"gzip"), (b"content-length", str(len(body)).encode())]
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def endless(receive: Receive, send: Send) -> None:
    """Send JSON that never ends, as fast as it is read."""
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


async def redirect(app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, path: str) -> None:
    """Redirect to `path`, with the method and all parameters kept; answer who follows."""
    parameters = [part for part in scope["query_string"].split(b"&") if part]
    if _FOLLOWED in parameters:
        # The provider would refuse our parameter, or count it into a signature.
        parameters.remove(_FOLLOWED)
        await app({**scope, "query_string": b"&".join(parameters)}, receive, send)
        return
    target = f"{path}?{b'&'.join([*parameters, _FOLLOWED]).decode('latin-1')}"
    await RedirectResponse(target, 307)(scope, receive, send)


async def fixed_answer(name: str, number: int | None) -> Response:
    """Return the answer of a fault that is the same for every request."""
    match name:
        case "html":
            return HTMLResponse("<!DOCTYPE html><title>Just a moment...</title><p>Please wait.")
        case "wrong-type":
            return Response(_PNG, media_type="image/png")
        case "unavailable":
            headers = {} if number is None else {"Retry-After": str(number)}
            return HTMLResponse("<!DOCTYPE html><title>503 Service Unavailable</title>", 503, headers)
        case "error":
            return PlainTextResponse("Internal Server Error", 500)
        case "gzip-bomb":
            body = await asyncio.to_thread(_bomb)  # a fraction of a second, once
            return Response(body, media_type="application/json", headers={"Content-Encoding": "gzip"})
        case _:
            raise ValueError(f"no fixed answer for fault '{name}'")


@functools.cache
def _bomb() -> bytes:
    """Return valid JSON of 100 MiB, most of it spaces, in a thousandth of that."""
    compressor = zlib.compressobj(9, wbits=31)
    spaces = b" " * 2**20
    parts = [compressor.compress(spaces) for _ in range(BOMB_BYTES // len(spaces))]
    return b"".join([*parts, compressor.compress(b"{}"), compressor.flush()])


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """Return the real answer: the message that starts it, and its whole body."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


async def _hangs_up_within(seconds: float, receive: Receive) -> bool:
    """Wait, but no longer than the client does; tells whether it has hung up."""
    gone = asyncio.ensure_future(_hung_up(receive))
    try:
        done, _ = await asyncio.wait({gone}, timeout=seconds)
        return bool(done)
    finally:
        gone.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # nothing else is due
