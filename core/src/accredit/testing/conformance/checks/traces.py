"""What a login leaves in logs and events: no piece of a secret, and no word of the provider's."""

import string
from collections.abc import Collection, Iterator
from typing import Any

import pytest

from accredit.testing.conformance.attacks.failures import OUTAGES
from accredit.testing.conformance.bench.bench import make_simulator, start
from accredit.testing.conformance.bench.between import Call, Place, changed, fields_of, written
from accredit.testing.conformance.bench.samples import samples_of
from accredit.testing.conformance.bench.ways import Stage, one_of_each_end, stage_for, ways_of
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.checks.secrets import listening
from accredit.testing.conformance.suite import Suite, check, require
from accredit.testing.exchange import BASE_URL
from accredit.testing.simulator.simulator import Sample

_PIECE = 12
"""So many characters of a secret in a row are too many: they find it again in another log."""
_CANARY = "Kit-canary: a <b>provider's</b> words,\r\nin two lines \u202e\x1b[31m"
_SONG = "Kit-canary"
_LETTERS = f"{string.ascii_lowercase}_ "
_MOST_FIELDS = 12
"""An answer that refuses has fewer texts."""


class Traces(Suite):
    """Logs, events, descriptors and warnings, read piece by piece."""

    @pytest.mark.threat(33)
    @check
    async def test_no_piece_of_a_secret_is_left_behind(self) -> None:
        """No twelve characters in a row of a token or of a secret stand in a log, a detail, or on a descriptor."""
        simulator, samples = samples_of(self)
        public = self._public()
        clock = Clock()
        async with stage_for(self, simulator=simulator, clock=clock) as stage:
            with listening() as heard:
                for sample in samples:
                    clock.cool_down()
                    before = len(stage.bench.witness.events), len(stage.bench.log.lines)
                    outcome = await stage.login(sample)
                    public.add(outcome.user_id)
                    _hunt_pieces(_told(stage, before), [sample], public)
            _hunt_pieces(heard(), samples, public)
        for way in await ways_of(self):
            for call in dict.fromkeys(one.call for one in way.said):
                async with stage_for(self, simulator=way.simulator) as stage:
                    with listening() as heard:
                        for stage.between.failing in ({call: failure} for failure in OUTAGES.values()):
                            await stage.login(way.sample)
                    _hunt_pieces([*_told(stage), *heard()], [way.sample], public)

    @pytest.mark.threat(33, 50)
    @check
    async def test_no_word_of_the_provider_is_repeated(self) -> None:
        """Whatever text the provider puts into an answer or a header, no log, detail or refusal repeats it."""
        simulator, samples = samples_of(self)
        for way in await one_of_each_end(self, simulator, samples):
            sample, said = way.sample, {one.call: one for one in way.said}
            async with stage_for(self, simulator=simulator) as stage:
                with listening() as heard:
                    stage.between.headers = {"WWW-Authenticate": f'Bearer error_description="{_SONG}"'}
                    await self._sing(stage, sample, None, ())
                    for call, one in said.items():
                        for place in [] if one.is_key_set else _texts(one.json()):
                            await self._sing(stage, sample, call, place)
                require(_SONG not in "\n".join(heard()), f"{sample.name}: the provider's words are printed or logged")

    async def _sing(self, stage: Stage, sample: Sample, call: Call | None, place: Place) -> None:
        before = len(stage.bench.witness.events), len(stage.bench.log.lines)
        if call is not None:
            stage.between.changing = {call: lambda document: changed(document, place, _CANARY)}
        answer = await stage.bench.post(sample.parameters)
        event = stage.bench.witness.events[before[0]]
        lines = [line for _, line in stage.bench.log.lines[before[1] :]]
        where = "a header" if call is None else f"{written(place)} of {call[1]}"
        what = f"{sample.name}: what {where} says"
        # The engine itself names the app of a foreign token, in printable characters and cut.
        if event.checks[-1].name != "check_audience":
            require(_SONG not in event.detail, f"{what} stands in detail")
            require(_SONG not in "\n".join(lines), f"{what} stands in the log")
        require(answer.accepted or _SONG not in answer.text, f"{what} reaches the client")

    def _public(self) -> set[str]:
        """Return texts that may stand anywhere, even where a token holds them as well."""
        table = make_simulator(self).settings(BASE_URL)
        return set(start(self, table).engine.connections[self.strategy.name].accepted)


def _told(stage: Stage, since: tuple[int, int] = (0, 0)) -> list[str]:
    """Return events and log lines from these places on."""
    events = [repr(event) for event in stage.bench.witness.events[since[0] :]]
    return [*events, *(line for _, line in stage.bench.log.lines[since[1] :])]


def _hunt_pieces(told: list[str], samples: Collection[Sample], public: Collection[str]) -> None:
    text = "\n".join(told).strip()
    for sample in samples if text else ():
        for name in ("access_token", "access_token_secret", "code", "code_verifier"):
            for piece in _pieces(sample.parameters.get(name, ""), public):
                require(piece not in text, f"{sample.name}: twelve characters of its {name} are left behind")


def _pieces(secret: str, public: Collection[str]) -> Iterator[str]:
    for start_at in range(len(secret) - _PIECE + 1):
        piece = secret[start_at : start_at + _PIECE]
        is_word = not piece.strip(_LETTERS)  # simulated tokens are named by what is the matter with them
        if not is_word and not any(piece in one or (one and one in piece) for one in public):
            yield piece


def _texts(document: Any) -> list[Place]:
    return [place for place, value in fields_of(document) if isinstance(value, str)][:_MOST_FIELDS]
