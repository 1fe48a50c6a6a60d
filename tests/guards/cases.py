"""The exchanges that are counted, each alone, after some that have warmed everything up."""

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from tests.benchmarks.credentials import APP_ID, APP_SECRET
from tests.benchmarks.provider import Provider, token
from tests.benchmarks.wire import Inbound, Reply, Request
from tests.guards.loop import CountingLoop
from tests.guards.meter import Meter, without_collector

from accredit import Exchange, ProviderToken, Settings, create_app
from accredit.asgi import App
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey

Counts = dict[str, dict[str, int]]
"""By case, then by what was counted."""

_WARM_UP = 3
_RUN = "0123456789abcdef"


class _Log:
    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def info(self, _: object) -> None:
        self._meter.add("log_lines")

    warning = error = critical = info


class _Cases:
    """One exchange, and the requests of somebody who uses it."""

    def __init__(self, exchange: Exchange, app: App) -> None:
        self._exchange = exchange
        self._app = app
        self._number = 0
        self._refresh_token = ""

    async def fresh_login(self) -> None:
        """A provider's token that nobody has shown yet."""
        self._number += 1
        await self.repeated_login()

    async def repeated_login(self) -> None:
        """The same token, again."""
        answer = await self._post(
            "/oauth/access_token",
            b"application/json",
            json.dumps(
                {
                    "client_id": "app",
                    "connection": "facebook",
                    "access_token": token(_RUN, self._number),
                    "scope": "openid profile email offline_access",
                }
            ).encode(),
        )
        self._refresh_token = answer["refresh_token"]

    async def refresh(self) -> None:
        """New tokens for the last login."""
        body = f"grant_type=refresh_token&client_id=app&refresh_token={self._refresh_token}".encode()
        answer = await self._post("/oauth/token", b"application/x-www-form-urlencoded", body)
        self._refresh_token = answer["refresh_token"]

    async def verify_only(self) -> None:
        """Who is it? For a host that issues its own tokens."""
        self._number += 1
        await self._exchange.verify("facebook", ProviderToken.of(token(_RUN, self._number)))

    async def _post(self, path: str, kind: bytes, body: bytes) -> Mapping[str, Any]:
        sent: list[Mapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

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
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"host", b"login.example.com"),
                (b"content-type", kind),
                (b"content-length", b"%d" % len(body)),
            ],
            "client": ("192.0.2.1", 50_000),
            "server": ("login.example.com", 443),
        }
        await self._app(scope, receive, send)
        answer: Mapping[str, Any] = json.loads(b"".join(one.get("body", b"") for one in sent))
        if sent[0]["status"] != 200:
            raise RuntimeError(f"{path}: {answer}")
        return answer


def count() -> Counts:
    """Run every case, and return what each has cost."""
    meter, provider = Meter(), Provider()

    def answer(request: Request, reply: Reply) -> None:
        meter.add("provider_calls")
        provider(request, reply)

    with (
        tempfile.TemporaryDirectory() as folder,
        _statements_told_to(meter),
        asyncio.Runner(loop_factory=lambda: CountingLoop(meter, lambda: Inbound(answer))) as runner,
    ):
        return runner.run(_count(meter, Path(folder)))


async def _count(meter: Meter, folder: Path) -> Counts:
    settings = Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "connections": {
                "facebook": {"app_id": APP_ID, "app_secret": APP_SECRET, "graph_url": "http://127.0.0.1:1"},
            },
            "clients": {"app": {"connections": ["facebook"]}},
            "storage": {"url": f"sqlite:///{folder / 'accredit.db'}"},
        }
    )
    keys = SigningKeys([SigningKey.generate("ES256")])
    async with Exchange(settings, keys=keys, logger=_Log(meter)) as exchange:
        cases = _Cases(exchange, create_app(exchange))
        asked: dict[str, Callable[[], Awaitable[None]]] = {
            "fresh_login": cases.fresh_login,
            "repeated_login": cases.repeated_login,
            "refresh": cases.refresh,
            "verify_only": cases.verify_only,
        }
        for _ in range(_WARM_UP):
            for case in asked.values():
                await case()
        counts: Counts = {}
        with without_collector():
            for name, case in asked.items():
                with meter.running() as counted:
                    await case()
                counts[name] = dict(counted)
        return counts


@contextmanager
def _statements_told_to(meter: Meter) -> Iterator[None]:
    connect = sqlite3.connect

    def traced(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.set_trace_callback(meter.statement)
        return connection

    with mock.patch.object(sqlite3, "connect", traced):
        yield
