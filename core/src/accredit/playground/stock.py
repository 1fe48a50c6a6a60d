"""What there is to try at a simulated provider, made now: tokens run out, and codes are good once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accredit._guard import blamed
from accredit.errors import PluginError
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
    def refused(self) -> Mapping[str, Sequence[Sample]]:
        """The others, by the reason of their refusal, those of other apps first."""
        found: dict[str, list[Sample]] = defaultdict(list)
        for sample in self.samples:
            if sample.expected != ACCEPTED:
                found[sample.expected].append(sample)
        return dict(sorted(found.items(), key=lambda pair: (pair[0] != "wrong_audience", pair[0])))

    @property
    def of_another_app(self) -> Sample | None:
        """The token of another app that the story is told with."""
        foreign = [one for one in self.samples if one.expected == "wrong_audience"]
        foreign += [one for one in self.samples if one.is_foreign]
        return foreign[0] if foreign else None


def stock_of(provider: Provider) -> Stock:
    """Ask a simulator what there is. Whatever is wrong with it is told, and concerns no other."""
    try:
        with blamed(f"{provider.source}: `samples()` of the simulator of '{provider.name}' failed", quotes=True):
            return Stock(samples=tuple(provider.simulator.samples()))
    except PluginError as exc:
        return Stock(problem=str(exc))


def take(provider: Provider, name: str) -> Sample | None:
    """Return one sample, never used before where it is good once; None where there is none of that name.

    Raises:
        PluginError: the simulator failed.
    """
    with blamed(f"{provider.source}: the simulator of '{provider.name}' failed", quotes=True):
        for sample in provider.simulator.samples():
            if sample.name == name:
                return provider.simulator.fresh(sample)
    return None
