"""Plugins say more in a log line than an event says by itself."""

from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.acme import Acme, Brings
from core.tests.bench import ListLogger, bench

from accredit import AnyEvent, ProviderToken, Verifier, hookimpl
from accredit.errors import ExchangeError, PluginError
from accredit.plugins import make_plugin_manager


class Numbers:
    """Gives each line a number, and remembers which event it was."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @hookimpl
    def annotate(self, event: AnyEvent) -> Mapping[str, str]:
        self.seen.append(event.name)
        return {"number": str(len(self.seen))}


class Says:
    def __init__(self, said: Any) -> None:
        self.said = said

    @hookimpl
    def annotate(self) -> Any:
        if isinstance(self.said, BaseException):
            raise self.said
        return self.said


async def test_what_a_plugin_says_stands_in_the_line_of_its_event() -> None:
    numbers = Numbers()
    async with bench(plugins=[numbers]) as wire:
        await wire.post()
        await wire.post(access_token="bad-token")
        lines = [line for _, line in wire.log.events()]
    assert [(line["event"], line["number"]) for line in lines] == [
        ("exchange.accepted", "1"),
        ("exchange.refused", "2"),
    ]
    assert numbers.seen == ["exchange.accepted", "exchange.refused"]


async def test_a_verifier_asks_them_too() -> None:
    log = ListLogger()
    connections = {"acme": {"app_ids": ["acme-app"]}}
    plugins = [Brings(Acme), Says({"place": "here"})]
    async with Verifier(connections=connections, plugins=plugins, logger=log) as verifier:
        with pytest.raises(ExchangeError):
            await verifier.verify("nowhere", ProviderToken.of("good-token"))
    assert [line["place"] for _, line in log.events()] == ["here"]


async def test_what_an_event_says_by_itself_stays_as_it_is() -> None:
    said = {"event": "all.is_well", "reason": "none", "level": "debug", "timestamp": "yesterday", "more": "said"}
    async with bench(plugins=[Says(said)]) as wire:
        await wire.post(access_token="bad-token")
        [(level, line)] = wire.log.events()
    assert (level, line["event"], line["reason"], line["level"]) == (
        "info",
        "exchange.refused",
        "invalid_token",
        "info",
    )
    assert line["timestamp"] != "yesterday"
    assert line["more"] == "said"


@pytest.mark.threat(33)
async def test_what_looks_like_a_secret_is_blank_there_too() -> None:
    async with bench(plugins=[Says({"api_token": "abcdef", "header": "Bearer abcdef"})]) as wire:
        await wire.post()
        [(_, line)] = wire.log.events()
    assert (line["api_token"], line["header"]) == ("[redacted]", "Bearer [redacted]")


async def test_the_later_of_two_plugins_has_the_last_word_and_none_says_nothing() -> None:
    async with bench(plugins=[Says({"a": "1", "b": "1"}), Says(None), Says({"b": "2"})]) as wire:
        await wire.post()
        [(_, line)] = wire.log.events()
    assert (line["a"], line["b"]) == ("1", "2")


@pytest.mark.parametrize("said", [ValueError("a secret"), SystemExit(), "no mapping", 5])
async def test_one_that_fails_is_told_and_the_line_is_written_without_it(said: Any) -> None:
    async with bench(plugins=[Says(said), Says({"a": "1"})]) as wire:
        answer = await wire.post()
        lines = [line for _, line in wire.log.events()]
    assert answer.status_code == 200
    assert [line["event"] for line in lines] == ["observer.failed", "exchange.accepted"]
    assert lines[1]["a"] == "1"
    assert "a secret" not in repr(lines)


def test_a_coroutine_is_refused_at_the_start() -> None:
    class Waits:
        @hookimpl
        async def annotate(self) -> None: ...

    with pytest.raises(PluginError, match="annotate"):
        make_plugin_manager([Waits()])
