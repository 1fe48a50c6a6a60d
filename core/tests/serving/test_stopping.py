"""Stopping: whoever is connected gets an answer."""

import asyncio
import socket

import pytest
from core.tests.serving.support import GET, LONG_S, App, serving

from accredit.serving import server
from accredit.serving.listener import open_listener

pytestmark = pytest.mark.slow


def answer_of(client: socket.socket) -> bytes:
    client.settimeout(LONG_S)
    answer = b""
    while part := client.recv(65_536):
        answer += part
    return answer


async def test_connections_that_the_kernel_has_accepted_are_answered() -> None:
    app = App()
    async with serving(app) as served:
        clients = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(100)]
        for client in clients:
            client.sendall(GET)
        await served.stop()
        answers = [await asyncio.to_thread(answer_of, client) for client in clients]
        for client in clients:
            client.close()

    assert len(app.seen) == 100
    assert all(answer.startswith(b"HTTP/1.1 200 OK") and b"connection: close" in answer for answer in answers)


async def test_a_request_on_its_way_over_a_kept_connection_is_answered() -> None:
    async with serving(App()) as served, served.client() as client, served.client() as silent:
        client.send(GET)
        assert not (await client.answer()).closes
        client.send(GET)
        await served.stop()

        assert (await client.answer()).closes
        assert await client.rest() == b""
        assert await silent.rest() == b""


async def test_a_request_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LAST_REQUESTS_S", 0.01)
    async with serving(App()) as served, served.client() as half:
        half.send(GET[:9])
        await served.until(1)
        await served.stop()
        assert await half.rest() == b""


async def test_a_request_in_hand_is_answered_with_the_last_answer() -> None:
    app = App()
    app.gate.clear()
    async with serving(app) as served, served.client() as client:
        client.send(GET)
        await app.asked.wait()
        stopping = asyncio.create_task(served.stop())
        await asyncio.sleep(0.05)
        app.gate.set()
        assert (await client.answer()).closes
        await stopping


async def test_nobody_can_connect_any_more() -> None:
    async with serving(App()) as served:
        await served.stop()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", served.port)


def test_of_those_who_go_on_connecting_only_so_many_are_taken_in() -> None:
    with open_listener("127.0.0.1", 0) as listener:
        clients = [socket.create_connection(listener.getsockname()) for _ in range(3)]
        first, second = server._accept_all(listener, 2), server._accept_all(listener, 2)
        for connection in (*clients, *first, *second):
            connection.close()

    assert (len(first), len(second)) == (2, 1)
