"""Bodies that arrive in pieces, slowly, or not at all: driven over bare ASGI."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from core.tests.bench import GOOD, URL, bench

from accredit import Exchange, create_app

BODY = json.dumps(GOOD).encode()
UNPARSABLE = {"error": "invalid_request", "error_description": "the request body could not be parsed"}


async def _answer(exchange: Exchange, receive: Callable[[], Awaitable[Any]], path: str = URL) -> tuple[int, Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await create_app(exchange)(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent[1:]))


def _receiving(messages: Iterable[dict[str, Any]]) -> Callable[[], Awaitable[Any]]:
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()  # and nothing ever comes
        return waiting.pop(0)

    return receive


def _chunk(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_in_many_chunks_is_put_together() -> None:
    chunks = [_chunk(BODY[at : at + 1]) for at in range(len(BODY))]
    async with bench() as wire:
        status, body = await _answer(wire.exchange, _receiving([*chunks, _chunk(b"", more=False)]))

        assert (status, body["token_type"]) == (200, "Bearer")


async def test_a_body_that_stalls_is_given_up() -> None:
    async with bench({"limits": {"body_timeout_s": 0.01}}) as wire:
        assert await _answer(wire.exchange, _receiving([_chunk(BODY)])) == (400, UNPARSABLE)
        assert (wire.event.reason, wire.event.detail) == ("malformed_body", "body did not arrive in time")
        wire.assert_untouched()


async def test_a_body_that_trickles_is_given_up_although_it_never_stalls() -> None:
    async def trickle() -> dict[str, Any]:
        await asyncio.sleep(0)
        return _chunk(b" ")

    async with bench({"limits": {"body_timeout_s": 0.01, "max_body_bytes": 10**9}}) as wire:
        assert await _answer(wire.exchange, trickle) == (400, UNPARSABLE)
        assert wire.event.detail == "body did not arrive in time"


async def test_an_endless_body_is_cut_at_the_limit() -> None:
    received = 0

    async def endless() -> dict[str, Any]:
        nonlocal received
        received += 1
        return _chunk(b"x" * 1000)

    async with bench({"limits": {"max_body_bytes": 5000}}) as wire:
        assert await _answer(wire.exchange, endless) == (400, UNPARSABLE)
        assert received == 6
        assert wire.event.detail == "body is too large"
        wire.assert_untouched()


async def test_a_client_that_goes_away_leaves_an_event() -> None:
    async with bench() as wire:
        await _answer(wire.exchange, _receiving([_chunk(BODY), {"type": "http.disconnect"}]))

        assert (wire.event.outcome, wire.event.reason, wire.event.status) == ("abandoned", "abandoned", 499)
        assert (wire.event.detail, wire.event.alert) == ("the client went away", False)
        [(level, line)] = wire.log.events()
        assert (level, line["event"], line["checks"]) == ("info", "exchange.abandoned", "parse:abandoned")
        wire.assert_untouched()


async def test_a_client_that_goes_away_elsewhere_leaves_an_event_too() -> None:
    async with bench() as wire:
        await _answer(wire.exchange, _receiving([_chunk(BODY), {"type": "http.disconnect"}]), path="/oauth/token")

        [(level, line)] = wire.log.events()
        assert (level, line["event"], line["reason"]) == ("info", "token.abandoned", "abandoned")


async def test_a_request_that_is_cancelled_while_it_arrives_leaves_an_event() -> None:
    async with bench() as wire:
        answering = asyncio.create_task(_answer(wire.exchange, _receiving([_chunk(BODY)])))
        await asyncio.sleep(0)  # it waits for the rest
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)

        assert answering.cancelled()
        assert (wire.event.outcome, wire.event.alert) == ("abandoned", False)
        wire.assert_untouched()


async def test_so_does_one_at_any_other_endpoint() -> None:
    async with bench() as wire:
        answering = asyncio.create_task(_answer(wire.exchange, _receiving([_chunk(BODY)]), path="/oauth/revoke"))
        await asyncio.sleep(0)  # it waits for the rest
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)

        assert answering.cancelled()
        [(level, line)] = wire.log.events()
        assert (level, line["event"], line["status"]) == ("info", "revocation.abandoned", 499)


async def test_the_app_opens_and_closes_the_exchange_it_serves() -> None:
    opened: list[str] = []

    class Spy(Exchange):
        async def open(self) -> None:
            opened.append("open")

        async def close(self) -> None:
            opened.append("close")

    async with bench() as wire:
        app = create_app(Spy(wire.exchange.settings.model_copy(update={"connections": {}})))
        async with app.router.lifespan_context(app):
            assert opened == ["open"]
        assert opened == ["open", "close"]
