"""Logins whose answers are bent, one field at a time."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from accredit.audience import AppBound, JwtAudience
from accredit.testing.conformance.bench.between import Call, Place, changed, fields_of, written
from accredit.testing.conformance.bench.samples import is_jwt, samples_of
from accredit.testing.conformance.bench.spelling import Answers, Spelling, spelling_of
from accredit.testing.conformance.bench.spy import Seen
from accredit.testing.conformance.bench.ways import Outcome, Stage, Way, one_of_each_end, stage_for, ways_of
from accredit.testing.conformance.suite import Suite
from accredit.testing.verdict import verdict_of

_MOST_FIELDS = 80
"""So many fields of one answer are bent; real answers have fewer."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one answer, with what the provider said there."""

    call: Call
    place: Place
    value: Any

    def __str__(self) -> str:
        return f"{written(self.place)} of {self.call[1]}"


@dataclass(frozen=True, slots=True)
class BendableLogin:
    """A way to a login, and fields of its answers to bend."""

    stage: Stage
    way: Way
    spelling: Spelling
    """How the user's id is made of what the answers hold."""
    fields: tuple[Field, ...]

    @property
    def accepted(self) -> frozenset[str]:
        """Return the connection's accepted ids."""
        return self.stage.bench.exchange.engine.connections[self.stage.bench.strategy].accepted

    async def bent(self, value: Any, *fields: Field) -> Outcome:
        """Log in while these fields hold another value."""

        def change(mine: list[Field]) -> Callable[[Any], Any]:
            def rewrite(document: Any) -> Any:
                for field in mine:
                    document = changed(document, field.place, value)
                return document

            return rewrite

        calls = {field.call for field in fields}
        self.stage.between.changing = {
            call: change([field for field in fields if field.call == call]) for call in calls
        }
        return await self.stage.login(self.way.sample)

    @property
    def proof_is_an_answers(self) -> bool:
        """Tell whether the proof of audience is an id that an answer names, and not a claim of a signed token."""
        proof = self.way.outcome.proof
        return isinstance(proof, AppBound) or (isinstance(proof, JwtAudience) and not is_jwt(self.way.sample))

    async def decides(self, field: Field, *others: Any) -> bool:
        """Tell whether a login hangs on the field: with one of these other values there is none, or another one."""
        for other in others:
            outcome = await self.bent(other, field)
            if not outcome.accepted or outcome.user_id != self.way.outcome.user_id:
                return True
        return False

    def is_same(self, outcome: Outcome) -> bool:
        """Tell whether an acceptance is the one without bends: the same user."""
        return outcome.user_id == self.way.outcome.user_id

    def said(self, field: Field, value: Any) -> str:
        """Describe a bend."""
        return f"{self.way.sample.name}: {field} = {'nothing' if value is ... else repr(value)}"


async def bendable_logins(suite: Suite) -> AsyncIterator[BendableLogin]:
    """Yield each way to a login that is told by answers."""
    for way in await ways_of(suite):
        if fields := _fields_in(way):
            seen = Answers.of(way.sample, [Seen(one.method, one.path, (), b"", one.body) for one in way.said])
            spelling = spelling_of(suite, way.outcome.user_id, seen, name=way.sample.name)
            async with stage_for(suite, simulator=way.simulator) as stage:
                yield BendableLogin(stage, way, spelling, fields)


async def bendable_refusals(suite: Suite) -> AsyncIterator[BendableLogin]:
    """Yield each way to a refusal."""
    simulator, samples = samples_of(suite)
    refused = [one for one in samples if verdict_of(one).status == 401]
    for way in await one_of_each_end(suite, simulator, refused):
        async with stage_for(suite, simulator=simulator) as stage:
            yield BendableLogin(stage, way, Spelling(()), _fields_in(way))


def _fields_in(way: Way) -> tuple[Field, ...]:
    """Return the fields of the answers, without those of key sets."""
    answers = [one for one in {one.call: one for one in way.said}.values() if not one.is_key_set]
    return tuple(
        Field(said.call, place, value)
        for said in answers
        for place, value in list(fields_of(said.json()))[:_MOST_FIELDS]
    )
