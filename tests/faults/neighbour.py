"""Logins by one connection while the provider of another one hangs: how long they take, beside how long they took.

`python -m tests.faults.neighbour` serves both, and alternates between the two. On a machine that does anything else
the figures say little: they are printed, and nobody is judged by them.
"""

import argparse
import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.faults.moody import Moody, login, serving
from tests.faults.servers import Client, Server

USERS = 8
"""So many log in at once by the steady connection."""
HANGING = 100
"""So many wait for the other one's provider."""
SETTLED_S = 0.5

Times = dict[str, list[float]]
"""What logins took, in milliseconds: `alone` and `beside`."""


async def measure(folder: Path, *, rounds: int, logins: int, hanging: int = HANGING) -> Times:
    """Return what the logins of each user took, so many in each of the rounds."""
    times: Times = {"alone": [], "beside": []}
    numbers = itertools.count(1)
    async with Moody() as steady, Moody() as moody:
        with serving(folder, {"steady": steady, "moody": moody}, enabled=False) as running:
            await _log_in(running, numbers, logins)
            for _ in range(rounds):
                times["alone"] += await _log_in(running, numbers, logins)
                waiting = [asyncio.create_task(_hang(running, next(numbers))) for _ in range(hanging)]
                await asyncio.sleep(SETTLED_S)
                times["beside"] += await _log_in(running, numbers, logins)
                for one in waiting:
                    one.cancel()
                await asyncio.gather(*waiting, return_exceptions=True)
                await asyncio.sleep(SETTLED_S)
    return times


async def _log_in(running: Server, numbers: Iterator[int], logins: int) -> list[float]:
    async def user() -> list[float]:
        client, took = Client(running.port), []
        for _ in range(logins):
            began = time.perf_counter()
            answer = await client.log_in(login("steady", "good", next(numbers)))
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status == 200, answer
        client.leave()
        return took

    return [one for found in await asyncio.gather(*(user() for _ in range(USERS))) for one in found]


async def _hang(running: Server, number: int) -> None:
    client = Client(running.port)
    with suppress(ConnectionError):
        try:
            await client.log_in(login("moody", "hang", number))
        finally:
            client.leave()


def percentile(times: list[float], hundredths: int) -> float:
    """Return how long so many in a hundred took at most."""
    return statistics.quantiles(times, n=100, method="inclusive")[hundredths - 1]


def main() -> None:
    """Run it, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--logins", type=int, default=25, help="of each user in a round")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(measure(Path(folder), rounds=options.rounds, logins=options.logins))
    for name, found in times.items():
        p50, p99 = percentile(found, 50), percentile(found, 99)
        print(f"{name:<7} {len(found)} logins, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    grown = percentile(times["beside"], 99) / percentile(times["alone"], 99)
    print(f"p99 beside a provider that hangs: {grown:.2f} x")


if __name__ == "__main__":
    main()
