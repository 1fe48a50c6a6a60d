"""Notices are believed where the provider has sent them, to us, and once; nobody else can send any."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Literal

import pytest

from accredit.errors import ConfigurationError, ProviderRateLimited, ProviderUnavailable
from accredit.provider.http import origin
from accredit.strategy import Strategy
from accredit.testing.conformance.attacks.failures import OUTAGES
from accredit.testing.conformance.attacks.notices import (
    Attack,
    Letter,
    bent,
    beside,
    malformed,
    signed_otherwise,
    token_of,
    unproven,
)
from accredit.testing.conformance.bench.bench import make_simulator
from accredit.testing.conformance.bench.between import Call
from accredit.testing.conformance.bench.notices import NoticeBench, notices_for
from accredit.testing.conformance.bench.samples import accepted_samples
from accredit.testing.conformance.bench.settings import wrong_ones
from accredit.testing.conformance.bench.snapshot import differences, snapshot
from accredit.testing.conformance.bench.watch import THREADS, WAYS_OUT, left_behind, watch
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.simulator.notices import NoticeSample
from accredit.testing.simulator.simulator import ACCEPTED

_LATER_S = (1, 3_600, 86_400, 7 * 86_400, 31 * 86_400, 366 * 86_400)
"""How much later each time the same notice is sent once more, in seconds: until a year and more has gone by."""
_DOWN = frozenset({ProviderUnavailable.reason, ProviderRateLimited.reason})


_METHODS: tuple[Literal["GET", "POST"], ...] = ("GET", "POST")


class Notices(Suite):
    """Of a strategy that has `read_notice`: with the samples of `Simulator.notices`, and what is made of them."""

    @check
    async def test_notices_have_samples(self) -> None:
        """Who reads notices has samples: two that are read, of which one tells of an event, and another app's."""
        samples = list(make_simulator(self).notices())
        if self.strategy.read_notice is Strategy.read_notice:
            require(not samples, "the simulator has notices, and the strategy has no read_notice")
            not_applicable("it reads no notices")
        require(samples, "the strategy has read_notice, and the simulator no notices()")
        names = [one.name for one in samples]
        require(len(names) == len(set(names)), "two notices of the simulator have one name")
        read = [one for one in samples if one.expected == ACCEPTED]
        require(any(one.events for one in read), "no notice of the simulator's is to be read as an event")
        two = len({(one.query, one.body) for one in read}) > 1
        require(two, "only one notice of the simulator's is to be read: no signature can be put under another one")
        require(any(one.is_foreign for one in samples), "no notice of the simulator's is another app's (is_foreign)")

    @check
    async def test_a_genuine_notice_is_read(self) -> None:
        """It is for an id of ours, tells what has happened, in order, and names the user as a login does."""
        async with self._stage() as stage:
            users = set()
            for login in accepted_samples(stage.simulator.samples()):
                await stage.bench.accepted(login.parameters, login.name)
                users.add(stage.bench.identity.user_id)
            for sample in stage.accepted:
                outcome = await stage.read(sample)
                told = [(one.kind, one.user_id, dict(one.facts)) for one in outcome.told]
                wanted = [(one.kind, one.user_id, dict(one.facts)) for one in sample.events]
                require(outcome.tells(sample), f"{sample.name}: told is {told}, not {wanted}")
                for event in sample.events:
                    is_known = event.user_id is None or event.user_id in users
                    require(is_known, f"{sample.name}: no login of the simulator's has the id {event.user_id}")

    @pytest.mark.threat(6, 9)
    @check
    async def test_a_notice_without_the_providers_proof_is_refused(self) -> None:
        """Unsigned, changed by a letter, signed by another key or secret, with another's signature, or an ID token."""
        async with self._stage() as stage:
            issuer = stage.simulator.id_tokens
            for sample in stage.accepted:
                for what, letter in (*unproven(sample), *signed_otherwise(sample, issuer)):
                    await stage.refuse(letter, f"{sample.name}, {what}", secret=[sample.proof])
                if sample.proof not in stage.secrets.values():
                    await _require_signed(stage, sample)
            await self._require_secrets(stage)

    @pytest.mark.threat(1)
    @check
    async def test_a_notice_for_another_app_is_refused(self) -> None:
        """Signed as the provider signs it, by that app's secret or by its own key; and so is what is old."""
        async with self._stage() as stage:
            for sample in stage.notices:
                if sample.expected != ACCEPTED:
                    await stage.refuse(Letter.of(sample), f"{sample.name}: {sample.about}", secret=[sample.proof])

    @pytest.mark.threat(15)
    @check
    async def test_what_is_no_notice_is_refused_and_nothing_fails(self) -> None:
        """Cut, empty, huge, random, with a parameter twice or by another method: `InvalidNotice`, and nothing else."""
        async with self._stage() as stage:
            methods = {one.method for one in stage.accepted}
            for sample in stage.accepted:
                attacks: list[Attack] = list(malformed(sample))
                for query in (sample.query, sample.body.decode("latin-1")):
                    by = [(one, Letter(one, query, sample.headers, b"")) for one in _METHODS if one not in methods]
                    attacks += [(f"by {method}", letter) for method, letter in by]
                for what, letter in attacks:
                    await stage.refuse(letter, f"{sample.name}, {what}", secret=[sample.proof])
                for what, letter in bent(sample):
                    outcome = await stage.send(letter)
                    if not outcome.is_read:
                        stage.require_refusal(outcome, f"{sample.name}, {what}")

    @pytest.mark.threat(56)
    @check
    async def test_a_notice_that_comes_again_has_no_second_effect(self) -> None:
        """As it was, a year long, or with anything that is not signed changed; and no notice is taken for another."""
        async with self._stage() as stage:
            first = {}
            for sample in stage.accepted:
                first[sample.name] = outcome = await stage.read(sample)
                require(len(outcome.told) == len(sample.events), f"{sample.name} is taken for one that came before it")
            for sample in stage.accepted:
                again = await stage.read(sample)
                is_same = (again.status, again.body) == (first[sample.name].status, first[sample.name].body)
                require(is_same, f"{sample.name}, sent again, has another answer")
            for seconds in (0, *_LATER_S):
                stage.clock.advance(seconds)
                for sample in stage.accepted:
                    had_effect = False
                    for what, letter in (("", Letter.of(sample)), *beside(sample)):
                        outcome = await stage.send(letter)
                        had_effect = had_effect or bool(outcome.told)
                        why = f"{sample.name}, sent again after {seconds} s {what}"
                        require(sample.is_repeatable or not had_effect, f"{why}: it has an effect once more")
                        if not outcome.is_read:
                            stage.require_refusal(outcome, why)
                    untrue = seconds == 0 and sample.is_repeatable and sample.events and not had_effect
                    require(not untrue, f"{sample.name}: is_repeatable is not true, it has no second effect")

    @pytest.mark.threat(18)
    @check
    async def test_an_outage_is_no_verdict_on_a_notice(self) -> None:
        """Whichever call fails, say for the keys: 503, so that the provider sends it again, and then it is read."""
        calls: dict[Call, str] = {}
        async with self._stage() as first:
            names = [one.name for one in first.accepted]
        for name in names:
            async with self._stage(first) as stage:
                await stage.read(stage.named(name))
                for one in stage.between.said:
                    calls.setdefault(one.call, name)
        if not calls:
            not_applicable("it asks nobody about notices")
        for call, name in calls.items():
            for answer, failure in OUTAGES.items():
                async with self._stage(first) as stage:
                    genuine = stage.named(name)
                    stage.between.failing = {call: failure}
                    outcome = await stage.send(Letter.of(genuine))
                    what = f"{name}, while {' '.join(call)} answers with {answer}"
                    is_down = outcome.status == ProviderUnavailable.status and outcome.reason in _DOWN
                    require(is_down and not outcome.told, f"{what}: ends with {outcome.why} instead of 503")
                    stage.between.failing = {}
                    outcome = await stage.read(genuine)
                    require(outcome.tells(genuine), f"{what}: sent again, it tells something else")

    @pytest.mark.threat(33, 44)
    @check
    async def test_notices_leave_nothing_behind(self) -> None:
        """No state, no task and no thread; no host is called that is not declared, and the context is the way out."""
        async with self._stage() as stage:
            connection = stage.bench.exchange.engine.connections[stage.bench.strategy]
            letters = [(one.name, Letter.of(one)) for one in stage.notices]
            letters += [("one that is empty", Letter("POST", "", {}, b""))]
            for _, letter in letters:
                await stage.send(letter)
            before = snapshot(connection.strategy, Strategy)
            for name, letter in letters:
                with watch("open", *WAYS_OUT, *THREADS) as done, left_behind() as still:
                    outcome = await stage.send(letter)
                    require(not still(), f"{name}: something runs on: {', '.join(still())}")
                require(outcome.status < 500, f"{name}: ends with {outcome.why}, although nothing fails")
                found = sorted(set(done))
                require(not found, f"{name}: the strategy goes past its context: {', '.join(found)}")
                kept = differences(before, snapshot(connection.strategy, Strategy))
                require(not kept, f"{name}: the strategy remembers it in {', '.join(kept)}")
            strangers = {seen.origin for seen in stage.bench.calls} - set(map(origin, connection.provider_urls))
            require(not strangers, f"hosts are called that no setting names: {', '.join(sorted(strangers))}")

    @asynccontextmanager
    async def _stage(self, before: NoticeBench | None = None) -> AsyncIterator[NoticeBench]:
        """Open a bench; there is nothing to check where nobody reads notices, or there are none to read.

        With one that was there `before`, its simulator goes on.
        """
        async with notices_for(self, before=before) as stage:
            if self.strategy.read_notice is Strategy.read_notice or not stage.accepted:
                not_applicable("it reads no notices, or there are no samples of them")
            yield stage

    async def _require_secrets(self, stage: NoticeBench) -> None:
        """Pass where settings decide what is believed: each notice is refused where one is another, or not set."""
        believed = {one.name for one in stage.accepted if token_of(one) is None}
        for what, connection in _without_secret(stage.secrets):
            try:
                async with notices_for(self, connection=connection) as other:
                    for sample in other.accepted:
                        outcome = await other.send(Letter.of(sample), secret=[sample.proof])
                        if not outcome.is_read:
                            believed.discard(sample.name)
                            other.require_refusal(outcome, f"{sample.name}, {what}")
                        for how, letter in unproven(sample):
                            await other.refuse(letter, f"{sample.name}, {how}, {what}", secret=[sample.proof])
            except ConfigurationError:
                continue  # refused even earlier
        names = ", ".join(sorted(believed))
        require(not believed, f"{names}: believed whatever the secrets of the settings are, and no key has signed it")


def _without_secret(secrets: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str | None]]]:
    for name, wrong in wrong_ones(secrets):
        yield f"while {name} is another", {name: wrong}
    for name in secrets:
        yield f"while {name} is not set", {name: None}


async def _require_signed(stage: NoticeBench, sample: NoticeSample) -> None:
    """Pass where the proof is of this notice alone: a signature, and no secret that is shown."""
    for other in stage.accepted:
        if other.proof != sample.proof:
            letter = Letter.of(sample).replaced(sample.proof, other.proof)
            why = f"{sample.name}, with the signature of {other.name}"
            await stage.refuse(letter, why, secret=[sample.proof, other.proof])
    for what, letter in bent(sample):
        outcome = await stage.send(letter, secret=[sample.proof])
        same = not outcome.is_read or not outcome.told or outcome.tells(sample)
        require(same, f"{sample.name}, {what}: believed, and tells something else than was signed")
