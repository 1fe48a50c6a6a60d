"""What the tests of the parts share: a clock, a small strategy, a session, a wire with any server behind it."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from pydantic import SecretStr

from accredit.audience import AppBound
from accredit.hookspecs import hookimpl
from accredit.models import ProviderToken, Verification
from accredit.profile import Profile
from accredit.settings import BaseUrl, ConnectionSettings
from accredit.storage import RefreshToken, Session
from accredit.strategy import Strategy, UserIdScope, VerifyContext

STRATEGY = """
from accredit.audience import AppBound
from accredit.hookspecs import hookimpl
from accredit.models import Verification
from accredit.profile import Profile
from accredit.settings import ConnectionSettings
from accredit.strategy import Strategy

class Settings(ConnectionSettings):
    app_id: str
    @property
    def accepted_audiences(self):
        return frozenset({self.app_id})

class Zeta(Strategy):
    name = "zeta"
    settings_type = Settings
    async def verify(self, token, ctx):
        return Verification(user_id="1", audience=AppBound("1"), claims={})
    def normalize(self, verification):
        return Profile()

@hookimpl
def strategies():
    return [Zeta]
"""
"""The module of a plugin that brings the strategy `zeta`."""


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class AcmeSettings(ConnectionSettings):
    app_id: str
    app_secret: SecretStr = SecretStr("unset")
    most_friends: int = 1
    api_url: BaseUrl = "https://api.acme.example"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id})


class Acme(Strategy[AcmeSettings]):
    name = "acme"
    settings_type = AcmeSettings
    user_id_scope: ClassVar[UserIdScope] = "global"

    async def verify(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        return Verification(user_id="1", audience=AppBound(self.settings.app_id), claims={})

    def normalize(self, verification: Verification) -> Profile:
        return Profile()


class Brings:
    """A plugin object with the given strategies."""

    def __init__(self, *classes: Any) -> None:
        self.classes = classes

    @hookimpl
    def strategies(self) -> Iterable[Any]:
        return self.classes


def session(session_id: str = "session", **changes: Any) -> Session:
    values: dict[str, Any] = {
        "client_id": "app",
        "subject": "acme|1",
        "connection": "acme",
        "strategy": "acme",
        "namespace": "acme",
        "user_id": "1",
        "scope": "openid offline_access",
        "audience": "https://login.example.com/",
        "device": None,
        "claims": "{}",
        "auth_time": 1,
        "expires_at": 4_000_000_000,
        "kept_until": 4_000_086_400,
        "renewable": True,
    }
    return Session(id=session_id, **(values | changes))


def login(token_hash: str = "hash", *, issued_at: int = 2, **changes: Any) -> tuple[Session, RefreshToken]:
    """Return a session, by default named after its refresh token, with that token: what `start` takes."""
    begun = session(**{"session_id": token_hash, **changes})
    return begun, token(token_hash, begun.id, issued_at=issued_at)


def token(token_hash: str = "hash", session_id: str = "session", *, issued_at: int = 2) -> RefreshToken:
    return RefreshToken(token_hash, session_id, issued_at)


def compact(header: Any, payload: Any, signature: bytes = b"no signature") -> str:
    """Return a compact JWS of any header and payload, with whatever signature."""
    parts = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in (header, payload)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


def answer(body: bytes, *, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """Return a correct HTTP/1.1 answer."""
    lines = {"Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Wire:
    """A server that speaks whatever a test likes, and remembers who came."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        self.requests: list[str] = []


@asynccontextmanager
async def listening(
    reply: Callable[[asyncio.StreamWriter], Awaitable[None]], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Wire]:
    """Serve on loopback; each request is read up to the end of its head, then `reply` writes."""
    wire = Wire()
    tasks = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        wire.connections += 1
        try:
            while True:
                wire.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
                await reply(writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    wire.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*filter(None, tasks))
        await server.wait_closed()


def always(data: bytes, *, then_close: bool = False) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """Reply the same bytes to every request."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if then_close:
            await writer.drain()
            raise ConnectionResetError

    return reply
