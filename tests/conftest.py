"""What tests of several distributions share: every simulator and one server, over real HTTP on loopback."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from accredit import Exchange, ExchangeEvent, Settings, create_app, hookimpl
from accredit.audit.events import AnyEvent
from accredit.testing import Simulator, installed_simulators, serve

STRATEGIES = (
    "apple",
    "discord",
    "facebook",
    "github",
    "google-oauth2",
    "kakao",
    "line",
    "linkedin",
    "microsoft",
    "naver",
    "oidc",
    "tiktok",
    "twitter",
    "wechat",
    "weibo",
)
"""Of the plugins of this repository, in the order of their names."""
SIGNED = ("apple", "microsoft")
"""Those whose first good token is signed, and so cannot carry a fault: their provider is asked for its keys alone."""
GOOD_ONCE = ("naver", "tiktok", "wechat")
"""Those that log in by nothing but codes."""
ONE_FIELD = tuple(name for name in STRATEGIES if name not in {"naver", "tiktok"})
"""Those whose credential is one text: a code of Naver or TikTok comes with its verifier."""


class Observer:
    """Collects the events of exchanges."""

    def __init__(self) -> None:
        self.events: list[ExchangeEvent] = []

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        if isinstance(event, ExchangeEvent):
            self.events.append(event)


def good(simulator: Simulator) -> dict[str, str]:
    """Return the parameters of a simulator's first good token, or of a code like it that was never used."""
    return dict(simulator.fresh(simulator.samples()[0]).parameters)


@dataclass(frozen=True)
class Bench:
    """One exchange behind its endpoint, served, and every provider that it asks, simulated."""

    simulators: dict[str, Simulator]
    connections: dict[str, dict[str, Any]]
    url: str
    observer: Observer

    def good(self, strategy: str) -> dict[str, str]:
        """Return the parameters of the strategy's first good token, or of a code like it that was never used."""
        return good(self.simulators[strategy])


@pytest.fixture(scope="session")
def simulators() -> dict[str, Simulator]:
    return {name: simulator() for name, simulator in installed_simulators().items()}


@pytest.fixture(scope="session")
def connections(simulators: dict[str, Simulator]) -> Iterator[dict[str, dict[str, Any]]]:
    """Return the connection tables of all simulators, which are being served."""
    with ExitStack() as stack:
        yield {
            name: simulator.settings(stack.enter_context(serve(simulator.app())))
            for name, simulator in simulators.items()
        }


@pytest.fixture(scope="session")
def settings(connections: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("server")
    return Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "connections": connections,
            "clients": {"my-app": {"connections": list(connections)}},
            "storage": {"url": f"sqlite:///{folder}/accredit.db"},
            "keys": {"path": f"{folder}/keys.json"},
        }
    )


@pytest.fixture(scope="session")
def bench(
    simulators: dict[str, Simulator], connections: dict[str, dict[str, Any]], settings: Settings
) -> Iterator[Bench]:
    observer = Observer()
    exchange = Exchange(settings, plugins=[observer], monotonic=itertools.count(step=60).__next__)
    with serve(create_app(exchange)) as url:
        yield Bench(simulators, connections, url, observer)
