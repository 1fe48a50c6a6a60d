"""Whatever a provider does on the wire: an answer in bounded time and memory, 503, and nothing issued."""

import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.conftest import SIGNED, STRATEGIES, Observer, good

from accredit import Exchange, ExchangeRequest, Settings
from accredit.errors import ProviderUnavailable
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.storage.memory import MemoryStorage
from accredit.testing import FAULTS, Sample, Simulator, person
from accredit.testing.simulator.faults import HARMLESS_FAULTS

pytestmark = pytest.mark.slow

SLOW = {"latency": "latency-60000", "jitter": "jitter-60000", "trickle": "trickle-60000"}
"""Slower than any limit, where the default is not."""
FATAL = [SLOW.get(name, name) for name in FAULTS if name not in HARMLESS_FAULTS]
HARMLESS = ["latency-1", "jitter-1", "trickle-0", *sorted(HARMLESS_FAULTS)]
TINY = {"provider_timeout_s": 0.25, "exchange_timeout_s": 1.0}
ASKED = [name for name in STRATEGIES if name not in SIGNED]
OWN_KEYS = SigningKeys([SigningKey.generate("ES256")])


class Running:
    """An exchange for one connection, with what it has issued and reported."""

    def __init__(self, exchange: Exchange, storage: MemoryStorage, observer: Observer) -> None:
        self._exchange = exchange
        self._storage = storage
        self._observer = observer

    async def accepts(self, strategy: str, parameters: dict[str, str]) -> None:
        await self._post(strategy, parameters)
        assert len(self._storage.kept) == 1

    async def fails(self, strategy: str, parameters: dict[str, str]) -> None:
        started = time.monotonic()
        with pytest.raises(ProviderUnavailable) as caught:
            await self._post(strategy, parameters)
        # A multiple of the limits, for machines that are busy; the faults themselves last a minute, or for ever.
        assert time.monotonic() - started < 10
        assert (caught.value.status, caught.value.error) == (503, "temporarily_unavailable")
        assert [event.reason for event in self._observer.events] == ["provider_unavailable"]
        assert self._storage.kept == {}

    async def _post(self, strategy: str, parameters: dict[str, str]) -> None:
        token = Sample(name="", about="", parameters=parameters, expected="").handed()
        scopes = ("openid", "profile", "offline_access")
        await self._exchange(ExchangeRequest(client_id="my-app", connection=strategy, token=token, scopes=scopes))


@asynccontextmanager
async def running(
    strategy: str, connection: dict[str, Any], limits: dict[str, float] | None = None
) -> AsyncIterator[Running]:
    settings = Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "connections": {strategy: connection},
            "clients": {"my-app": {"connections": [strategy]}},
            "storage": {"url": "memory://"},
            "limits": limits or {},
        }
    )
    storage, observer = MemoryStorage(), Observer()
    async with Exchange(settings, keys=OWN_KEYS, storage=storage, plugins=[observer]) as exchange:
        yield Running(exchange, storage, observer)


def marked(simulator: Simulator, fault: str) -> dict[str, str]:
    """Return the good token of the complete person, with a fault."""
    parameters = good(simulator)
    field = "code" if "code" in parameters else "access_token"
    return {**parameters, field: f"{parameters[field]}~{fault}"}


@pytest.mark.parametrize("strategy", ASKED)
@pytest.mark.parametrize("fault", FATAL)
async def test_every_fault_of_a_provider_is_a_503_in_bounded_time(
    simulators: dict[str, Simulator], connections: dict[str, dict[str, Any]], strategy: str, fault: str
) -> None:
    async with running(strategy, connections[strategy], TINY) as exchange:
        await exchange.fails(strategy, marked(simulators[strategy], fault))


@pytest.mark.parametrize("strategy", ASKED)
@pytest.mark.parametrize("fault", HARMLESS)
async def test_a_token_with_a_harmless_fault_is_still_the_good_one(
    simulators: dict[str, Simulator], connections: dict[str, dict[str, Any]], strategy: str, fault: str
) -> None:
    async with running(strategy, connections[strategy]) as exchange:
        await exchange.accepts(strategy, marked(simulators[strategy], fault))


@pytest.mark.parametrize("strategy", ASKED)
@pytest.mark.parametrize("fault", ["endless", "gzip-bomb"])
async def test_what_unpacks_or_goes_on_for_ever_takes_no_memory(
    simulators: dict[str, Simulator], connections: dict[str, dict[str, Any]], strategy: str, fault: str
) -> None:
    tracemalloc.start()
    try:
        async with running(strategy, connections[strategy], TINY) as exchange:
            await exchange.fails(strategy, marked(simulators[strategy], fault))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 2**20


def with_id_token(
    simulator: Simulator, connection: dict[str, Any], fault: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the connection with a fault at its key set, and an ID token."""
    assert simulator.id_tokens is not None
    ada = person("ada")
    [setting] = [name for name in connection if name.endswith("jwks_url")]
    parameters = {"access_token": simulator.id_tokens.mint(ada)}
    if (nonce := simulator.id_tokens.claims(ada).get("nonce")) is not None:
        parameters["nonce"] = nonce
    return {**connection, setting: f"{connection[setting]}~{fault}"}, parameters


@pytest.mark.parametrize("strategy", ["facebook", "google-oauth2", "microsoft"])
@pytest.mark.parametrize("fault", FATAL)
async def test_every_fault_of_a_key_set_is_a_503_in_bounded_time(
    simulators: dict[str, Simulator], connections: dict[str, dict[str, Any]], strategy: str, fault: str
) -> None:
    connection, parameters = with_id_token(simulators[strategy], connections[strategy], fault)
    async with running(strategy, connection, TINY) as exchange:
        await exchange.fails(strategy, parameters)


@pytest.mark.parametrize("strategy", ["facebook", "google-oauth2", "microsoft"])
@pytest.mark.parametrize("fault", HARMLESS)
async def test_a_slow_key_set_is_good_enough(
    simulators: dict[str, Simulator], connections: dict[str, dict[str, Any]], strategy: str, fault: str
) -> None:
    connection, parameters = with_id_token(simulators[strategy], connections[strategy], fault)
    async with running(strategy, connection) as exchange:
        await exchange.accepts(strategy, parameters)
