"""Observers learn everything and change nothing."""

import pytest
from core.tests.bench import Observer, bench

from accredit import AccessDenied, ExchangeEvent, hookimpl


class Failing:
    """An observer that raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    @hookimpl
    def observe(self, event: ExchangeEvent) -> None:
        raise self.error


@pytest.mark.parametrize("error", [ValueError("MARKED"), AccessDenied("MARKED"), TimeoutError("MARKED")])
async def test_a_failing_observer_is_logged_and_changes_nothing(error: Exception) -> None:
    second = Observer()
    async with bench(plugins=[Failing(error), second]) as wire:
        accepted = await wire.post(scope="offline_access")
        refused = await wire.post(access_token="bad")

        assert (accepted.status_code, refused.status_code) == (200, 401)
        assert [event.outcome for event in second.events] == ["accepted", "refused"]
        failures = [line for level, line in wire.log.events() if level == "error"]
        assert [line["event"] for line in failures] == ["observer.failed", "observer.failed"]
        assert failures[0]["plugin"] == f"plugin {Failing.__module__}.Failing"
        assert failures[0]["place"].startswith(f"{type(error).__name__} in Failing.observe (test_observe.py:")
        assert "MARKED" not in repr(wire.log.lines)


async def test_what_an_observer_returns_is_ignored() -> None:
    class Talkative:
        @hookimpl
        def observe(self) -> str:
            return "no"

    async with bench(plugins=[Talkative()]) as wire:
        assert (await wire.post()).status_code == 200
