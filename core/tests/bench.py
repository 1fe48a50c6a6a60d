"""A bench: one exchange behind its endpoint, and a spy wherever it touches something else."""

import functools
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from core.tests.acme import Acme, Brings, Globex, Provider

from accredit import Exchange, ExchangeEvent, ExchangeRequest, ProviderToken, Settings, create_app, hookimpl
from accredit.audit.events import AnyEvent, VerifyEvent
from accredit.cache import VerificationCache
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.settings import EXCHANGE_GRANT
from accredit.storage import MemoryStorage, Storage

NOW = 1_800_000_000
ISSUER = "https://login.example.com/"
URL = "/oauth/access_token"
GOOD: Mapping[str, str] = {"client_id": "app", "access_token": "good-token", "connection": "acme"}
EVERYTHING = "openid profile email address phone offline_access"

ASKED: Mapping[str, float] = {"cache_s": 0}
"""Providers are asked each time: most tests send the same token again, and count."""
SETTINGS: Mapping[str, Any] = {
    "issuer": ISSUER,
    "connections": {
        "acme": {"app_ids": ["acme-app"], **ASKED},
        "acme-game": {"strategy": "acme", "app_ids": ["acme-game-app"], **ASKED},
        "globex": {"consumer_key": "globex-key", **ASKED},
        "off": {"strategy": "acme", "app_ids": ["acme-app"], "enabled": False},
    },
    "clients": {
        "app": {
            "connections": ["acme", "globex"],
            "audiences": ["https://api.example.com"],
            "scopes": ["read:orders"],
            "allowed_origins": ["https://app.example.com"],
        },
        "other": {"connections": ["acme-game"], "allowed_origins": ["https://other.example.com"]},
        "partner": {"connections": ["acme"], "scopes": ["exchange"]},
        "strict": {"connections": ["acme"], "authorization": "required"},
        "no-exchange": {"connections": ["acme"], "grant_types": ["refresh_token"]},
        "no-refresh": {"connections": ["acme"], "grant_types": [EXCHANGE_GRANT]},
    },
    "storage": {"url": "memory://"},
}


class Clock:
    """Epoch seconds, moved by hand: `now` as an operator sets a clock, `advance` as time goes by."""

    def __init__(self) -> None:
        self.now: float = NOW
        self._passed = 0.0

    def __call__(self) -> float:
        return self.now

    def monotonic(self) -> float:
        """What nobody can set."""
        return self._passed

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds
        self._passed += seconds


class Observer:
    """Keeps every event, and apart those of exchanges."""

    def __init__(self) -> None:
        self.heard: list[AnyEvent] = []
        self.events: list[ExchangeEvent | VerifyEvent] = []

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        self.heard.append(event)
        if isinstance(event, ExchangeEvent | VerifyEvent):
            self.events.append(event)


class ListLogger:
    """Keeps every log line with its level, as structlog hands it over."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def info(self, line: str) -> None:
        self.lines.append(("info", line))

    def warning(self, line: str) -> None:
        self.lines.append(("warning", line))

    def error(self, line: str) -> None:
        self.lines.append(("error", line))

    def critical(self, line: str) -> None:
        self.lines.append(("critical", line))

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        return [(level, json.loads(line)) for level, line in self.lines]


@dataclass
class Bench:
    """What a test drives, and what it looks at."""

    exchange: Exchange
    client: httpx.AsyncClient
    provider: Provider
    storage: MemoryStorage
    clock: Clock
    heard: list[AnyEvent]
    """Every event."""
    events: list[ExchangeEvent | VerifyEvent]
    """Those of exchanges."""
    log: ListLogger = field(default_factory=ListLogger)

    async def post(self, headers: Mapping[str, str] | None = None, /, **parameters: Any) -> httpx.Response:
        """Post the good request, changed; a parameter that is None is left out."""
        body = {name: value for name, value in {**GOOD, **parameters}.items() if value is not None}
        # ASCII, so that a test can send what JSON can spell and UTF-8 cannot.
        content = json.dumps(body).encode("ascii")
        return await self.client.post(
            URL, content=content, headers={"Content-Type": "application/json", **(headers or {})}
        )

    async def post_raw(self, content: bytes | str, content_type: str = "application/json") -> httpx.Response:
        """Post a body as it is."""
        return await self.client.post(URL, content=content, headers={"Content-Type": content_type})

    @property
    def event(self) -> ExchangeEvent | VerifyEvent:
        """The one audit event there must be."""
        assert len(self.events) == 1, self.events
        return self.events[0]

    @property
    def linked(self) -> list[bool]:
        """Whether each of the exchanges has linked an identity."""
        return [event.linked for event in self.events if isinstance(event, ExchangeEvent)]

    def forget(self) -> None:
        """Forget what was observed and logged so far."""
        self.heard.clear()
        self.events.clear()
        self.log.lines.clear()

    def assert_untouched(self) -> None:
        """Nobody was called, nothing was written."""
        assert self.provider.requests == []
        assert self.storage.kept == {}


@functools.cache
def signing_key(alg: str = "ES256") -> SigningKey:
    """Make one key of each kind per session: RSA takes its time."""
    return SigningKey.generate(alg)


def merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested tables, `more` over `base`."""
    result = dict(base)
    for name, value in more.items():
        both = isinstance(value, Mapping) and isinstance(result.get(name), Mapping)
        result[name] = merged(result[name], value) if both else value
    return result


@asynccontextmanager
async def bench(
    settings: Mapping[str, Any] | None = None,
    *,
    acme: type[Acme] = Acme,
    plugins: Iterable[object] = (),
    storage: Storage | None = None,
    alg: str = "ES256",
    cache: VerificationCache | None = None,
    logger: object = None,
) -> AsyncIterator[Bench]:
    """Run an exchange with the settings above, changed by `settings`, over a provider that is all good."""
    provider, clock, observer, log = Provider(), Clock(), Observer(), ListLogger()
    memory = MemoryStorage(clock=clock)
    exchange = Exchange(
        Settings.model_validate(merged(SETTINGS, settings or {})),
        plugins=[Brings(acme, Globex), *plugins, observer],
        transport=provider,
        clock=clock,
        monotonic=clock.monotonic,
        storage=memory if storage is None else storage,
        keys=SigningKeys([signing_key(alg)]),
        cache=cache,
        logger=log if logger is None else logger,
    )
    transport = httpx.ASGITransport(app=create_app(exchange))
    async with exchange, httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
        yield Bench(exchange, client, provider, memory, clock, observer.heard, observer.events, log)


def good_request(**changed: Any) -> ExchangeRequest:
    """Return the good request for the Python call."""
    return ExchangeRequest(
        **{"client_id": "app", "connection": "acme", "token": ProviderToken.of("good-token"), **changed}
    )


def assert_refused(response: httpx.Response, status: int, error: str, description: str) -> None:
    """Check status, headers and the whole body of a refusal."""
    assert response.json() == {"error": error, "error_description": description}
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
