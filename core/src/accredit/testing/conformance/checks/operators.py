"""Whose fault it is: ours is told to us, and a user's never is."""

from collections.abc import Mapping

import pytest

from accredit.errors import ConfigurationError, ExchangeError
from accredit.strategy import Strategy
from accredit.testing.conformance.attacks.failures import OUTAGES, Failure
from accredit.testing.conformance.bench.between import Call, RecordedCall
from accredit.testing.conformance.bench.samples import samples_of
from accredit.testing.conformance.bench.settings import secrets_of, wrong_ones
from accredit.testing.conformance.bench.ways import Way, everything_said, stage_for, ways_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.verdict import verdict_of

_ALERTED_REFUSALS = frozenset({"unlisted_refusal"})
"""Refusals that nobody has listed: the user is refused, and the operator is to look."""


class Operators(Suite):
    """Alerts: where our settings are wrong, and nowhere else."""

    @pytest.mark.threat(49)
    @check
    async def test_our_wrong_secret_is_our_fault(self) -> None:
        """A good token under a wrong secret of ours is a 500 with an alert, never the user's fault.

        A 401 is honest where nobody can tell: the provider was not asked, or answered the very words in which it
        refuses a user's bad token. A secret that changes no call has nothing to do with a login; where no two calls are
        alike, as with a nonce in each, it must be refused at another sample.
        """
        simulator, samples = samples_of(self)
        secrets = secrets_of(self)
        if not secrets:
            not_applicable("the strategy has no setting that is a secret")
        of_users = [one for one in samples if verdict_of(one).status == 401]
        words = {(one.status, one.body) for one in await everything_said(self, simulator, of_users)}
        accepted: dict[str, list[Way]] = {}
        refused: set[str] = set()
        for way in await ways_of(self):
            for name, wrong in wrong_ones(secrets):
                try:
                    async with stage_for(self, simulator=way.simulator, connection={name: wrong}) as stage:
                        tried = await stage.walk(way.sample)
                        alert = stage.bench.event.alert
                except ConfigurationError:
                    continue  # refused even earlier
                what = f"{way.sample.name}, while {name} is wrong"
                if tried.outcome.accepted:
                    if not await self._changes_nothing(way, tried):
                        accepted.setdefault(name, []).append(way)
                    continue
                if tried.outcome.status == 401 and _nobody_can_tell(tried, way, words):
                    continue
                told = f"{what}: status {tried.outcome.status} ({tried.outcome.reason})"
                reason = tried.outcome.reason.partition(":")[0]
                require(reason == "provider_misconfigured", f"{told} instead of provider_misconfigured")
                require(tried.outcome.status == 500 and alert, f"{told} without an alert")
                refused.add(name)
        for name, ways in accepted.items():
            for way in ways:
                elsewhere = name in refused and not await self._changes_nothing(way, way)
                what = f"{way.sample.name}, while {name} is wrong"
                require(elsewhere, f"{what}: accepted, although the secret is sent: the simulator must check it")

    @pytest.mark.threat(49)
    @check
    async def test_a_users_state_is_no_alert(self) -> None:
        """A token that is dead, foreign or blocked raises no alert, and what is our fault raises one."""
        simulator, samples = samples_of(self)
        clock = Clock()
        async with stage_for(self, simulator=simulator, clock=clock) as stage:
            for sample in samples:
                clock.cool_down()
                before = len(stage.bench.log.lines)
                outcome = await stage.login(sample)
                alerts = [line for level, line in stage.bench.log.lines[before:] if level in ("critical", "error")]
                if verdict_of(sample).status == 401 and sample.expected not in _ALERTED_REFUSALS:
                    require(not alerts, f"{sample.name}: an alert that any user can cause ({outcome.reason})")
                elif outcome.status == 500:
                    require(alerts, f"{sample.name}: {outcome.reason}, and no alert")

    @pytest.mark.threat(49)
    @check
    async def test_our_credentials_are_told_from_wrong_ones(self) -> None:
        """Where the strategy asks about our credentials alone, right ones pass, wrong ones and an outage do not."""
        if self.strategy.check_credentials is Strategy.check_credentials:
            not_applicable("the strategy does not ask about credentials without a user's token")
        reason, said = await self._credentials({}, {})
        require(reason == "ok", f"right credentials end as {reason}")
        alike = [one.sent for one in said] == [one.sent for one in (await self._credentials({}, {}))[1]]
        for name, wrong in wrong_ones(secrets_of(self)):
            try:
                reason, asked = await self._credentials({name: wrong}, {})
            except ConfigurationError:
                continue  # refused even earlier
            unused = reason == "ok" and ([one.sent for one in asked] == [one.sent for one in said] or not alike)
            require(unused or reason == "provider_misconfigured", f"a wrong {name} ends as {reason}")
        for call in dict.fromkeys(one.call for one in said):
            for name, failure in OUTAGES.items():
                reason, _ = await self._credentials({}, {call: failure})
                down = reason in ("provider_unavailable", "provider_rate_limited")
                require(down, f"credentials end as {reason} while {' '.join(call)} answers with {name}")

    async def _credentials(
        self, connection: Mapping[str, str], failing: dict[Call, Failure]
    ) -> tuple[str, list[RecordedCall]]:
        """Let the strategy ask about our credentials; return how it ended, and the calls."""
        async with stage_for(self, connection=connection) as stage:
            stage.between.failing = failing
            configured = stage.bench.exchange.engine.connections[stage.bench.strategy]
            try:
                await configured.strategy.check_credentials(stage.bench.exchange.engine.context(configured))
            except ExchangeError as exc:
                return exc.reason, stage.between.said
            return "ok", stage.between.said

    async def _changes_nothing(self, way: Way, tried: Way) -> bool:
        """Tell whether the calls are the same, byte for byte but for a code, whatever the secret is."""
        async with stage_for(self, simulator=way.simulator) as stage:
            again = await stage.walk(way.sample)
        return again.sent == tried.sent


def _nobody_can_tell(tried: Way, way: Way, words: set[tuple[int, bytes]]) -> bool:
    """Tell whether each answer is one that the provider also gives where nothing is wrong, or a token is."""
    usual = words | {(one.status, one.body) for one in way.said}
    return all((one.status, one.body) in usual for one in tried.said if not one.is_key_set)
