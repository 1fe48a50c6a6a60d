"""Everything that one process can tell at one moment, as plain values; and the bytes by which it is handed on."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

from accredit.audit.readings import Reading
from accredit.operator.view.seen import Seen, seen_again
from accredit.operator.view.windows import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One process. Times are epoch seconds."""

    number: int
    """From 1; 0 where there is one process."""
    pid: int
    since: float
    at: float
    """When it has said this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one process has counted and seen; or, added up, several."""

    workers: tuple[Worker, ...]
    sums: dict[str, Counter[Key]]
    """By the name of a window."""
    logins: tuple[Seen, ...] = ()
    """Accepted, newest first; and so are the others."""
    refusals: tuple[Seen, ...] = ()
    """Requests that were not accepted."""
    others: tuple[Seen, ...] = ()
    """What was no request: alerts, warnings, and what became of subjects."""
    readings: tuple[Reading, ...] = field(default=())

    def to_bytes(self) -> bytes:
        """Write it down."""
        return json.dumps(
            {
                "workers": [[one.number, one.pid, one.since, one.at] for one in self.workers],
                "sums": {name: [[*key, count] for key, count in counts.items()] for name, counts in self.sums.items()},
                "seen": [self.logins, self.refusals, self.others],
                "readings": self.readings,
            },
            separators=(",", ":"),
        ).encode()

    @classmethod
    def of_bytes(cls, written: bytes) -> Self:
        """Read one back. What it reads is our own."""
        told = json.loads(written)
        logins, refusals, others = (tuple(map(seen_again, rows)) for rows in told["seen"])
        return cls(
            workers=tuple(
                Worker(number=number, pid=pid, since=since, at=at) for number, pid, since, at in told["workers"]
            ),
            sums={name: Counter({tuple(key): n for *key, n in rows}) for name, rows in told["sums"].items()},
            logins=logins,
            refusals=refusals,
            others=others,
            readings=tuple(Reading(*one) for one in told["readings"]),
        )

    def briefly(self) -> "Snapshot":
        """Return it without events, for where there is no room."""
        return Snapshot(workers=self.workers, sums=self.sums, readings=self.readings)
