"""What is kept of one event for the page: text and numbers, without a secret."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from accredit.audit.event import Event
from accredit.audit.events import OperationalEvent, ProviderEvent, RequestEvent, SubjectEvent, TrailEvent
from accredit.audit.redact import redact

MOST_LOGINS = 20
MOST_REFUSALS = 100
MOST_OTHERS = 50
"""So many of the newest events are kept: apart, so that a flood of one kind leaves the others their places."""
MOST_CALLS = 10
"""Of one event."""
LONGEST = 300
"""Characters of one text."""


class Seen(NamedTuple):
    """One event. `checks` are name, verdict and milliseconds; `calls` method, URL, status (0: none) and the same."""

    at: float
    """Epoch seconds."""
    worker: int
    """Who has seen it; 0 where there is one process."""
    name: str
    level: str
    outcome: str
    reason: str
    status: int
    connection: str
    client_id: str
    subject: str
    session_id: str
    by: str
    detail: str
    is_alert: bool
    duration_ms: float
    checks: tuple[tuple[str, str, float], ...] = ()
    calls: tuple[tuple[str, str, int, float], ...] = ()

    @property
    def failed_check(self) -> str:
        """The step that refused or failed; empty where none did."""
        return self.checks[-1][0] if self.checks and self.checks[-1][1] != "passed" else ""


def seen(event: Event, *, at: float, worker: int) -> Seen:
    """Return what is kept of an event."""
    told: Any = event  # which has what its kind has
    calls = told.calls[:MOST_CALLS] if isinstance(event, ProviderEvent) else ()
    checks = told.checks if isinstance(event, TrailEvent) else ()
    return Seen(
        at=at,
        worker=worker,
        name=event.name,
        level=event.level,
        outcome=event.outcome or "",
        reason=event.reason,
        status=event.status or 0,
        connection=event.connection,
        client_id=_cut(event.client_id),
        subject=_cut(event.subject or ""),
        session_id=_cut(event.session_id or ""),
        by=told.by if isinstance(event, SubjectEvent) else "",
        detail=_detail(event),
        is_alert=event.alert,
        duration_ms=round(event.duration_ms, 1) if isinstance(event, RequestEvent) else 0.0,
        checks=tuple((one.name, one.verdict, round(one.duration_ms, 1)) for one in checks),
        calls=tuple((one.method, _cut(one.url), one.status or 0, round(one.duration_ms, 1)) for one in calls),
    )


def _detail(event: Event) -> str:
    """Return the detail and the facts of an event: our own words, which quote no secret; a plugin's may."""
    facts: Mapping[str, str | int] = event.facts if isinstance(event, OperationalEvent) else {}
    told = redact({"detail": event.detail, **facts})
    parts = [str(told.pop("detail"))] if event.detail else []
    return _cut("; ".join([*parts, *(f"{name}: {value}" for name, value in told.items() if name != "detail")]))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def seen_again(values: list[Any]) -> Seen:
    """Return one that was JSON in between."""
    *fields, checks, calls = values
    return Seen._make([*fields, tuple(map(tuple, checks)), tuple(map(tuple, calls))])
