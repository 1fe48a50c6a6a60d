"""What happens to nodes while people use them; each returns what they saw and how long it took."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.faults.servers import LONG_S
from tests.nodes.people import People
from tests.nodes.site import Site

PEOPLE = 8
HANGING = 2
BEFORE, AFTER = 150, 150
"""So many attempts succeed before something happens, and after it."""


@dataclass
class Trial:
    """One run. `fault_at`: when something happened, on the monotonic clock; `whole_s`: how long until all was well."""

    people: People
    fault_at: float = 0.0
    whole_s: float = 0.0
    steps_s: dict[str, float] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        """What was seen of those whose provider answers."""
        return {outcome for outcome in self.people.outcomes if not outcome.startswith("hanging")}

    @property
    def pause_s(self) -> float:
        """The longest time in which nobody was answered well, from what happened on."""
        times = sorted(time for kind in ("login 200", "refresh 200") for time in self.people.times.get(kind, ()))
        return max((b - a for a, b in itertools.pairwise(times) if b >= self.fault_at), default=0.0)

    def begin(self) -> None:
        """Say that it happens now."""
        self.fault_at = time.monotonic()

    def end(self) -> None:
        """Say that all is well again."""
        self.whole_s = time.monotonic() - self.fault_at


@asynccontextmanager
async def trial_of(site: Site) -> AsyncIterator[Trial]:
    """Let people use the site before, during and after the block; some of them wait for a provider that hangs."""
    trial = Trial(site.people())
    async with asyncio.timeout(3 * LONG_S), trial.people.using(PEOPLE, hanging=HANGING):
        await trial.people.until_answered(BEFORE)
        trial.begin()
        yield trial
        trial.end()
        await trial.people.until_answered(AFTER)
    await trial.people.everybody_refreshes()


async def a_node_is_killed_and_replaced(site: Site) -> Trial:
    """Kill one of the processes; start another one in its place."""
    async with trial_of(site) as trial:
        await site.kill(site.nodes[0])
        await trial.people.until_answered(50)
        await site.start(site.nodes[0])
    return trial


async def all_nodes_are_restarted_in_turn(site: Site) -> Trial:
    """Stop each process as a restart does, and start another one in its place."""
    async with trial_of(site) as trial:
        for node in site.nodes:
            assert await site.stop(node) == 0
            await site.start(node)
    return trial
