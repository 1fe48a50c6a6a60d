"""One simulated provider of a block: its address, its connection table, and its tokens by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.types import ASGIApp

from accredit.testing.simulator.faults import FAULTS, WIRE_FAULTS
from accredit.testing.simulator.people import Person
from accredit.testing.simulator.simulator import Sample, Simulator

_FRESH_S = 60
"""For so long tokens that were minted are handed out; each lives for many times as long."""


class SimulatedProvider:
    """A simulator at an address that exists nowhere: a name below `.invalid` never resolves (RFC 6761 section 6.4).

    So a test that forgets the transport reaches nobody, and no real provider gets to see a secret.
    """

    def __init__(self, simulator: Simulator, clock: Callable[[], float]) -> None:
        self.strategy = simulator.strategy
        self.base_url = f"https://{simulator.strategy}.invalid"
        self._simulator = simulator
        self._clock = clock
        self._samples: Sequence[Sample] = ()
        self._minted_at = 0.0
        if simulator.id_tokens is not None:
            simulator.id_tokens.share_key(simulator.strategy)

    @property
    def connection(self) -> Mapping[str, Any]:
        """The connection table of the simulator's sample app."""
        return self._simulator.settings(self.base_url)

    def app(self) -> ASGIApp:
        """Return the provider as an ASGI app."""
        return self._simulator.app()

    def sample(self, token: str, person: Person) -> Sample:
        """Return a token by its name, such as `expired`, that is good for one use.

        Raises:
            LookupError: there is none of this name; the message names those of this person.
        """
        samples = {sample.name: sample for sample in self._all_samples()}
        ending = f"-{person.key}"
        found = samples.get(f"{token}{ending}")
        if found is None and person.key == "ada":  # whoever is not named is she, the complete person
            found = samples.get(token)
        if found is None:
            names = (name.removesuffix(ending) for name in samples if name.endswith(ending) or "-" not in name)
            raise LookupError(f"{self.strategy} has no token '{token}' of {person.key}: {', '.join(names)}")
        return self._simulator.fresh(found)

    def marked(self, token: str, fault: str) -> str:
        """Return a token whose calls make the provider misbehave.

        Raises:
            LookupError: there is no such fault, or none without a network.
        """
        name = fault.rpartition("-")[0] if fault.rpartition("-")[2].isdecimal() else fault
        if name in WIRE_FAULTS:
            raise LookupError(f"fault '{name}' needs a connection of TCP: serve the simulator (accredit.testing.serve)")
        if name not in FAULTS:
            names = ", ".join(one for one in FAULTS if one not in WIRE_FAULTS)
            raise LookupError(f"there is no fault '{name}': {names}")
        return self._simulator.marked(token, fault)

    def _all_samples(self) -> Sequence[Sample]:
        """Return all samples; they are minted anew where the clock says that it is time."""
        if not self._samples or abs(self._clock() - self._minted_at) > _FRESH_S:
            self._samples, self._minted_at = tuple(self._simulator.samples()), self._clock()
        return self._samples
