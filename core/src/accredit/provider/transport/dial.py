"""Try all addresses of a host: the next one whenever the last has failed or kept us waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from accredit.provider.transport.connection import Connection

HEAD_START_S = 0.5
"""How long an address may take until the next one is tried beside it. Source: RFC 8305 section 5, with TLS in it."""


async def first_connection(connect: Callable[[str], Awaitable[Connection]], addresses: Iterable[str]) -> Connection:
    """Return the connection to whichever address was first; every other one is closed.

    Raises:
        OSError: no address can be reached; of the last one that failed.
    """
    remaining = list(addresses)
    attempts: list[asyncio.Future[Connection]] = []
    winner: asyncio.Future[Connection] | None = None
    failure: BaseException = OSError("the host has no address")
    try:
        while winner is None and (remaining or not all(attempt.done() for attempt in attempts)):
            pending = [attempt for attempt in attempts if not attempt.done()]
            if remaining:
                pending.append(asyncio.ensure_future(connect(remaining.pop(0))))
                attempts.append(pending[-1])
            patience_s = HEAD_START_S if remaining else None
            done, _ = await asyncio.wait(pending, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            for attempt in done:
                failure = attempt.exception() or failure
                winner = attempt if attempt.exception() is None else winner
        if winner is None:
            raise failure
        return winner.result()
    finally:
        for attempt in attempts:
            if attempt is not winner:
                attempt.cancel()
                attempt.add_done_callback(_close)


def _close(attempt: "asyncio.Future[Connection]") -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().abort()
