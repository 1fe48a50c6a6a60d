"""Answers are sent at once, whatever the event loop."""

from __future__ import annotations

import socket
import sys

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from accredit.serving.listener import open_listener
from accredit.testing import serve
from accredit.testing.simulator.misbehaviour import transport_of


def test_a_connection_sends_what_it_has_at_once() -> None:
    with (
        open_listener("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()[:2]),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_a_port_that_is_taken_is_an_error() -> None:
    with open_listener("127.0.0.1", 0) as listener, pytest.raises(OSError, match="in use"):
        open_listener("127.0.0.1", listener.getsockname()[1])


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_the_servers_of_the_testing_kit_do_so_on_every_loop(monkeypatch: pytest.MonkeyPatch, loop: str) -> None:
    if loop == "asyncio":
        monkeypatch.setitem(sys.modules, "uvloop", None)
    seen: list[tuple[str, int]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        transport = transport_of(send)
        assert transport is not None
        connection = transport.get_extra_info("socket")
        no_delay = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        seen.append((type(transport).__module__.partition(".")[0], no_delay))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    with serve(app) as url:
        assert httpx.get(url, trust_env=False).status_code == 204

    assert seen == [(loop, 1)]
