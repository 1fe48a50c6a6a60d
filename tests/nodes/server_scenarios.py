"""What happens to the servers that all nodes share, and to the ways to them, while people use the nodes."""

import asyncio
import signal
import time

from tests.nodes.scenarios import BEFORE, Trial, trial_of
from tests.nodes.servers_site import CACHE_TIMEOUT_S, ServersSite

PARTITION_S = 3.0
LATE_S = 2 * CACHE_TIMEOUT_S


async def postgres_is_restarted(site: ServersSite) -> Trial:
    """Stop the database, which ends all connections, and start it."""
    async with trial_of(site) as trial:
        await asyncio.to_thread(site.postgres.stop)
        await asyncio.to_thread(site.postgres.start)
        await _until_all_are_ready(site)
    return trial


async def postgres_fails_over(site: ServersSite) -> Trial:
    """Kill the database at once, and promote the standby that follows it."""
    async with trial_of(site) as trial:
        standby = await asyncio.to_thread(site.postgres.standby)
        for node in site.everybody:
            node.standby.target = standby.socket
        await trial.people.until_answered(BEFORE)
        trial.begin()
        before, site.postgres = site.postgres, standby
        await asyncio.to_thread(before.stop, signal.SIGQUIT)
        await asyncio.to_thread(standby.promote)
        await asyncio.to_thread(before.remove)
        await _until_all_are_ready(site)
    return trial


async def a_node_loses_postgres(site: ServersSite) -> Trial:
    """Let nothing through between one node and the database for a while."""
    async with trial_of(site) as trial:
        node = site.nodes[0]
        for line in (node.database, node.standby):
            line.drop()
        await site.front.until(node.name, ready=False)
        trial.steps_s["noticed"] = time.monotonic() - trial.fault_at
        await trial.people.until_answered(50)
        await asyncio.sleep(PARTITION_S)
        trial.begin()
        for line in (node.database, node.standby):
            line.heal()
        await site.front.until(node.name, ready=True)
    return trial


async def valkey_is_restarted(site: ServersSite) -> Trial:
    """Kill the shared cache, and start it again, empty."""
    async with trial_of(site) as trial:
        await asyncio.to_thread(site.valkey.kill)
        await trial.people.until_answered(100)
        await asyncio.to_thread(site.valkey.start)
        await site.front.until_whole()
    return trial


async def all_nodes_lose_valkey(site: ServersSite) -> Trial:
    """Let nothing through between all nodes and the shared cache for a while."""
    async with trial_of(site) as trial:
        for node in site.nodes:
            node.cache.drop()
        await trial.people.until_answered(200)
        for node in site.nodes:
            node.cache.heal()
        await site.front.until_whole()
    return trial


async def valkey_answers_late(site: ServersSite) -> Trial:
    """Let all that passes between all nodes and the shared cache take longer than anybody would wait for it."""
    async with trial_of(site) as trial:
        for node in site.nodes:
            node.cache.delay_s = LATE_S
        await trial.people.until_answered(200)
        for node in site.nodes:
            node.cache.delay_s = 0.0
        await site.front.until_whole()
    return trial


async def _until_all_are_ready(site: ServersSite) -> None:
    await site.front.until(*(node.name for node in site.nodes), ready=True)
