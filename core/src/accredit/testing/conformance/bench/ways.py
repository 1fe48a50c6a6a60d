"""The ways to a login: for each sequence of calls a sample that takes it, and what comes of it without mishap."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from accredit.testing.conformance.bench.bench import Answer, Bench, bench_for, make_simulator
from accredit.testing.conformance.bench.between import Between, RecordedCall
from accredit.testing.conformance.bench.samples import accepted_samples, samples_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, require
from accredit.testing.simulator.simulator import Sample, Simulator

_MOST = 6
"""More ways than a strategy can have."""
_VARIES = re.compile(r"[0-9]{4,}")
_LENGTH = re.compile(rb"(?mi)^content-length: .*$")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a login: whose it is, how it was proven, and the claims; for a refusal only why."""

    status: int
    reason: str
    user_id: str = ""
    proof: object = None
    claims: tuple[tuple[str, object], ...] = ()

    @property
    def accepted(self) -> bool:
        """Say whether tokens were issued."""
        return self.status == 200


@dataclass(frozen=True, slots=True)
class Way:
    """A sample, the calls its login makes, and what comes of it where nothing is in the way."""

    sample: Sample
    said: tuple[RecordedCall, ...]
    outcome: Outcome
    simulator: Simulator
    """Whose token it is: another simulator has other keys."""
    credential: str = field(repr=False)
    """What was sent: of a code that is good once, another one like the sample's."""

    @property
    def sent(self) -> list[tuple[bytes, ...]]:
        """Return what was sent in its calls, with nothing in the place of the credential: no two codes are the same."""
        found = (quote_plus(self.credential).encode(), self.credential.encode())
        return sorted(tuple(_blank(part, found) for part in one.sent) for one in self.said)

    @property
    def keeps_keys(self) -> bool:
        """Tell whether a key set is fetched, which is then at hand for the next login."""
        return any(one.is_key_set for one in self.said)


class Stage:
    """A bench with somebody between it and the simulator."""

    def __init__(self, bench: Bench, between: Between, simulator: Simulator) -> None:
        self.bench = bench
        self.between = between
        self.simulator = simulator

    async def login(self, sample: Sample, **more: Any) -> Outcome:
        """Send a sample, with `more` parameters, and say what came of it."""
        return self.outcome(await self.bench.post({**sample.parameters, **more}))

    def outcome(self, answer: Answer) -> Outcome:
        """Say what came of the last login."""
        if not answer.accepted:
            return Outcome(answer.status, self.bench.reason)
        identity = self.bench.identity
        claims = tuple(sorted((name, repr(value)) for name, value in identity.profile.claims().items()))
        return Outcome(answer.status, "ok", identity.user_id, identity.audience, claims)

    async def walk(self, sample: Sample) -> Way:
        """Log in without mishap."""
        before = len(self.between.said)
        outcome = await self.login(sample)
        credential = str(self.bench.sent[sample.field])
        return Way(sample, tuple(self.between.said[before:]), outcome, self.simulator, credential)


@asynccontextmanager
async def stage_for(
    suite: Suite,
    *,
    simulator: Simulator | None = None,
    clock: Clock | None = None,
    connection: Mapping[str, Any] | None = None,
) -> AsyncIterator[Stage]:
    """Open a bench with a `Between`."""
    clock = clock or Clock()
    simulator = simulator or make_simulator(suite, clock)
    between = Between()
    async with bench_for(suite, simulator=simulator, clock=clock, between=between, connection=connection) as bench:
        yield Stage(bench, between, simulator)


async def ways_of(suite: Suite) -> list[Way]:
    """Return the first accepted sample of each sequence of calls."""
    simulator, samples = samples_of(suite)
    ways = await walked(suite, simulator, accepted_samples(samples))
    for way in ways:
        told = f"{way.outcome.status} ({way.outcome.reason})"
        require(way.outcome.accepted, f"{way.sample.name} is refused with {told}, although nothing is in its way")
    return ways


async def walked(
    suite: Suite, simulator: Simulator, samples: Iterable[Sample], *, clock: Clock | None = None
) -> list[Way]:
    """Return the first sample of each sequence of calls, each walked with no key at hand.

    `clock` is the simulator's where that is not the kit's own.
    """
    found: dict[object, Way] = {}
    for sample in samples:
        async with stage_for(suite, simulator=simulator, clock=clock) as stage:
            way = await stage.walk(sample)
        nonce = "nonce" in sample.parameters
        calls = tuple((one.method, _VARIES.sub("*", one.path)) for one in way.said)
        found.setdefault((nonce, calls), way)
        if len(found) == _MOST:
            break
    return list(found.values())


async def everything_said(suite: Suite, simulator: Simulator, samples: Iterable[Sample]) -> list[RecordedCall]:
    """Send all samples, and return everything that the simulator said."""
    async with stage_for(suite, simulator=simulator) as stage:
        for sample in samples:
            await stage.login(sample)
    return stage.between.said


async def one_of_each_end(suite: Suite, simulator: Simulator, samples: Iterable[Sample]) -> list[Way]:
    """Return a sample for each verdict, by each sequence of answers that leads to it."""
    found: dict[object, Way] = {}
    async with stage_for(suite, simulator=simulator) as stage:
        for sample in samples:
            way = await stage.walk(sample)
            answers = tuple((one.method, one.status) for one in way.said if not one.is_key_set)
            found.setdefault((sample.expected, answers), way)
    return list(found.values())


def _blank(part: bytes, credentials: Iterable[bytes]) -> bytes:
    for one in credentials:
        part = part.replace(one, b"")
    return _LENGTH.sub(b"", part)
