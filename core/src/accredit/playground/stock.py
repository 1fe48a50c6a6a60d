"""What there is to try at a simulated provider, made now: tokens run out, and codes are good once."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from accredit._guard import blamed
from accredit.credentials import is_jwt
from accredit.errors import PluginError
from accredit.playground.rows import Group, Row, groups_of, people_of, rows_of
from accredit.sandbox.sandbox import Provider
from accredit.testing import ACCEPTED, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The samples of one provider, or the `problem` that its simulator has with them."""

    samples: Sequence[Sample] = ()
    problem: str = ""

    @property
    def accepted(self) -> Sequence[Sample]:
        """Those that log somebody in."""
        return [one for one in self.samples if one.expected == ACCEPTED]

    @property
    def people(self) -> Row | None:
        """Those of them that have nothing special, one for each person."""
        return people_of(self.samples)

    @property
    def others(self) -> Sequence[Row]:
        """The other ones that log somebody in."""
        plain = [] if self.people is None else [one.name for one, _ in self.people.samples]
        return rows_of(one for one in self.accepted if one.name not in plain)

    @property
    def refused(self) -> Sequence[Group]:
        """Those that log nobody in, by the reason of their refusal, those of other apps first."""
        return groups_of(self.samples)

    @property
    def of_ours(self) -> Sample | None:
        """The token of our app that the story is told with."""
        return _most_telling(self.accepted)

    @property
    def of_another_app(self) -> Sample | None:
        """The token of another app that it is told with: best one that is named as such."""
        named = [one for one in self.samples if one.expected == "wrong_audience"]
        surely = [one for one in named if one.is_foreign]  # with some providers nobody can tell for which app one is
        return _most_telling([*surely, *named] or [one for one in self.samples if one.is_foreign])


def _most_telling(samples: Sequence[Sample]) -> Sample | None:
    """Return the first ID token, which says itself whose it is and for which app; or else the first of all."""
    return next((one for one in samples if is_jwt(one.credential)), samples[0] if samples else None)


def stock_of(provider: Provider) -> Stock:
    """Ask a simulator what there is. Whatever is wrong with it is told, and concerns no other."""
    try:
        return Stock(samples=_samples(provider))
    except PluginError as exc:
        return Stock(problem=str(exc))


def take(provider: Provider, name: str) -> Sample | None:
    """Return one sample, never used before where it is good once; None where there is none of that name.

    Raises:
        PluginError: the simulator failed.
    """
    found = next((one for one in _samples(provider) if one.name == name), None)
    if found is None:
        return None
    with _blamed(provider, "fresh"):
        return _checked(provider.simulator.fresh(found))


def _samples(provider: Provider) -> tuple[Sample, ...]:
    with _blamed(provider, "samples"):
        return tuple(map(_checked, provider.simulator.samples()))


def _checked(sample: object) -> Sample:
    if not isinstance(sample, Sample):
        raise TypeError(f"{type(sample).__name__} is no Sample")
    return sample


def _blamed(provider: Provider, method: str) -> AbstractContextManager[None]:
    return blamed(f"{provider.source}: {method} of the simulator of '{provider.name}' failed", quotes=True)
