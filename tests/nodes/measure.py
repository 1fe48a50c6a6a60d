"""How many logins and refreshes 1, 2 and 3 nodes do, what they cost, and how long it takes until all is well again.

`python -m tests.nodes.measure` prints tables. Clients and provider run in this process, beside nodes and database on
the same machine: rates say little where it has few processors or does anything else, processor time says more.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from tests.faults.moody import login
from tests.faults.servers import Client
from tests.nodes import scenarios, server_scenarios
from tests.nodes.scenarios import Trial
from tests.nodes.servers_site import ServersSite
from tests.nodes.site import NODES

CLIENTS = 32
SECONDS = 5.0
NO_LIMIT = 1_000_000
_TICKS = os.sysconf("SC_CLK_TCK")


async def rates(site: ServersSite, seconds: float) -> Iterator[str]:
    """Return lines: what so many clients reach who ask the nodes in turn, and what it costs."""
    clients = [Client(site.nodes[number % len(site.nodes)].server.port) for number in range(CLIENTS)]

    async def log_in(client: Client) -> int:
        return (await client.log_in(login("steady", "good", next(site.numbers)))).status

    async def refresh(client: Client) -> int:
        return (await client.refresh()).status

    lines = [await _rate(site, name, clients, ask, seconds) for name, ask in (("login", log_in), ("refresh", refresh))]
    for client in clients:
        client.leave()
    return iter(lines)


async def _rate(
    site: ServersSite, name: str, clients: list[Client], ask: Callable[[Client], Awaitable[int]], seconds: float
) -> str:
    end, count = time.monotonic() + seconds, 0

    async def use(client: Client) -> None:
        nonlocal count
        while time.monotonic() < end:
            status = await ask(client)
            assert status == 200, f"{name}: {status}"
            count += 1

    before, began = _spent(site), time.monotonic()
    await asyncio.gather(*(use(client) for client in clients))
    took, after = time.monotonic() - began, _spent(site)
    nodes, database, here = ((b - a) * 1000 / count for a, b in zip(before, after, strict=True))
    return (
        f"{len(site.nodes)} nodes, {name:<7} {count / took:7.0f}/s; a {name} costs {nodes:.2f} ms of the nodes, "
        f"{database:.2f} ms of PostgreSQL, {here:.2f} ms of clients and provider"
    )


def _spent(site: ServersSite) -> tuple[float, float, float]:
    """Return the processor time that nodes, database and this process have taken, in seconds."""
    nodes = sum(_seconds(node.server.pid) for node in site.nodes)
    return nodes, sum(map(_seconds, _family(site.postgres.pid))), time.process_time()


def _seconds(pid: int) -> float:
    """Return what a process and its children that have ended have taken. Source: proc_pid_stat(5), fields 14 to 17."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    return [pid, *map(int, children)]


async def _measure(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for nodes in range(1, NODES + 1):
            place = Path(folder) / str(nodes)
            place.mkdir()
            async with ServersSite(place, nodes=nodes, of_one_user=NO_LIMIT) as site:
                for line in await rates(site, seconds):
                    print(line, flush=True)
                if nodes == NODES:
                    for scenario in SCENARIOS:
                        print(_line(scenario.__doc__ or "", await scenario(site)), flush=True)


def _line(what: str, trial: Trial) -> str:
    steps = "".join(f", {name} after {took:.1f} s" for name, took in trial.steps_s.items())
    return (
        f"{what.splitlines()[0]} Nobody answered well for {trial.pause_s:.2f} s, all well after {trial.whole_s:.1f} s"
        f"{steps}; {dict(sorted(trial.people.outcomes.items()))}"
    )


SCENARIOS: tuple[Callable[[ServersSite], Awaitable[Trial]], ...] = (
    scenarios.a_node_is_killed_and_replaced,
    scenarios.all_nodes_are_restarted_in_turn,
    server_scenarios.postgres_is_restarted,
    server_scenarios.postgres_fails_over,
    server_scenarios.a_node_loses_postgres,
    server_scenarios.valkey_is_restarted,
    server_scenarios.all_nodes_lose_valkey,
    server_scenarios.valkey_answers_late,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each rate")
    asyncio.run(_measure(parser.parse_args().seconds))
