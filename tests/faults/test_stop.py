"""SIGTERM under load: every request that was sent gets its whole answer, and no connection is reset."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.faults.servers import Client, server

pytestmark = pytest.mark.slow

CLIENTS = 32
ANSWERS = 300


async def test_sigterm_lets_everybody_have_an_answer(folder: Path, ada: Mapping[str, str]) -> None:
    with server(folder) as running:
        clients = [Client(running.port) for _ in range(CLIENTS)]
        idle = [Client(running.port) for _ in range(8)]
        for client in idle:
            await client.connect()

        async def use(client: Client) -> None:
            """Ask again and again, until an answer says that it is the last one of its connection."""
            while not (answer := await client.log_in(ada)).closes:
                assert answer.status == 200
            assert answer.status == 200

        users = [asyncio.create_task(use(client)) for client in clients]
        while sum(client.answered for client in clients) < ANSWERS:  # noqa: ASYNC110 - they count, and tell nobody
            await asyncio.sleep(0.002)
        stopping = asyncio.create_task(asyncio.to_thread(running.end, signal.SIGTERM))
        await asyncio.gather(*users)  # an answer that is cut off, and a reset, are errors
        assert [await client.rest() for client in (*clients, *idle)] == [b""] * (CLIENTS + len(idle))
        assert await stopping == 0
        for client in (*clients, *idle):
            client.leave()
    assert "Traceback" not in running.errors
