"""Every sample gets its verdict: whatever came before it, and whatever happens beside it."""

import importlib.metadata
import random

import pytest

from accredit.credentials import CredentialKind
from accredit.errors import AccessDenied, InvalidProviderToken
from accredit.hookspecs import hookimpl
from accredit.models import Login
from accredit.testing.conformance.accepted import Accepted
from accredit.testing.conformance.attacks.jwts import payload_of
from accredit.testing.conformance.bench.bench import Answer, Bench, bench_for, brought
from accredit.testing.conformance.bench.samples import accepted_samples, foreign_samples, is_jwt, samples_of, subject_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, check, require
from accredit.testing.simulator.simulator import ACCEPTED, Sample
from accredit.testing.verdict import REFUSALS, differences, verdict_of


class Verdicts(Suite):
    """The simulator's samples, one by one, in another order, and all at once."""

    @check
    async def test_samples_cover_the_verdicts(self) -> None:
        """The samples hold an acceptance, a dead token and another app's token, for at least two people."""
        simulator, samples = samples_of(self)
        expected = {sample.expected for sample in samples}
        unknown = sorted(expected - {ACCEPTED, *REFUSALS})
        require(not unknown, f"samples expect what is no reason: {', '.join(unknown)}")
        names = [sample.name for sample in samples]
        require(len(set(names)) == len(names), "two samples have one name")
        require(samples[0].expected == ACCEPTED, "the first sample is not one that is to be accepted")
        if "unbound" not in self.strategy.traits:
            foreign_samples(samples)
        dead = [one for one in samples if one.expected == InvalidProviderToken.reason and not one.is_foreign]
        require(dead, "no sample of a dead token: one of our own app that is expected to end as invalid_token")
        async with bench_for(self, simulator=simulator) as bench:
            subjects = set()
            for sample in accepted_samples(samples):
                subjects.add(subject_of(await bench.accepted(sample.parameters, sample.name)))
        require(len(subjects) > 1, "all accepted samples are of one person")

    @check
    async def test_every_kind_has_a_sample_that_is_accepted(self) -> None:
        """Of each kind in `accepts` a sample logs somebody in, be it with `accept_unbound_tokens` alone."""
        simulator, samples = samples_of(self)
        clock, unseen = Clock(), set(self.strategy.accepts)
        unbound = {"accept_unbound_tokens": True}
        async with bench_for(self, simulator=simulator, connection=unbound, clock=clock) as bench:
            for sample in sorted(samples, key=lambda one: one.expected != ACCEPTED):
                clock.cool_down()
                if _kind(sample, bench) in unseen and (await bench.post(sample.parameters)).accepted:
                    unseen.remove(_kind(sample, bench))
                    self.seen_accepted |= {_accepted(sample, bench)}
        require(not unseen, f"no sample of a kind in `accepts` is accepted: {', '.join(sorted(unseen))}")

    @check
    async def test_every_sample_gets_its_verdict(self) -> None:
        """Each sample ends as it says: status, body, audit reason and claims, exactly."""
        simulator, samples = samples_of(self)
        clock = Clock()
        async with bench_for(self, simulator=simulator, clock=clock) as bench:
            for sample in samples:
                clock.cool_down()
                answer = await bench.post(sample.parameters)
                _check_verdict(sample, answer, bench)
                if answer.accepted:
                    self.seen_accepted |= {_accepted(sample, bench)}

    @check
    async def test_verdicts_do_not_depend_on_order(self) -> None:
        """Backwards and shuffled, every sample ends as it did before: a strategy keeps no state."""
        simulator, samples = samples_of(self)
        shuffled, clock = _shuffled(samples), Clock()
        async with bench_for(self, simulator=simulator, clock=clock) as bench:
            for sample in (*reversed(samples), *shuffled):
                clock.cool_down()
                _check_verdict(sample, await bench.post(sample.parameters), bench)

    @pytest.mark.threat(28)
    @check
    async def test_verdicts_do_not_depend_on_what_runs_beside(self) -> None:
        """All samples at once, three times each: every one ends as it does alone, and one person is one subject."""
        simulator, samples = samples_of(self)
        crowd = _shuffled(samples * 3)
        async with bench_for(self, simulator=simulator) as bench:
            subjects: dict[str, set[str]] = {}
            answers = await bench.post_all(sample.parameters for sample in crowd)
            for sample, answer in zip(crowd, answers, strict=True):
                expected = verdict_of(sample).status
                if answer.status == 503 and is_jwt(sample) and sample.expected == InvalidProviderToken.reason:
                    continue  # its key is unknown, and the key set was fetched a moment ago
                require(answer.status == expected, f"{sample.name}: status {answer.status} beside other exchanges")
                if answer.accepted:
                    _check_claims(sample, answer)
                    subjects.setdefault(sample.name, set()).add(subject_of(answer))
            require(all(len(one) == 1 for one in subjects.values()), "one token was several subjects")

    @check
    async def test_another_user_than_the_hinted_one_is_refused(self) -> None:
        """A user_id that is not exactly the provider's refuses the login; the right one changes nothing."""
        simulator, samples = samples_of(self)
        good = accepted_samples(samples)[0]
        async with bench_for(self, simulator=simulator) as bench:
            await bench.accepted(good.parameters, good.name)
            user_id = bench.identity.user_id
            await bench.accepted({**good.parameters, "user_id": user_id}, "with the right user_id")
            for other in {user_id[:-1], user_id + "0", "0" + user_id, user_id + " ", user_id.swapcase() + "x"} - {""}:
                await bench.refused({**good.parameters, "user_id": other}, f"with another user_id ({len(other)} long)")

    @pytest.mark.threat(14)
    @check
    async def test_a_denial_holds_for_every_kind_of_token(self) -> None:
        """A hook that denies a login denies it with every sample: access token, ID token, all alike."""

        class Deny:
            @hookimpl
            async def authorize(self, login: Login) -> None:
                raise AccessDenied("not today")

        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator, plugins=[Deny()]) as bench:
            for sample in accepted_samples(samples):
                request = {"client_id": "app", "connection": bench.strategy, **sample.parameters}
                answer = await bench.send(json=request, is_denied=True)
                require(answer.status == 401, f"{sample.name}: status {answer.status} although a hook denies")
                denial = {"error": "unauthorized", "error_description": "not today"}
                require(answer.error == denial, f"{sample.name}: the denial is not in the hook's words")

    @check
    async def test_the_entry_point_brings_strategy_and_simulator(self) -> None:
        """The distribution's entry point has the strategy's name, and its module brings both classes."""
        name = self.strategy.name
        entries = importlib.metadata.entry_points(group="accredit.strategies", name=name)
        require(not brought(self.strategy), f"no installed distribution has an entry point named {name}")
        modules = [entry.load() for entry in entries]
        require(all(self.strategy in module.strategies() for module in modules), "hook strategies brings another class")
        require(all(self.simulator in module.simulators() for module in modules), "hook simulators: another class")


def _shuffled(samples: list[Sample]) -> list[Sample]:
    return random.Random(7).sample(samples, len(samples))  # noqa: S311 - the same order in every run


def _check_verdict(sample: Sample, answer: Answer, bench: Bench) -> None:
    verdict = verdict_of(sample)
    if bench.event.reason != verdict.reason and verdict.status != 503:
        bench.require_answered()
    claims = payload_of(answer.body["id_token"]) if answer.accepted else {}
    wrong = verdict.contradictions(status=answer.status, reasons=[bench.event.reason], body=answer.body, claims=claims)
    require(not wrong, f"{sample.name}: {'; '.join(wrong)} (it ended as {bench.reason})")


def _kind(sample: Sample, bench: Bench) -> CredentialKind:
    strategy = bench.exchange.engine.connections[bench.strategy].strategy
    return "code" if sample.field == "code" else strategy.kind_of(sample.credential)


def _accepted(sample: Sample, bench: Bench) -> Accepted:
    proof = bench.event.audience_proof or ""
    return Accepted(
        _kind(sample, bench), proof, nonce="nonce" in sample.parameters, pkce="code_verifier" in sample.parameters
    )


def _check_claims(sample: Sample, answer: Answer) -> None:
    wrong = differences("id_token", verdict_of(sample).claims, payload_of(answer.body["id_token"]))
    require(not wrong, f"{sample.name}: {'; '.join(wrong)}")
