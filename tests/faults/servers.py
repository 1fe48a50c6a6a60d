"""`accredit serve` as a process of its own, which may be killed, and clients that keep what they were given."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LONG_S = 60.0
"""For what must happen, on however busy a machine."""
_LISTENS = re.compile(r"accredit: listening on http://127\.0\.0\.1:(\d+),")


def write_settings(folder: Path, connection: Mapping[str, Any]) -> None:
    """Write what a server in this folder is to do: logins by one connection, for the client `app`."""
    values = "\n".join(f"{name} = {json.dumps(value)}" for name, value in connection.items())
    folder.joinpath("accredit.toml").write_text(
        f"""
        issuer = "https://login.example.com/"
        [connections.facebook]
        {values}
        [clients.app]
        connections = ["facebook"]
        [tokens]
        signing_alg = "ES256"
        [limits]
        subject = "1000000/minute"
        """,
        "utf-8",
    )


class Server:
    """One running process."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._errors = folder / "stderr.txt"
        with self._errors.open("w") as errors, folder.joinpath("events.txt").open("a") as events:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "accredit", "serve", "--config", "accredit.toml", "--port", "0"],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=events,
                stderr=errors,
            )
        self.pid = self._process.pid
        self.port = 0

    def wait_until_it_listens(self) -> None:
        """Read its port.

        Raises:
            AssertionError: it has ended, or says nothing for too long.
        """
        end = time.monotonic() + LONG_S
        while time.monotonic() < end and self._process.poll() is None:
            if found := _LISTENS.search(self.errors):
                self.port = int(found[1])
                return
            time.sleep(0.01)
        raise AssertionError(f"it did not start:\n{self.errors}")

    @property
    def errors(self) -> str:
        """What it has written to standard error."""
        return self._errors.read_text("utf-8")

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and return the exit code."""
        self.send(number)
        return self._process.wait(LONG_S)


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Serve what stands in the folder until the block ends, if nothing has ended it before."""
    running = Server(folder)
    try:
        running.wait_until_it_listens()
        yield running
    finally:
        running.end(signal.SIGKILL)


@dataclass(frozen=True)
class Answer:
    """One whole answer."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def closes(self) -> bool:
        """Whether it is the last one of its connection."""
        return self.headers.get("connection") == "close"


@dataclass
class Client:
    """An app's user on a connection that is kept alive, with the last refresh token that has reached her."""

    port: int
    refresh_token: str = ""
    address: str = ""
    """Where a proxy says that she is; empty where there is none."""
    client_id: str = "app"
    answered: int = 0
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None, repr=False)

    async def connect(self) -> None:
        """Open the connection; before, nobody listens perhaps, which is an error."""
        self._streams = await asyncio.open_connection("127.0.0.1", self.port)

    def leave(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def log_in(self, provider_token: Mapping[str, str], scope: str = "openid offline_access") -> Answer:
        """Log in by a provider's token."""
        return await self.ask(
            "/oauth/access_token",
            {"client_id": self.client_id, "connection": "facebook", "scope": scope, **provider_token},
        )

    async def refresh(self) -> Answer:
        """Ask for new tokens by the refresh token."""
        return await self.ask(
            "/oauth/token",
            {"client_id": self.client_id, "grant_type": "refresh_token", "refresh_token": self.refresh_token},
        )

    async def rest(self) -> bytes:
        """Read until the server has closed the connection. A reset is an error."""
        assert self._streams is not None
        async with asyncio.timeout(LONG_S):
            return await self._streams[0].read()

    async def ask(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """Post parameters as JSON, and read the whole answer, which is JSON too."""
        if self._streams is None:
            await self.connect()
        assert self._streams is not None
        reader, writer = self._streams
        body = json.dumps(parameters).encode()
        forwarded = f"X-Forwarded-For: {self.address}\r\n" if self.address else ""
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: login.example.com\r\nContent-Type: application/json\r\n"
            f"{forwarded}Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        async with asyncio.timeout(LONG_S):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            answer = Answer(
                int(first.split()[1]), headers, json.loads(await reader.readexactly(int(headers["content-length"])))
            )
        self.answered += 1
        self.refresh_token = answer.body.get("refresh_token", self.refresh_token)
        return answer
