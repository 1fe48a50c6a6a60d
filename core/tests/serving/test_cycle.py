"""What an app gets of a request, and what becomes of what it sends."""

import asyncio
import logging
from typing import Any, cast

import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from accredit.serving.cycle import Cycle

SCOPE = {"type": "http", "method": "GET"}
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"
LAST_HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\n"


class _Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.pieces.append(b"closed")

    def is_closing(self) -> bool:
        return False


def _cycle(scope: dict[str, Any] = SCOPE, *, keep_alive: bool = True, expects_continue: bool = False) -> Any:
    wire = _Wire()

    def ended() -> None:
        wire.pieces.append(b"ended")

    cycle = Cycle(scope, [], wire, FlowControl(wire), expects_continue=expects_continue, ended=ended, close=wire.close)
    cycle.keep_alive = keep_alive
    cycle.task = cast("asyncio.Task[None]", asyncio.current_task())
    return cycle, wire.pieces


def _body(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def test_head_and_body_are_sent_together() -> None:
    cycle, pieces = _cycle()
    await cycle.send(START)
    assert pieces == []
    await cycle.send(_body(b"one"))
    assert pieces == [HEAD + b"one", b"ended"]


async def test_what_follows_is_sent_as_it_comes() -> None:
    cycle, pieces = _cycle()
    await cycle.send(START)
    await cycle.send(_body(b"on", more=True))
    await cycle.send(_body(b"e"))
    assert pieces == [HEAD + b"on", b"e", b"ended"]


async def test_head_does_not_wait_for_a_body_that_may_wait_for_the_client() -> None:
    cycle, pieces = _cycle()
    await cycle.send(START)
    cycle.take(b"asked")
    assert await cycle.receive() == {"type": "http.request", "body": b"asked", "more_body": True}
    assert pieces == [HEAD]
    await cycle.send(_body(b"one"))
    assert pieces[1:] == [b"one", b"ended"]


async def test_client_that_waits_for_100_continue_gets_it_when_its_body_is_asked_for() -> None:
    cycle, pieces = _cycle(expects_continue=True)
    cycle.take(b"a")
    await cycle.receive()
    cycle.end_body()
    assert await cycle.receive() == {"type": "http.request", "body": b"", "more_body": False}
    assert pieces == [b"HTTP/1.1 100 Continue\r\n\r\n"]


async def test_app_that_waits_longer_than_its_client_is_told() -> None:
    cycle, pieces = _cycle()
    cycle.lose()
    assert await cycle.receive() == {"type": "http.disconnect"}
    await cycle.send(START)
    assert pieces == []


@pytest.mark.parametrize("sent", [[], [START]])
async def test_nothing_is_sent_any_more_to_a_client_that_was_given_up(sent: list[dict[str, Any]]) -> None:
    cycle, pieces = _cycle(expects_continue=True)
    for message in sent:
        await cycle.send(message)
    cycle.lose()
    assert await cycle.receive() == {"type": "http.disconnect"}
    assert pieces == []


async def test_body_that_comes_behind_its_answer_is_not_kept() -> None:
    cycle, _ = _cycle()
    await cycle.send(START)
    await cycle.send(_body(b"one"))
    cycle.take(b"late")
    assert (cycle.body, await cycle.receive()) == (b"", {"type": "http.disconnect"})


async def test_answer_to_head_has_no_body() -> None:
    cycle, pieces = _cycle({**SCOPE, "method": "HEAD"})
    await cycle.send(START)
    await cycle.send(_body(b"one"))
    assert pieces == [HEAD, b"ended"]


async def test_answer_of_a_status_without_content_has_no_length() -> None:
    cycle, pieces = _cycle()
    await cycle.send({**START, "status": 204, "headers": []})
    await cycle.send(_body(b""))
    assert pieces == [b"HTTP/1.1 204 No Content\r\n\r\n", b"ended"]


async def test_answer_that_does_not_say_its_length_ends_the_connection() -> None:
    cycle, pieces = _cycle()
    await cycle.send({**START, "headers": []})
    await cycle.send(_body(b"one"))
    assert pieces == [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\none", b"closed", b"ended"]


async def test_last_answer_says_so_and_ends_the_connection() -> None:
    cycle, pieces = _cycle(keep_alive=False)
    await cycle.send(START)
    await cycle.send(_body(b"one"))
    assert pieces == [LAST_HEAD + b"one", b"closed", b"ended"]


@pytest.mark.parametrize("body", [b"four", b"12"])
async def test_body_of_another_length_than_the_head_says_is_not_sent(body: bytes) -> None:
    cycle, pieces = _cycle()
    await cycle.send(START)
    with pytest.raises(RuntimeError):
        await cycle.send(_body(body))
    assert pieces == []


@pytest.mark.parametrize("header", [(b"a", b"b\r\nc: d"), (b"a\r\nb", b"c"), (b"a b", b"c"), (b"", b"c"), (b"A", b"b")])
async def test_header_that_is_none_is_not_sent(header: tuple[bytes, bytes]) -> None:
    cycle, pieces = _cycle()
    with pytest.raises(RuntimeError):
        await cycle.send({**START, "headers": [header]})
    assert pieces == []


@pytest.mark.parametrize("messages", [[_body(b"one")], [START, START], [START, _body(b"one"), _body(b"")]])
async def test_messages_in_another_order_are_refused(messages: list[dict[str, Any]]) -> None:
    cycle, _ = _cycle()
    for message in messages[:-1]:
        await cycle.send(message)
    with pytest.raises(RuntimeError):
        await cycle.send(messages[-1])


@pytest.mark.parametrize("sent", [[], [START]])
@pytest.mark.parametrize("problem", [None, ValueError("of the app's")])
async def test_app_that_gives_no_answer_is_told_of_and_its_client_gets_one(
    sent: list[dict[str, Any]], problem: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    cycle, pieces = _cycle()

    async def app(scope: object, receive: object, send: Any) -> None:
        for message in sent:
            await send(message)
        if problem is not None:
            raise problem

    await cycle.run(app, logging.getLogger("uvicorn.error"), set())
    answer, end = pieces
    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b'{"error": "server_error"' in answer
    assert end == b"closed"
    assert "ASGI application" in caplog.text


async def test_answer_to_head_has_no_body_where_the_app_has_none() -> None:
    cycle, pieces = _cycle({**SCOPE, "method": "HEAD"})

    async def app(scope: object, receive: object, send: object) -> None:
        raise ValueError("of the app's")

    await cycle.run(app, logging.getLogger("uvicorn.error"), set())
    assert pieces[0].startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert pieces[0].endswith(b"\r\n\r\n")


async def test_answer_that_breaks_off_ends_the_connection() -> None:
    cycle, pieces = _cycle()

    async def app(scope: object, receive: object, send: Any) -> None:
        await send(START)
        await send(_body(b"on", more=True))

    await cycle.run(app, logging.getLogger("uvicorn.error"), set())
    assert pieces == [HEAD + b"on", b"closed"]


@pytest.mark.parametrize("problem", [None, ValueError("of the app's")])
async def test_app_whose_client_has_left_owes_no_answer(problem: Exception | None) -> None:
    cycle, pieces = _cycle()
    cycle.lose()

    async def app(scope: object, receive: Any, send: object) -> None:
        assert await receive() == {"type": "http.disconnect"}
        if problem is not None:
            raise problem

    await cycle.run(app, logging.getLogger("uvicorn.error"), set())
    assert pieces == []


async def test_task_is_one_of_the_server_only_while_it_answers() -> None:
    cycle, _ = _cycle()
    tasks: set[asyncio.Task[None]] = set()

    async def app(scope: object, receive: object, send: Any) -> None:
        assert tasks == {asyncio.current_task()}
        await send(START)
        await send(_body(b"one"))

    cycle.task = asyncio.create_task(cycle.run(app, logging.getLogger("uvicorn.error"), tasks))
    tasks.add(cycle.task)
    await cycle.task
    assert tasks == set()
