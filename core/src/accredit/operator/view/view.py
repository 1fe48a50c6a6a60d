"""The plugin: hears every event, and keeps a little of it for a short while."""

import os
import time
from collections import deque
from collections.abc import Callable
from weakref import WeakSet

from accredit.audit.event import Event
from accredit.audit.events import (
    AnyEvent,
    ExchangeEvent,
    OperationalEvent,
    ProviderEvent,
    RequestEvent,
    VerifyEvent,
)
from accredit.audit.readings import Reading, Readings
from accredit.hookspecs import hookimpl
from accredit.operator.view.latency import bucket_of
from accredit.operator.view.seen import MOST_LOGINS, MOST_OTHERS, MOST_REFUSALS, Seen, seen
from accredit.operator.view.snapshot import Snapshot, Worker
from accredit.operator.view.windows import Key, Windows


class View:
    """What has happened in this process, as the page shows it. `worker` is its number among several, else 0.

    `clock` returns epoch seconds, `monotonic` seconds of a clock that nobody can set.
    """

    def __init__(
        self,
        *,
        worker: int = 0,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._worker = worker
        self._clock = clock
        self._since = clock()
        self._windows = Windows(monotonic)
        self._logins: deque[_Kept] = deque(maxlen=MOST_LOGINS)
        self._refusals: deque[_Kept] = deque(maxlen=MOST_REFUSALS)
        self._others: deque[_Kept] = deque(maxlen=MOST_OTHERS)
        self._sources: WeakSet[Readings] = WeakSet()

    @hookimpl
    def measure(self, readings: Readings) -> None:
        """Show what can be read of an exchange, as long as that lives."""
        self._sources.add(readings)

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Take note of one event."""
        if event.alert:  # counted, so that no flood of other events hides it
            self._windows.add(("alert", event.name))
        if isinstance(event, RequestEvent):
            self._windows.add(*_keys_of(event))
            if event.outcome != "accepted":
                if not event.is_repeated:
                    self._keep(self._refusals, event)
            elif isinstance(event, ExchangeEvent | VerifyEvent):
                self._keep(self._logins, event)
        elif not isinstance(event, OperationalEvent) or event.level != "info" or _is_told(event):
            self._keep(self._others, event)

    def snapshot(self) -> Snapshot:
        """Return all of it as it is now."""
        here = Worker(number=self._worker, pid=os.getpid(), since=self._since, at=self._clock())
        return Snapshot(
            workers=(here,),
            sums=self._windows.sums(),
            logins=self._told(self._logins),
            refusals=self._told(self._refusals),
            others=self._told(self._others),
            readings=tuple(Reading(*one) for source in list(self._sources) for one in source()),
        )

    def _keep(self, kept: "deque[_Kept]", event: Event) -> None:
        kept.append(_Kept(self._clock(), event))

    def _told(self, kept: "deque[_Kept]") -> tuple[Seen, ...]:
        return tuple(one.told(self._worker) for one in reversed(kept))


def _is_told(event: OperationalEvent) -> bool:
    """Tell which events are shown although nothing is wrong: who was at the page, and what was revoked."""
    return event.name.startswith("operator.") or event.name == "connection.token_revoked"


class _Kept:
    """An event, which is put into words when somebody looks: most are gone by then, and each would cost its login."""

    __slots__ = ("_at", "_event", "_seen")

    def __init__(self, at: float, event: Event) -> None:
        self._at = at
        self._event = event
        self._seen: Seen | None = None

    def told(self, worker: int) -> Seen:
        if self._seen is None:
            self._seen = seen(self._event, at=self._at, worker=worker)
        return self._seen


def _keys_of(event: RequestEvent) -> list[Key]:
    """Return under what a request is counted."""
    connection = event.connection
    keys: list[Key] = [("request", connection, event.outcome)]
    if event.outcome != "accepted":
        keys.append(("reason", connection, event.reason))
    if event.limit:
        keys.append(("limit", event.limit))
    if isinstance(event, ProviderEvent):
        if event.verified_by is not None:
            keys.append(("verified", connection, event.verified_by))
        for call in event.calls:
            if call.status is not None:
                keys.append(("call", connection, bucket_of(call.duration_ms)))
            elif event.outcome != "refused":  # of one that is refused, what else was asked is given up
                keys.append(("unanswered", connection))
    return keys
