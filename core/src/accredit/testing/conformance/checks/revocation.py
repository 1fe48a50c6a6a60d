"""What is granted is taken back at the provider, or the operator hears that it is not."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import unquote_plus

import pytest

from accredit.exchange.provider_tokens import ProviderTokens, unsealed
from accredit.storage import KeptToken
from accredit.strategy import Strategy
from accredit.testing.conformance.attacks.failures import OUTAGES, REFUSALS, Failure
from accredit.testing.conformance.bench.bench import Bench, bench_for
from accredit.testing.conformance.bench.between import Between
from accredit.testing.conformance.bench.samples import accepted_samples, samples_of, subject_of
from accredit.testing.conformance.bench.watch import THREADS, WAYS_OUT, left_behind, watch
from accredit.testing.conformance.checks.secrets import hunt, listening, secrets_of
from accredit.testing.conformance.suite import Suite, check, not_applicable, require


class Revocation(Suite):
    """Of a strategy that has `revoke`: with a token that its own `verify` has brought."""

    @check
    async def test_a_kept_token_is_revoked_at_the_provider_and_may_be_again(self) -> None:
        """An erasure that failed half way is repeated: what the provider does not know any more is done."""
        async with _kept(self) as (bench, kept, tokens):
            before = len(bench.calls)
            require(not await kept.revoke(tokens), f"a token that was just brought is not revoked ({_why(bench)})")
            require(len(bench.calls) > before, "revoke returns, and has asked nobody")
            require(not await _again(kept, tokens), f"revoking it again fails ({_why(bench)})")

    @pytest.mark.threat(45)
    @check
    async def test_no_outage_and_no_unknown_refusal_is_taken_for_a_revocation(self) -> None:
        """Whichever call fails: the token is to be kept, and the operator told."""
        between = Between()
        async with _kept(self, between) as (_, kept, tokens):
            between.said.clear()
            await kept.revoke(tokens)
            for call in dict.fromkeys(one.call for one in between.said):
                for name, failure in _no_yes():
                    between.failing = {call: failure}
                    shown = " ".join(call)
                    require(await _again(kept, tokens), f"revoke returns although {shown} answers with {name}")

    @pytest.mark.threat(33)
    @check
    async def test_revoking_shows_nothing_secret(self) -> None:
        """Neither the token nor a secret of ours is in a URL, which servers write down, in an event, log or print."""
        between = Between()
        async with _kept(self, between) as (bench, kept, tokens):
            before, secrets = len(bench.calls), {**secrets_of(self), **_secrets_among(tokens, kept)}
            between.said.clear()
            with listening() as heard:
                await kept.revoke(tokens)
                for call in dict.fromkeys(one.call for one in between.said):
                    between.failing = {call: OUTAGES["500"]}
                    await _again(kept, tokens)
            hunt([unquote_plus(seen.url) for seen in bench.calls[before:]], secrets, "in a URL")
            hunt([*(line for _, line in bench.log.lines), *heard()], secrets, "in the log")

    @pytest.mark.threat(33, 44)
    @check
    async def test_revoking_reaches_declared_hosts_only(self) -> None:
        """Its context, which calls no others, is its only way out: with a good answer, and whichever call fails."""
        between = Between()
        async with _kept(self, between) as (_, kept, tokens):
            between.said.clear()
            await _confined(kept, tokens, "the provider does it")
            for call in dict.fromkeys(one.call for one in between.said):
                for name, failure in OUTAGES.items():
                    between.failing = {call: failure}
                    await _confined(kept, tokens, f"{' '.join(call)} answers with {name}")


@asynccontextmanager
async def _kept(
    suite: Suite, between: Between | None = None
) -> AsyncIterator[tuple[Bench, ProviderTokens, tuple[KeptToken, ...]]]:
    """Log in until a token is kept."""
    if suite.strategy.revoke is Strategy.revoke:
        not_applicable("it revokes nothing")
    simulator, samples = samples_of(suite)
    connection = {"keep_provider_token": True}
    async with bench_for(suite, simulator=simulator, connection=connection, between=between) as bench:
        kept = bench.exchange.engine.provider_tokens
        require(kept is not None, "the storage keeps no tokens")
        for sample in accepted_samples(samples):
            answer = await bench.accepted(sample.parameters, f"{sample.name}, on a connection that keeps its token")
            tokens = await bench.exchange.subjects.kept_tokens(subject_of(answer))
            if tokens and kept is not None:
                yield bench, kept, tokens
                return
        require(condition=False, message="no accepted sample brings a provider_token that revoke could be tried with")


async def _again(kept: ProviderTokens, tokens: tuple[KeptToken, ...]) -> tuple[KeptToken, ...]:
    """Keep the tokens as if nothing had happened, and revoke them."""
    for one in tokens:
        await kept.store.keep_provider_token(one)
    return await kept.revoke(tokens)


async def _confined(kept: ProviderTokens, tokens: tuple[KeptToken, ...], what: str) -> None:
    with watch("open", *WAYS_OUT, *THREADS) as done, left_behind() as still:
        await _again(kept, tokens)
        require(not still(), f"while {what}, something of revoke runs on: {', '.join(still())}")
    found = ", ".join(sorted(set(done) - {"open"}))  # to read a file once is how modules are imported
    require(not found, f"while {what}, revoke goes past its context: {found}")


def _secrets_among(tokens: tuple[KeptToken, ...], kept: ProviderTokens) -> dict[str, str]:
    """Return the tokens themselves; a user's id, which may take the place of one, is no secret."""
    return {
        f"the kept {one.kind}": unsealed(one, kept.encryption_keys).reveal() for one in tokens if one.kind != "user_id"
    }


def _no_yes() -> Iterator[tuple[str, Failure]]:
    """Yield each failure that has another status than a success, whose body need not say anything."""
    every: Mapping[str, Failure] = {**OUTAGES, **REFUSALS}
    for name, failure in every.items():
        try:
            is_success = failure().status_code < 300
        except Exception:  # it raises, as a network does
            is_success = False
        if not is_success:
            yield name, failure


def _why(bench: Bench) -> str:
    return "; ".join(line for _, line in bench.log.lines if "connection.token_unrevoked" in line)
