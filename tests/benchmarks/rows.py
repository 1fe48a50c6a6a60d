"""What rows cost in PostgreSQL: our own CPU time for each login, refresh and look-up.

`python -m tests.benchmarks.rows` prints it. Client side: the process's CPU time, without the server's. Each is measured
in rounds with 64 in flight, and alone; the best round is what it costs, the median what it cost on this machine now.
With `fsync`, as in production.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

from core.tests.postgres import started
from core.tests.storage.sessions import login, token

from accredit.storage.postgres import PostgresStorage

IN_FLIGHT = 64
EACH = 8
"""Calls of each of them in a round."""
ROUNDS = 20
WARM_UP = 300

Call = Callable[[str], Awaitable[object]]


def calls(storage: PostgresStorage) -> dict[str, Call]:
    """Return what is measured; each takes a name, and returns the call, ready to be awaited."""
    return {
        "login: start": lambda name: storage.start(*login(name, subject=f"acme|{name}", user_id=name)),
        "login: look_up": lambda name: storage.look_up("acme", name),
        "first login: create": lambda name: storage.create("acme", f"new {name}", f"acme|new {name}", now=1_000),
        "assertion: first_use": lambda name: storage.first_use(name, 4_000_000_000),
        "refresh: find": storage.find,
        "refresh: rotate": lambda name: storage.rotate(name, token(f"{name}'", name), now=1_000, leeway_s=0),
    }


async def measure(url: str) -> None:
    """Print a line for each call."""
    storage = PostgresStorage(url)
    await storage.open()
    measured = calls(storage)
    for number in range(WARM_UP):
        for call in measured.values():
            await call(f"warm {number}")
    for title, call in measured.items():
        many = [
            await cpu_us(call, [[f"{n}-{i}-{k}" for k in range(EACH)] for i in range(IN_FLIGHT)]) for n in range(ROUNDS)
        ]
        alone = [await cpu_us(call, [[f"alone {n}-{k}" for k in range(EACH)]]) for n in range(ROUNDS)]
        print(
            f"{title:<20} {IN_FLIGHT} in flight: {min(many):6.1f} µs (median {statistics.median(many):.1f})"
            f"   alone: {min(alone):7.1f} µs (median {statistics.median(alone):.1f})"
        )
    await storage.close()


async def cpu_us(call: Call, names: list[list[str]]) -> float:
    """Return microseconds of CPU for each call, once its values are there; the lists are worked off at once."""
    ready = [[call(name) for name in own] for own in names]

    async def work_off(own: list[Awaitable[object]]) -> None:
        for one in own:
            await one

    began = time.process_time()
    await asyncio.gather(*map(work_off, ready))
    return (time.process_time() - began) * 1e6 / sum(map(len, names))


def main() -> None:
    """Start a server, measure, and stop it."""
    with started(fsync=True) as server, server.database() as database:
        asyncio.run(measure(database.url()))


if __name__ == "__main__":
    main()
