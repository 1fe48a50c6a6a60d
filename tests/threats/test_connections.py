"""Whose connection it is, and who may say no: for every connection alike."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from tests.conftest import STRATEGIES, Observer

from accredit import AccessDenied, Exchange, Settings, Subject, create_app, hookimpl
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.testing import InProcess

pytestmark = pytest.mark.slow

BASE = "http://127.0.0.1:9"
SCOPE = "openid profile email offline_access"
each_connection = pytest.mark.parametrize("strategy", STRATEGIES)

Open = Callable[..., AbstractAsyncContextManager["Counter"]]


class Counting(InProcess):
    """Counts the calls to providers."""

    calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        return await super().handle_async_request(request)


class Counter:
    """One endpoint, with everything counted that a refusal must not cause."""

    def __init__(self, client: httpx.AsyncClient, transport: Counting, observer: Observer) -> None:
        self.client = client
        self.transport = transport
        self.observer = observer

    async def post(self, **request: Any) -> httpx.Response:
        return await self.client.post("/oauth/access_token", json={"scope": SCOPE, **request})


@pytest.fixture(scope="module")
def keys() -> SigningKeys:
    return SigningKeys([SigningKey.generate("ES256")])


@pytest.fixture
def opened(simulators: dict[str, Any], keys: SigningKeys) -> Open:
    """`async with opened(strategy, *plugins)`: the connection, a second one that is off, and two clients."""

    @asynccontextmanager
    async def opened(strategy: str, *plugins: object) -> AsyncIterator[Counter]:
        simulator = simulators[strategy]
        table = simulator.settings(BASE)
        settings = Settings.model_validate(
            {
                "issuer": "https://login.example.com/",
                "connections": {strategy: table, "off": {**table, "strategy": strategy, "enabled": False}},
                "clients": {"a": {"connections": [strategy, "off"]}, "b": {"connections": ["off"]}},
                "storage": {"url": "memory://"},
            }
        )
        transport, observer = Counting({BASE: simulator.app()}), Observer()
        async with (
            Exchange(settings, transport=transport, keys=keys, plugins=[observer, *plugins]) as exchange,
            httpx.AsyncClient(transport=httpx.ASGITransport(create_app(exchange)), base_url="http://here") as client,
        ):
            yield Counter(client, transport, observer)

    return opened


def good(simulators: dict[str, Any], strategy: str) -> dict[str, str]:
    return dict(simulators[strategy].fresh(simulators[strategy].samples()[0]).parameters)


@pytest.mark.threat(12, 13)
@each_connection
@pytest.mark.parametrize(
    ("client", "connection", "reason", "description"),
    [
        ("b", None, "connection_disabled", "the connection was disabled"),
        ("a", "off", "connection_disabled", "the connection was disabled"),
        ("a", "nobody", "connection_not_found", "the connection was not found"),
    ],
)
async def test_a_connection_that_is_not_the_clients_costs_nothing(
    opened: Open, simulators: dict[str, Any], strategy: str, client: str, connection: str, reason: str, description: str
) -> None:
    async with opened(strategy) as here:
        request = {"client_id": client, "connection": connection or strategy, **good(simulators, strategy)}
        response = await here.post(**request)
        assert response.status_code == 400
        assert response.json() == {"error": "invalid_request", "error_description": description}
        assert here.transport.calls == 0
        assert [event.reason for event in here.observer.events] == [reason]
        allowed = await here.post(**{**request, "client_id": "a", "connection": strategy})
        assert allowed.status_code == 200


class Hooks:
    """Hooks of a host, one of which misbehaves."""

    def __init__(self, hook: str, outcome: Any) -> None:
        self.hook = hook
        self.outcome = outcome

    async def _run(self, hook: str) -> Any:
        if hook != self.hook:
            return None
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    @hookimpl
    async def resolve_subject(self) -> Any:
        return await self._run("resolve_subject")

    @hookimpl
    async def authorize(self) -> Any:
        return await self._run("authorize")

    @hookimpl
    async def claims(self) -> Any:
        return await self._run("claims")


@pytest.mark.threat(37)
@each_connection
@pytest.mark.parametrize(
    ("hook", "outcome"),
    [
        ("resolve_subject", RuntimeError("broken")),
        ("resolve_subject", "facebook|1"),
        ("authorize", RuntimeError("broken")),
        ("authorize", TimeoutError()),
        ("authorize", False),
        ("claims", RuntimeError("broken")),
        ("claims", {"admin": True}),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_a_hook_that_fails_or_returns_what_it_must_not_means_no(
    opened: Open, simulators: dict[str, Any], strategy: str, hook: str, outcome: Any
) -> None:
    async with opened(strategy, Hooks(hook, outcome)) as here:
        response = await here.post(client_id="a", connection=strategy, **good(simulators, strategy))
        assert response.status_code == 500
        assert response.json()["error"] == "server_error"
        assert [(event.outcome, event.reason, event.alert) for event in here.observer.events] == [
            ("failed", "plugin_failed", True)
        ]
    async with opened(strategy, Hooks(hook, None)) as here:
        response = await here.post(client_id="a", connection=strategy, **good(simulators, strategy))
        assert response.status_code == 200


@pytest.mark.threat(14, 29)
@each_connection
@pytest.mark.parametrize(
    ("hook", "outcome", "description", "reason"),
    [
        ("authorize", AccessDenied("staff only"), "staff only", "access_denied"),
        ("resolve_subject", Subject("somebody", blocked=True), "user is blocked", "subject_blocked"),
    ],
    ids=["denied", "blocked"],
)
async def test_who_is_denied_or_blocked_gets_nothing_by_any_token(
    opened: Open,
    simulators: dict[str, Any],
    strategy: str,
    hook: str,
    outcome: Any,
    description: str,
    reason: str,
) -> None:
    async with opened(strategy, Hooks(hook, outcome)) as here:
        for sample in map(simulators[strategy].fresh, simulators[strategy].samples()):
            if sample.expected == "accepted":
                here.observer.events.clear()
                response = await here.post(client_id="a", connection=strategy, **sample.parameters)
                assert response.status_code == 401, sample.name
                assert response.json() == {"error": "unauthorized", "error_description": description}
                assert [event.reason for event in here.observer.events] == [reason]
