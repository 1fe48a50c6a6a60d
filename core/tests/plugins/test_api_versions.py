"""A start warns of API versions that end."""

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from core.tests.acme import Acme, Brings, Globex, Provider
from core.tests.bench import SETTINGS, ListLogger, bench
from core.tests.threads import new_threads

from accredit import Exchange, Settings
from accredit.errors import PluginError
from accredit.strategy import ApiVersion

TODAY = dt.date(2027, 1, 15)
"""The day of the bench's clock."""
SOURCE = "https://acme.example/versions"


def acme_of(version: object) -> type[Acme]:
    """Return an Acme whose API version is anything at all; an exception is raised."""

    class Versioned(Acme):
        @property
        def api_version(self) -> Any:
            if isinstance(version, Exception):
                raise version
            return version

    return Versioned


def version(days: int | None, **more: Any) -> ApiVersion:
    ends_on = None if days is None else TODAY + dt.timedelta(days)
    return ApiVersion(name="v7", ends_on=ends_on, source=SOURCE, **more)


async def warnings(acme: type[Acme]) -> list[tuple[str, dict[str, Any]]]:
    async with bench(acme=acme) as wire:
        return [(level, line) for level, line in wire.log.events() if line["connection"] == "acme"]


@pytest.mark.parametrize(("days", "soon"), [(91, False), (90, False), (89, True), (0, True), (-1, True)])
def test_soon_is_less_than_ninety_days_ahead_or_past(days: int, soon: bool) -> None:
    assert version(days).ends_soon(TODAY) is soon


def test_a_version_without_an_end_does_not_end_soon() -> None:
    assert version(None).ends_soon(TODAY) is False


@pytest.mark.parametrize("days", [89, 0, -400])
async def test_a_start_warns_of_a_version_that_ends_soon_or_has_ended(days: int) -> None:
    [(level, line)] = await warnings(acme_of(version(days)))

    assert line.pop("timestamp").endswith("Z")
    assert level == "warning"
    assert line == {
        "event": "connection.api_version_ends",
        "level": "warning",
        "connection": "acme",
        "api_version": "v7",
        "ends_on": (TODAY + dt.timedelta(days)).isoformat(),
        "days_left": days,
        "source": SOURCE,
    }


async def test_a_start_warns_of_a_version_that_the_strategy_does_not_know() -> None:
    [(level, line)] = await warnings(acme_of(version(None, is_known=False)))

    assert line.pop("timestamp").endswith("Z")
    assert level == "warning"
    assert line == {
        "event": "connection.api_version_unknown",
        "level": "warning",
        "connection": "acme",
        "api_version": "v7",
        "source": SOURCE,
    }


@pytest.mark.parametrize("strategy", [Acme, acme_of(None), acme_of(version(None)), acme_of(version(90))])
async def test_a_start_is_silent_where_nothing_ends(strategy: type[Acme]) -> None:
    assert await warnings(strategy) == []


async def test_every_connection_is_told_apart() -> None:
    async with bench(acme=acme_of(version(1))) as wire:
        # Not the one that is off.
        assert [line["connection"] for _, line in wire.log.events()] == ["acme", "acme-game"]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (ValueError("secret"), r"plugin .*: api_version of 'acme' failed: ValueError in .*"),
        ("v7", r"plugin .*: api_version of 'acme' is str, not an ApiVersion"),
    ],
)
def test_a_strategy_that_cannot_name_its_version_stops_the_start(broken: object, told: str, tmp_path: Path) -> None:
    threads = threading.enumerate()
    with pytest.raises(PluginError, match=told) as stopped:
        Exchange(
            Settings.model_validate({**SETTINGS, "storage": {"url": f"sqlite:///{tmp_path}/accredit.db"}}),
            plugins=[Brings(acme_of(broken), Globex)],
            transport=Provider(),
            logger=ListLogger(),
        )

    assert "secret" not in str(stopped.value)
    # Before anything was opened.
    assert list(tmp_path.iterdir()) == []
    assert new_threads(threads) == []
