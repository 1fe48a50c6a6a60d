"""Rows of the audit table as commands ask for them: the latest, and then whatever comes."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import replace

from accredit.errors import ConfigurationError
from accredit.exchange.subjects import Subjects
from accredit.storage import AuditQuery, AuditRow, AuditStore
from accredit.storage.ports.audit import first_id
from accredit.storage.rules import default_subject

POLL_S = 1.0
LATE_MS = 10_000
"""A row may be written so long after its time: rows of other servers, which gather them for a moment."""
_MOST_AT_ONCE = 1_000
_pause = asyncio.sleep


def store_of(subjects: Subjects) -> AuditStore:
    """Return where the rows are.

    Raises:
        ConfigurationError: that storage keeps none.
    """
    if subjects.audit is None:
        raise ConfigurationError("this storage keeps no audit rows")
    return subjects.audit


async def names_of(subjects: Subjects, namespace: str, user_id: str) -> tuple[str, ...]:
    """Return the subjects that an identity is, or was, known as."""
    found = await subjects.subject_of(namespace, user_id)
    return tuple(dict.fromkeys(one for one in (found, default_subject(namespace, user_id)) if one is not None))


async def follow(
    store: AuditStore,
    wanted: AuditQuery,
    known: Collection[int],
    *,
    clock: Callable[[], float] = time.time,
    poll_s: float = POLL_S,
) -> AsyncGenerator[AuditRow]:
    """Return each row that is written from now on, once, in about the order of their times; none that is `known`."""
    seen = set(known)
    while True:
        await _pause(poll_s)
        rows = await store.find(_since(wanted, clock))
        for row in rows:
            if row.id not in seen:
                yield row
        seen = {*known, *(row.id for row in rows)}


async def latest(
    store: AuditStore, wanted: AuditQuery, *, clock: Callable[[], float] = time.time
) -> tuple[tuple[AuditRow, ...], set[int]]:
    """Return the latest rows that are wanted, and the ids of those that `follow` need not look at any more."""
    earlier = await store.find(_since(wanted, clock))  # first, so that none slips through between the two
    rows = await store.find(wanted)
    return rows, {row.id for row in (*earlier, *rows)}


def _since(wanted: AuditQuery, clock: Callable[[], float]) -> AuditQuery:
    from_id = first_id(int(clock() * 1000) - LATE_MS)
    return replace(wanted, from_id=max(from_id, wanted.from_id or 0), before_id=None, limit=_MOST_AT_ONCE)
