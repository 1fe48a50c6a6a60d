"""Verification alone, in one process: the floor's by hand, and ours by `Verifier`. No HTTP comes in.

It reads what to do from its standard input, a line of JSON for each measurement, and answers with a line of JSON in a
file: so that it is pinned, watched and ended as the servers are.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import uvloop
from tests.benchmarks.credentials import APP_ID, APP_SECRET
from tests.benchmarks.floor.verification import Verification
from tests.benchmarks.visitors import Tokens
from tests.benchmarks.wire import HOST

from accredit import ProviderToken, Verifier

Verify = Callable[[str], Awaitable[str]]
"""From a token to the id of its user."""


async def _floor(_: AsyncExitStack, provider_port: int) -> Verify:
    verify = Verification(provider_port=provider_port)

    async def by_hand(token: str) -> str:
        return str((await verify(token))["id"])

    return by_hand


async def _accredit(stack: AsyncExitStack, provider_port: int) -> Verify:
    facebook = {"app_id": APP_ID, "app_secret": APP_SECRET, "graph_url": f"http://{HOST}:{provider_port}"}
    verifier = await stack.enter_async_context(Verifier(connections={"facebook": facebook}))

    async def by_verifier(token: str) -> str:
        return (await verifier.verify("facebook", ProviderToken.of(token))).user_id

    return by_verifier


WAYS = {"floor": _floor, "accredit": _accredit}


async def _measure(verify: Verify, *, seconds: float, in_flight: int, users: int) -> dict[str, Any]:
    tokens = Tokens(users=users)
    latencies: list[float] = []
    wrong: list[str] = []
    started = time.perf_counter()

    async def go_on() -> None:
        while time.perf_counter() < started + seconds:
            token, user = tokens.next()
            asked = time.perf_counter()
            found = await verify(token)
            latencies.append(time.perf_counter() - asked)
            if found != user:
                wrong.append("another user")

    await asyncio.gather(*(go_on() for _ in range(in_flight)))
    return {"seconds": time.perf_counter() - started, "latencies": latencies, "wrong": wrong}


async def _main(way: str, provider_port: int, answers: Path) -> None:
    async with AsyncExitStack() as stack:
        verify = await WAYS[way](stack, provider_port)
        _append(answers, "ready\n")
        while line := await asyncio.to_thread(sys.stdin.readline):
            measured = await _measure(verify, **json.loads(line))
            _append(answers, json.dumps(measured) + "\n")


def _append(path: Path, text: str) -> None:
    with path.open("a") as output:
        output.write(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.participants.verifying", description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--provider-port", type=int, required=True)
    parser.add_argument("--answers", type=Path, required=True)
    chosen = parser.parse_args()
    uvloop.run(_main(chosen.way, chosen.provider_port, chosen.answers))
