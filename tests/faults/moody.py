"""A Facebook whose mood is in the token: it answers well, not at all, or in whatever way a server should not."""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.servers import Server, server

APP_ID = "180000000000001"
BAD_MOODS = ("hang", "down", "reset", "trickle")
"""No answer, 503, a reset connection, one byte now and then."""
_TOKEN = re.compile(rb"EAAmoody-([a-z]+)-(\d{10})")
_NEXT_BYTE_S = 0.02
CACHE_MAX_BYTES = 4_194_304
"""Soon full, so that memory is soon what it will be."""


def token(mood: str, number: int) -> str:
    """Return a token; each number is another user."""
    return f"EAAmoody-{mood}-{number:010d}"


def login(connection: str, mood: str, number: int) -> dict[str, str]:
    """Return what a client sends beside its own id."""
    return {"connection": connection, "access_token": token(mood, number)}


class Moody:
    """The provider, in this event loop, with a port of its own."""

    def __init__(self) -> None:
        self.url = ""
        self.calls = 0
        self.open = 0
        """Connections, now."""
        self.most_open = 0
        self._server: asyncio.Server | None = None
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def __aenter__(self) -> "Moody":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2048)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._serving.values():
            writer.transport.abort()
        await asyncio.gather(*self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task: asyncio.Task[None] | None = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while await self._answer(await reader.readuntil(b"\r\n\r\n"), reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has had enough
        finally:
            self.open -= 1
            writer.close()
            del self._serving[task]

    async def _answer(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether the connection is still good."""
        self.calls += 1
        found = _TOKEN.search(head)
        mood, number = (found[1].decode(), int(found[2])) if found else ("refuse", 0)
        if mood == "hang":
            await reader.read(1)
            return False
        if mood == "reset":
            linger = struct.pack("ii", 1, 0)  # what is not sent is thrown away, and the other side hears of it
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
            return False
        body = json.dumps(refusal() if mood == "refuse" else facts(number, b"/debug_token" in head)).encode()
        status = b"503 Service Unavailable" if mood == "down" else b"200 OK"
        first = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        writer.write(first)
        if mood == "trickle":
            for byte in body[:-1]:
                writer.write(bytes([byte]))
                await asyncio.sleep(_NEXT_BYTE_S)
                if writer.is_closing():  # the other side has had enough
                    break
            else:
                await reader.read(1)  # the last one never comes
            return False
        writer.write(body)
        await writer.drain()
        return True


def refusal() -> dict[str, Any]:
    """Return what Facebook says of a token that is no good."""
    return {"data": {"error": {"code": 190, "message": "Invalid OAuth access token."}, "is_valid": False, "scopes": []}}


def facts(number: int, is_inspection: bool, *, app_id: str = APP_ID) -> dict[str, Any]:
    """Return what it says of a good one, when asked about the token or about the user."""
    user_id = str(10**15 + number)
    if is_inspection:
        data = {"app_id": app_id, "type": "USER", "expires_at": 4_000_000_000, "is_valid": True, "issued_at": 1}
        return {"data": {**data, "data_access_expires_at": 4_000_000_000, "scopes": ["email"], "user_id": user_id}}
    return {"id": user_id, "name": f"Ada {number}", "email": f"ada{number}@example.com"}


@contextmanager
def serving(folder: Path, connections: Mapping[str, Moody], **limits: float) -> Iterator[Server]:
    """Run a server whose connections are these providers; each has users of its own."""
    tables = "".join(
        f"""
        [connections.{name}]
        strategy = "facebook"
        namespace = "{name}"
        app_id = "{APP_ID}"
        app_secret = "0123456789abcdef0123456789abcdef"
        graph_url = "{provider.url}"
        limited_login_jwks_url = "{provider.url}/keys"
        """
        for name, provider in connections.items()
    )
    bounds = "\n".join(f"{name} = {json.dumps(value)}" for name, value in limits.items())
    folder.joinpath("accredit.toml").write_text(
        f"""
        issuer = "https://login.example.com/"
        {tables}
        [clients.app]
        connections = {json.dumps(list(connections))}
        [tokens]
        signing_alg = "ES256"
        [cache]
        max_bytes = {CACHE_MAX_BYTES}
        [limits]
        trusted_proxies = ["127.0.0.1"]
        {bounds}
        """,
        "utf-8",
    )
    with server(folder) as running:
        yield running


def descriptors(pid: int) -> int:
    """Return how many files and sockets a process has open. Source: proc_pid_fd(5)."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident_mib(pid: int) -> float:
    """Return how much memory a process holds. Source: proc_pid_status(5), `VmRSS`."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
