"""Keys are rotated while tokens are issued at all nodes: no verifier meets one that it cannot verify."""

import asyncio
from collections import Counter
from contextlib import suppress

import pytest
from tests.nodes.site import CHECK_INTERVAL_S, Site
from tests.nodes.visitor import Verifier, kid_of, log_in

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ROTATIONS = 2


async def test_a_rotation_reaches_all_nodes_and_no_verification_fails(site: Site) -> None:
    seen: dict[str, Counter[str]] = {node.name: Counter() for node in site.nodes}
    cached = Verifier(site)
    await cached.fetch()

    async def log_in_and_verify() -> None:
        while True:
            for node in site.nodes:
                answer = await log_in(node, next(site.numbers))
                assert answer.status == 200
                await cached.verify(answer.body["access_token"])
                await cached.verify(answer.body["id_token"])
                seen[node.name][kid_of(answer.body["access_token"])] += 1

    using = asyncio.create_task(log_in_and_verify())
    try:
        for rotations in range(1, ROTATIONS + 1):
            await asyncio.sleep(2 * CHECK_INTERVAL_S)  # each node has published the next key by now, and has it
            before = cached.fetches
            await site.command("keys", "rotate", "--now", "--config", "accredit.toml")
            async with asyncio.timeout(60):
                while any(len(kids) <= rotations for kids in seen.values()) and not using.done():  # noqa: ASYNC110 - they tell nobody
                    await asyncio.sleep(0.01)
            assert cached.fetches == before  # it knew the next key before any node signed with it
            await cached.fetch()
            if using.done():
                await using
    finally:
        using.cancel()
        with suppress(asyncio.CancelledError):
            await using
    assert len({kid for kids in seen.values() for kid in kids}) == ROTATIONS + 1
