"""One of several processes on one storage: `python -m … FACTORY URL WORK NUMBER`.

It opens the storage, says "ready", waits for a line, does its work and prints what came of it, a line of JSON each.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from accredit.errors import NotLinked
from accredit.storage import Storage, StorageFactory
from accredit.testing.storage_conformance.samples import NOW, login, token

ROUNDS = 10
"""How often each kind of race is run."""
LOGINS = 80
"""Of each process, where logins race."""

Work = Callable[[Storage, int], Awaitable[None]]


def _print(line: object) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")


async def _rotate(storage: Storage, number: int) -> None:
    for round_ in range(ROUNDS):
        calls = (
            storage.rotate(f"{round_}", token(f"{round_}-{number}-{one}", f"{round_}"), now=NOW, leeway_s=0)
            for one in range(10)
        )
        _print([outcome.name for outcome in await asyncio.gather(*calls)])


async def _create(storage: Storage, number: int) -> None:
    for round_ in range(ROUNDS):
        calls = (storage.create("acme", f"{round_}", f"{round_}-{number}-{one}", now=NOW) for one in range(5))
        _print(sorted({stored.id for stored in await asyncio.gather(*calls)}))


async def _use(storage: Storage, number: int) -> None:
    for round_ in range(ROUNDS):
        _print(sum(await asyncio.gather(*(storage.first_use(f"{round_}", 2_000) for _attempt in range(4)))))


async def _start(storage: Storage, number: int) -> None:
    await asyncio.gather(*(storage.start(*login(f"{number}-{one}")) for one in range(LOGINS)))


async def _block(storage: Storage, _: int) -> None:
    await storage.set_blocked("ada", blocked=True)


async def _unlink(storage: Storage, number: int) -> None:
    """Unlink, once others have begun; or look, take one's time, and store, as a login does."""
    if number == 0:
        while not await storage.sessions("acme|1"):  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0)
        await storage.unlink("acme", "1")
        return

    async def log_in(one: int) -> None:
        found = await storage.subject_of("acme", "1")
        await asyncio.sleep(0.01 * one)
        if found is None:
            await storage.start(*login(f"{number}-{one}"))

    outcomes = await asyncio.gather(*(log_in(one) for one in range(LOGINS)), return_exceptions=True)
    _print(sorted({type(one).__name__ for one in outcomes if not isinstance(one, NotLinked | None)}))


async def _go_on(storage: Storage, _: int) -> None:
    """Log in and refresh for ever, and tell of each as soon as it is acknowledged."""

    async def person(one: int) -> None:
        turn = 0
        while True:
            old = f"{one}.{turn}"
            await storage.start(*login(old, subject=f"acme|{old}"))
            _print(["started", old])
            await storage.rotate(old, token(f"{old}+", old), now=NOW, leeway_s=0)
            _print(["rotated", old])
            sys.stdout.flush()
            turn += 1

    await asyncio.gather(*map(person, range(8)))


WORKS: dict[str, Work] = {
    "rotate": _rotate,
    "create": _create,
    "use": _use,
    "start": _start,
    "block": _block,
    "unlink": _unlink,
    "go on": _go_on,
}


def factory_of(path: str) -> StorageFactory:
    """Return what an import path such as `acme_store:Store.from_url` names."""
    module, _, attributes = path.partition(":")
    found: Any = importlib.import_module(module)
    for attribute in attributes.split("."):
        found = getattr(found, attribute)
    factory: StorageFactory = found
    return factory


async def _main(path: str, url: str, work: str, number: str) -> None:
    storage = factory_of(path)(url, clock=lambda: NOW)
    await storage.open()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    await WORKS[work](storage, int(number))
    await storage.close()


def main(arguments: Iterable[str]) -> None:
    """Do one process's work."""
    asyncio.run(_main(*arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
