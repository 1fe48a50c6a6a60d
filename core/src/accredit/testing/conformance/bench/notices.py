"""A bench for notices: what is sent to `/notices/<connection>`, what comes of it, and what a host hears."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from accredit.audit.events import AnyEvent, ProviderNoticeEvent
from accredit.errors import InvalidNotice
from accredit.hookspecs import hookimpl
from accredit.notices import ProviderNotice
from accredit.testing.conformance.attacks.notices import CANARY, Letter
from accredit.testing.conformance.bench.bench import Bench, bench_for, make_simulator
from accredit.testing.conformance.bench.between import Between
from accredit.testing.conformance.bench.settings import secrets_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, require
from accredit.testing.simulator.notices import NoticeSample
from accredit.testing.simulator.simulator import ACCEPTED, Simulator

_REFUSED = {"error": InvalidNotice.error, "error_description": InvalidNotice.description}
_PIECE = 12
"""So many characters of a secret in a row are too many."""


class Host:
    """Hears what hosts hear, and the event of each notice."""

    def __init__(self) -> None:
        self.told: list[ProviderNotice] = []
        self.events: list[ProviderNoticeEvent] = []

    @hookimpl
    async def provider_notice(self, notice: ProviderNotice) -> None:
        """Take note."""
        self.told.append(notice)

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Take note."""
        if isinstance(event, ProviderNoticeEvent):
            self.events.append(event)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one letter."""

    status: int
    body: bytes
    content_type: str
    told: Sequence[ProviderNotice]
    reason: str
    detail: str

    @property
    def is_read(self) -> bool:
        """Say whether it was believed."""
        return self.status < 300

    @property
    def why(self) -> str:
        """Return status and reason, for a message."""
        reason = f"{self.reason}: {self.detail}" if self.detail else self.reason
        return f"{self.status} ({reason})"

    def tells(self, sample: NoticeSample) -> bool:
        """Tell whether the events are those of a sample, and all facts that it names are there."""
        said = [(one.kind, one.user_id) for one in self.told]
        return said == [(one.kind, one.user_id) for one in sample.events] and all(
            heard.facts.get(name) == value
            for heard, event in zip(self.told, sample.events, strict=True)
            for name, value in event.facts.items()
        )


@dataclass(slots=True)
class NoticeBench:
    """A bench, with a host that listens to what providers tell."""

    bench: Bench
    between: Between
    simulator: Simulator
    clock: Clock
    secrets: Mapping[str, str] = field(repr=False)
    notices: Sequence[NoticeSample]
    """The simulator's, all of them."""
    _host: Host

    @property
    def accepted(self) -> list[NoticeSample]:
        """Return those that are to be read."""
        return [one for one in self.notices if one.expected == ACCEPTED]

    def named(self, name: str) -> NoticeSample:
        """Return the one of this name."""
        return next(one for one in self.notices if one.name == name)

    async def send(self, letter: Letter, *, secret: Collection[str] = ()) -> Outcome:
        """Send a letter. None of these secrets, and none of the settings', may stand in what is left of it."""
        self.clock.cool_down()  # after a forgery with a key of another name no keys are fetched for a while
        told, events, lines = len(self._host.told), len(self._host.events), len(self.bench.log.lines)
        headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in letter.headers.items()]
        url = f"/notices/{self.bench.strategy}{'?' if letter.query else ''}{letter.query}"
        answer = await self.bench.client.request(letter.method, url, headers=headers, content=letter.body)
        require(len(self._host.events) == events + 1, f"one notice left {len(self._host.events) - events} events")
        event = self._host.events[-1]
        left = [event.detail, *(line for _, line in self.bench.log.lines[lines:])]
        for value in (*secret, *self.secrets.values(), CANARY):
            _require_untold(value, left)
        kind = answer.headers.get("content-type", "")
        return Outcome(answer.status_code, answer.content, kind, self._host.told[told:], event.reason, event.detail)

    async def read(self, sample: NoticeSample) -> Outcome:
        """Send a sample that is to be read."""
        outcome = await self.send(Letter.of(sample), secret=[sample.proof])
        require(outcome.is_read, f"{sample.name}: a genuine notice ends with {outcome.why}")
        return outcome

    async def refuse(self, letter: Letter, why: str, *, secret: Collection[str] = ()) -> None:
        """Send a letter that is to be refused as no notice of the provider's, in the words of all refusals."""
        outcome = await self.send(letter, secret=secret)
        require(not outcome.is_read and not outcome.told, f"believed: {why}")
        self.require_refusal(outcome, why)

    def require_refusal(self, outcome: Outcome, why: str) -> None:
        """Pass where it was refused as `InvalidNotice`, and for nothing else."""
        is_refusal = (outcome.status, outcome.reason) == (InvalidNotice.status, InvalidNotice.reason)
        require(is_refusal, f"ends with {outcome.why} instead of 400 (invalid_notice): {why}")
        answered: Any = None
        if outcome.content_type.startswith("application/json"):
            answered = json.loads(outcome.body)
        require(answered == _REFUSED, f"the refusal has another face than all others: {why}")


@asynccontextmanager
async def notices_for(
    suite: Suite, *, connection: Mapping[str, Any] | None = None, before: NoticeBench | None = None
) -> AsyncIterator[NoticeBench]:
    """Open a bench for notices; `connection` are settings beside the simulator's.

    With one that was there `before`, its simulator and its clock go on, in front of a host that knows nothing.
    """
    clock, between, host = Clock() if before is None else before.clock, Between(), Host()
    simulator = make_simulator(suite, clock) if before is None else before.simulator
    secrets = secrets_of(suite) if before is None else before.secrets
    async with bench_for(
        suite, simulator=simulator, connection=connection, clock=clock, between=between, plugins=[host]
    ) as bench:
        yield NoticeBench(bench, between, simulator, clock, secrets, list(simulator.notices()), host)


def _require_untold(value: str, left: Sequence[str]) -> None:
    text = "\n".join(left)
    for at in range(max(1, len(value) - _PIECE + 1)):
        piece = value[at : at + _PIECE]
        require(piece not in text, "a piece of the notice, or of a secret, is left behind in a log or a detail")
