"""ID tokens that a simulator does not mint: they come in its answers, or are verified by asking it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from accredit.testing.conformance.attacks.jwts import unsigned, with_payload
from accredit.testing.conformance.bench.bench import bench_for
from accredit.testing.conformance.bench.samples import accepted_samples, is_jwt
from accredit.testing.conformance.bench.spelling import is_id_token
from accredit.testing.conformance.bench.spy import Rewrite, leaves
from accredit.testing.conformance.bench.ways import stage_for
from accredit.testing.conformance.suite import Suite, require
from accredit.testing.simulator.simulator import Sample, Simulator

_FORGED: Mapping[str, Callable[[str], str]] = {
    "without a signature": lambda token: unsigned(token, alg="none"),
    "with another subject": lambda token: with_payload(token, sub="1"),
    "with another signature": lambda token: token[:-8] + token[-4:] + token[-8:-4],
}


async def require_what_answers_hold_is_verified(
    suite: Suite, simulator: Simulator, samples: Sequence[Sample], why: str
) -> None:
    """Require that ID tokens come in answers, for a code, and that one without its signature is refused."""
    missing = f"{why}, but the simulator has no `id_tokens`, and no answer holds an ID token"
    opaque = [one for one in accepted_samples(samples) if not is_jwt(one)]
    require(opaque, missing)
    for how, forged in _FORGED.items():
        found: list[Any] = []
        async with bench_for(suite, simulator=simulator, rewrite=_forging(forged, found)) as bench:
            answer = await bench.post(opaque[0].parameters)
            require(found, missing)
            require(not answer.accepted, f"accepted: an ID token {how}, in an answer")


async def require_it_hangs_on_the_provider(suite: Suite, simulator: Simulator, sample: Sample) -> None:
    """Require that the ID token is sent to the provider, and is good only if the provider says so."""
    async with stage_for(suite, simulator=simulator) as stage:
        sent = f"{sample.name} is an ID token that is verified without being sent to the provider"
        token = sample.credential.encode()
        way = await stage.walk(sample)
        asked = {one.call for one in way.said if any(token in part for part in one.sent)}
        require(asked, f"{sent}, so the simulator must mint some: `id_tokens`")
        stage.between.failing = dict.fromkeys(asked, lambda: httpx.Response(400, json={}))
        outcome = await stage.login(sample)
        require(not outcome.accepted, f"{sample.name}: accepted, although the provider does not verify it")


def _forging(forged: Callable[[str], str], found: list[Any]) -> Rewrite:
    def change(_: str, value: Any) -> Any:
        if not is_id_token(value):
            return value
        found.append(value)
        return forged(value)

    return leaves(change)
