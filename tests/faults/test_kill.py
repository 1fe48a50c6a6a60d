"""The server is killed under load: what has reached a client works when it is back."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.faults.servers import Client, Server, server

pytestmark = pytest.mark.slow

CLIENTS = 16
ANSWERS = 150
"""The server is killed when so many were given, amid the next ones."""


async def use(client: Client, ada: Mapping[str, str]) -> None:
    """Log in, then refresh until the server is gone; each answer must be a good one."""
    try:
        if not client.refresh_token:
            assert (await client.log_in(ada)).status == 200
        while True:
            assert (await client.refresh()).status == 200
    except (OSError, asyncio.IncompleteReadError):  # it was killed
        client.leave()


async def until_killed(killed: Server, clients: list[Client], ada: Mapping[str, str]) -> None:
    users = [asyncio.create_task(use(client, ada)) for client in clients]
    before = sum(client.answered for client in clients)
    wanted = before + ANSWERS
    while sum(client.answered for client in clients) < wanted and not any(user.done() for user in users):  # noqa: ASYNC110 - they count, and tell nobody
        await asyncio.sleep(0.002)
    killed.end(signal.SIGKILL)
    await asyncio.gather(*users)


async def test_every_refresh_token_that_reached_a_client_works_after_a_kill(
    folder: Path, ada: Mapping[str, str]
) -> None:
    clients = [Client(0) for _ in range(CLIENTS)]
    for _ in range(2):
        with server(folder) as running:
            for client in clients:
                client.port = running.port
            await until_killed(running, clients, ada)
        assert all(client.refresh_token for client in clients)
    with server(folder) as running:
        for client in clients:
            client.port = running.port
        answers = await asyncio.gather(*(client.refresh() for client in clients))
        for client in clients:
            client.leave()
    assert [answer.status for answer in answers] == [200] * CLIENTS
