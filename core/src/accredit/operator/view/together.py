"""The snapshots of several workers as one."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from accredit.audit.readings import Reading
from accredit.operator.view.seen import MOST_LOGINS, MOST_OTHERS, MOST_REFUSALS, Seen
from accredit.operator.view.snapshot import Snapshot
from accredit.operator.view.windows import WINDOWS

LARGEST = frozenset({"api_version_ends_at", "cache_away", "circuit_open", "signing_key_age_s"})
"""Readings of which the largest counts; others are added up."""


def together(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Add them up: counts and readings; of events the newest of all, as many as one process keeps."""
    return Snapshot(
        workers=tuple(worker for one in snapshots for worker in one.workers),
        sums={window.name: sum((one.sums[window.name] for one in snapshots), Counter()) for window in WINDOWS},
        logins=_newest((one.logins for one in snapshots), MOST_LOGINS),
        refusals=_newest((one.refusals for one in snapshots), MOST_REFUSALS),
        others=_newest((one.others for one in snapshots), MOST_OTHERS),
        readings=tuple(_added(one.readings for one in snapshots)),
    )


def _newest(lists: Iterable[tuple[Seen, ...]], most: int) -> tuple[Seen, ...]:
    return tuple(heapq.merge(*lists, key=lambda one: one.at, reverse=True))[:most]


def _added(lists: Iterable[tuple[Reading, ...]]) -> Iterable[Reading]:
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for readings in lists:
        for name, value, connection in readings:
            values[name, connection].append(value)
    for (name, connection), found in values.items():
        yield Reading(name, max(found) if name in LARGEST else sum(found), connection)
