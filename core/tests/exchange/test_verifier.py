"""The first half of an exchange alone: no issuer, no keys, no storage, no file."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from core.tests.acme import Acme, Brings, Provider
from core.tests.bench import Clock, ListLogger, Observer, bench

from accredit import ConfigurationError, ProviderToken, Verifier, VerifyEvent
from accredit import errors as e

TOKEN = ProviderToken.of("good-token")
ACME: Mapping[str, Any] = {"acme": {"app_ids": ["acme-app"]}}


def made(connections: Mapping[str, Any] = ACME, observer: object = None, **given: Any) -> Verifier:
    clock = Clock()
    return Verifier(
        connections=connections,
        plugins=[Brings(Acme), *([observer] if observer else [])],
        **{"transport": Provider(), "clock": clock, "monotonic": clock.monotonic, "logger": ListLogger(), **given},
    )


async def test_a_token_is_verified_and_leaves_one_event() -> None:
    observer = Observer()
    async with made(observer=observer) as verifier:
        identity = await verifier.verify("acme", TOKEN)
    assert (identity.namespace, identity.user_id) == ("acme", "1000")
    (event,) = observer.heard
    assert isinstance(event, VerifyEvent)
    assert (event.outcome, event.connection, event.audience_proof) == ("accepted", "acme", "AppBound")


async def test_it_says_what_the_exchange_says() -> None:
    async with bench() as wire, made() as verifier:
        assert await verifier.verify("acme", TOKEN) == await wire.exchange.verify("acme", TOKEN)
        assert verifier.connections.keys() <= wire.exchange.engine.connections.keys()


async def test_a_token_for_another_app_is_refused() -> None:
    observer = Observer()
    async with made({"acme": {"app_ids": ["another-app"]}}, observer) as verifier:
        with pytest.raises(e.WrongAudience):
            await verifier.verify("acme", TOKEN)
    assert [event.outcome for event in observer.events] == ["refused"]


@pytest.mark.parametrize(
    ("connection", "token", "error"),
    [
        ("nobody", TOKEN, e.ConnectionNotFound),
        ("off", TOKEN, e.ConnectionDisabled),
        ("acme", "good-token", e.InvalidParameter),
        ("acme", ProviderToken.of("bad-token"), e.InvalidProviderToken),
    ],
)
async def test_what_the_exchange_refuses_is_refused(connection: str, token: Any, error: type[Exception]) -> None:
    connections = {**ACME, "off": {"strategy": "acme", "app_ids": ["acme-app"], "enabled": False}}
    async with made(connections) as verifier:
        with pytest.raises(error):
            await verifier.verify(connection, token)


async def test_it_needs_nothing_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with made() as verifier:
        await verifier.verify("acme", TOKEN)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"connections": {}}, "connections"),
        ({"connections": {"acme": {}}}, "app_ids"),
        ({"connections": {"nobody": {}}}, "nobody"),
        ({"limits": {"provider_timeout_s": -1}}, "limits.provider_timeout_s"),
        ({"limits": {"unheard_of": 1}}, "limits.unheard_of"),
        ({"proxy": "nonsense"}, "proxy"),
    ],
)
def test_what_can_never_work_is_refused_at_once_in_a_sentence(given: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        made(**given)


async def test_the_deadline_counts() -> None:
    class Hanging(Provider):
        async def handle_async_request(self, request: Any) -> Any:
            await asyncio.sleep(60)

    async with made(transport=Hanging(), limits={"exchange_timeout_s": 0.01}) as verifier:
        with pytest.raises(e.ProviderUnavailable):
            await verifier.verify("acme", TOKEN)


async def test_a_transport_of_its_own_is_made_and_closed() -> None:
    verifier = made(transport=None)
    async with verifier:
        assert verifier._providers._transport is not None
    assert verifier._providers._transport is None


async def test_a_mistake_in_its_life_is_told_in_a_sentence() -> None:
    log = ListLogger()
    verifier = made(logger=log)
    with pytest.raises(e.LifecycleError, match="the verifier is not open: use `async with Verifier"):
        await verifier.verify("acme", TOKEN)
    async with verifier:
        with pytest.raises(e.LifecycleError, match="needs a Verifier of its own"):
            await verifier.open()
    with pytest.raises(e.LifecycleError, match="the verifier is closed"):
        await verifier.verify("acme", TOKEN)
    assert json.loads(log.lines[0][1])["reason"] == "not_open"


async def test_the_blocks_own_error_matters_more_than_the_close() -> None:
    class Unclosable(Provider):
        async def aclose(self) -> None:
            raise RuntimeError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accredit.exchange.providers.make_transport", lambda **_: Unclosable())
        with pytest.raises(e.LifecycleError, match="the verifier is closed, but its transport could not be"):
            async with made(transport=None):
                pass
        with pytest.raises(ZeroDivisionError):
            async with made(transport=None):
                raise ZeroDivisionError
