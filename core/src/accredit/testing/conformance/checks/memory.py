"""A strategy is shared by all logins of a connection, and remembers none of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from accredit.models import Verification
from accredit.strategy import Strategy
from accredit.testing.conformance.bench.bench import make_simulator, start
from accredit.testing.conformance.bench.payloads import read_payloads
from accredit.testing.conformance.bench.samples import samples_of
from accredit.testing.conformance.bench.snapshot import differences, snapshot
from accredit.testing.conformance.bench.ways import stage_for, ways_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, check, require
from accredit.testing.exchange import BASE_URL


class Memory(Suite):
    """State on the strategy, its class and its modules, and in `normalize`."""

    @pytest.mark.threat(33)
    @check
    async def test_a_login_leaves_no_state(self) -> None:
        """After the first login of each way no attribute of the strategy, its class or its modules changes any more."""
        simulator, samples = samples_of(self)
        clock = Clock()
        async with stage_for(self, simulator=simulator, clock=clock) as stage:
            strategy = stage.bench.exchange.engine.connections[stage.bench.strategy].strategy
            for way in await ways_of(self):
                await stage.login(way.sample)
            before = snapshot(strategy, Strategy)
            for sample in samples:
                clock.cool_down()
                await stage.login(sample)
                found = differences(before, snapshot(strategy, Strategy))
                require(not found, f"{sample.name}: the strategy remembers it in {', '.join(found)}")

    @check
    async def test_normalize_remembers_nothing(self) -> None:
        """For one user with another profile, in any order and from any instance, `normalize` answers as a fresh one."""
        payloads = read_payloads(self.payloads)
        used = self._strategy()
        for user_id in {payload.verification["user_id"] for payload in payloads}:
            mine = [replace(payload.build(), user_id=user_id) for payload in payloads]
            changed = [_changed(one) for one in mine]
            for verification in [*mine, *changed, *reversed(mine), *reversed(changed), *mine]:
                fresh = type(used)(used.settings)
                before = snapshot(used, Strategy)
                same = used.normalize(verification) == fresh.normalize(verification)
                require(same, "normalize answers for one profile what it remembers of another one")
                found = differences(before, snapshot(used, Strategy))
                require(not found, f"normalize remembers something in {', '.join(found)}")

    def _strategy(self) -> Strategy[Any]:
        table = make_simulator(self).settings(BASE_URL)
        return start(self, table).engine.connections[self.strategy.name].strategy


def _changed(verification: Verification) -> Verification:
    """Return the same person with other texts."""
    return replace(verification, claims={name: _other(value) for name, value in verification.claims.items()})


def _other(value: Any) -> Any:
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, Mapping):
        return {name: _other(one) for name, one in value.items()}
    return [_other(one) for one in value] if isinstance(value, list) else value
