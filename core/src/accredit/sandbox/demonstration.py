"""What the demonstration consists of: the trials of each connection, then those that any connection would refuse."""

from collections.abc import Iterator
from dataclasses import dataclass

from accredit.sandbox.judge import Outcome
from accredit.sandbox.sandbox import Sandbox
from accredit.sandbox.trials import Trial, contract_trials, sample_trials


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The trials of one connection; `source` and `url` are None for those that any connection refuses."""

    name: str
    source: str | None = None
    url: str | None = None
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One part, and what came of each of its trials."""

    part: Part
    outcomes: tuple[Outcome, ...]


def parts(running: Sandbox) -> Iterator[Part]:
    """Yield what is to be tried, in order."""
    for one in running.providers:
        yield Part(name=one.name, source=one.source, url=one.url, trials=tuple(sample_trials(one)))
    yield Part(name="any connection", trials=tuple(contract_trials(running.providers[0])))
