"""A mixed load with faults, for long: memory and open files must stay what they are.

`python -m tests.faults.soak --seconds 600` serves two connections. One provider is steady, the other one is moody.
People log in, come again, refresh, bring tokens that are refused, leave before they are answered, and ask the moody
one. It prints what the server holds every few seconds, and ends with status 1 if anything was wrong.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.moody import BAD_MOODS, Moody, descriptors, login, resident_mib, serving
from tests.faults.servers import Client

PEOPLE = 48
SAMPLES = 60
LIMITS = {"provider_timeout_s": 4.0, "provider_max_connections": 50}
FILES = 4
"""So many more may be open at rest: of the database, which opens what it needs under load."""
MEMORY_MIB = 8.0
"""So much more may be held at the end: what the allocator keeps."""
WARM_UP_MIB = 24.0
"""So much more in a run of seconds, in which tables still fill up."""
LONG_S = 300.0

_EXPECTED = {
    "fresh": {200},
    "again": {200},
    "refresh": {200},
    "refused": {401},
    "moody": {503},
}


@dataclass
class Soak:
    """What has been seen so far."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    most_rise_mib: float = MEMORY_MIB
    memory_mib: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    files_at_rest: tuple[int, int] = (0, 0)
    """Before and after."""

    def problems(self) -> list[str]:
        """Say what must not be."""
        found = [f"{count} x {what}" for what, count in self.wrong.items()]
        early, late = _halves(self.files)
        if max(late) > max(early) + PEOPLE // 4:
            found.append(f"open files rose from {max(early)} to {max(late)}")
        if self.files_at_rest[1] > self.files_at_rest[0] + FILES:
            found.append(f"{self.files_at_rest[1] - self.files_at_rest[0]} files stay open")
        if (rise := self.rise_mib) > self.most_rise_mib:
            found.append(f"memory rose by {rise:.1f} MiB")
        return found

    @property
    def rise_mib(self) -> float:
        """From the second fifth to the last: in the first one tables fill up."""
        fifth = max(1, len(self.memory_mib) // 5)
        return _mean(self.memory_mib[-fifth:]) - _mean(self.memory_mib[fifth : 2 * fifth])


def _halves(values: list[int]) -> tuple[list[int], list[int]]:
    middle = len(values) // 2
    return values[:middle] or [0], values[middle:] or [0]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


class People:
    """All who use the server, each on a connection of his own."""

    def __init__(self, port: int, soak: Soak, *, seed: int) -> None:
        self._port = port
        self._soak = soak
        self._random = random.Random(seed)  # noqa: S311 - which load comes next is no secret
        self._next = 0

    async def use(self, until: float) -> None:
        """Use the server again and again."""
        client = Client(self._port)
        while time.monotonic() < until:
            what = self._random.choices(["fresh", "again", "refresh", "refused", "moody", "leave"], [8, 2, 3, 1, 1, 1])[
                0
            ]
            try:
                await (self._leave() if what == "leave" else self._ask(client, what))
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as exc:
                self._soak.wrong[f"{what}: {type(exc).__name__}"] += 1
                client.leave()
        client.leave()

    async def _ask(self, client: Client, what: str) -> None:
        if what == "refresh" and not client.refresh_token:
            what = "fresh"
        # Nobody asks so often from one address: it would be a limit that answers.
        client.address = (
            f"198.{self._random.randrange(18, 20)}.{self._random.randrange(256)}.{self._random.randrange(256)}"
        )
        answer = await (client.refresh() if what == "refresh" else client.log_in(self._login(what)))
        self._soak.answers[f"{what} {answer.status}"] += 1
        if answer.status not in _EXPECTED[what]:
            self._soak.wrong[f"{what}: {answer.status} {answer.body.get('error_description')}"] += 1

    async def _leave(self) -> None:
        """Send a login, and go before it is answered."""
        client = Client(self._port)
        asking = asyncio.create_task(client.log_in(self._login("fresh")))
        await asyncio.sleep(self._random.random() / 100)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        client.leave()
        self._soak.answers["left"] += 1

    def _login(self, what: str) -> dict[str, str]:
        self._next += 1
        if what == "again":
            return login("steady", "good", max(0, self._next - self._random.randrange(200)))
        if what == "moody":
            return login("moody", self._random.choice(BAD_MOODS), self._next)
        return login("steady", "refuse" if what == "refused" else "good", self._next)


async def soak(folder: Path, *, seconds: float, tell: Callable[[str], None], seed: int = 1) -> Soak:
    """Load a server for so long, and return what was seen."""
    seen = Soak(most_rise_mib=MEMORY_MIB if seconds >= LONG_S else WARM_UP_MIB)
    async with Moody() as steady, Moody() as moody:
        with serving(folder, {"steady": steady, "moody": moody}, **LIMITS) as running:
            people = People(running.port, seen, seed=seed)
            await people.use(time.monotonic() + 0.5)  # so that all is loaded
            at_rest = descriptors(running.pid) - steady.open - moody.open
            started = time.monotonic()
            using = [asyncio.create_task(people.use(started + seconds)) for _ in range(PEOPLE)]
            for sample in range(SAMPLES):
                await asyncio.sleep(seconds / SAMPLES)
                seen.files.append(descriptors(running.pid))
                seen.memory_mib.append(resident_mib(running.pid))
                if sample % (SAMPLES // 10) == 0:
                    rate = sum(seen.answers.values()) / (time.monotonic() - started)
                    worst = ", ".join(f"{count} x {what}" for what, count in seen.wrong.most_common(3))
                    tell(
                        f"{time.monotonic() - started:6.0f} s: {seen.memory_mib[-1]:6.1f} MiB, {seen.files[-1]:>4} open"
                        f" files, {rate:6.1f} answers/s, wrong: {worst or 'none'}"
                    )
            await asyncio.gather(*using)
            after = await _at_rest(at_rest, lambda: descriptors(running.pid) - steady.open - moody.open)
            seen.files_at_rest = (at_rest, after)
            if "Traceback" in running.errors:
                seen.wrong["a traceback on standard error"] += 1
    return seen


async def _at_rest(wanted: int, count: Callable[[], int]) -> int:
    """Wait for a while until there are no more than `wanted`, and return how many there are."""
    end = time.monotonic() + 20
    while count() > wanted and time.monotonic() < end:  # noqa: ASYNC110 - another process closes them, and tells nobody
        await asyncio.sleep(0.1)
    return count()


def main() -> int:
    """Run it, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen = asyncio.run(soak(Path(folder), seconds=options.seconds, tell=print, seed=options.seed))
    print(", ".join(f"{what}: {count}" for what, count in sorted(seen.answers.items())))
    print(
        f"memory rose by {seen.rise_mib:.1f} MiB, open files at most {max(seen.files)}, at rest {seen.files_at_rest[0]}"
        f" before and {seen.files_at_rest[1]} after"
    )
    for problem in seen.problems():
        print(f"WRONG: {problem}")
    return 1 if seen.problems() else 0


if __name__ == "__main__":
    sys.exit(main())
