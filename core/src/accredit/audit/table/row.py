"""A row of an event: what is asked for in columns, all else as in its log line."""

import datetime as dt
import json
import re
from typing import Any

from accredit.audit.events import AnyEvent, ErasedEvent, OperationalEvent, UnlinkedEvent
from accredit.audit.log_lines import fields_of
from accredit.audit.redact import may_hold_secret, redact
from accredit.storage.ports.audit import AuditRow
from accredit.storage.rules import default_subject

_COLUMNS = ("outcome", "reason", "status", "client_id", "connection", "subject", "session_id", "detail", "duration_ms")
_IN_COLUMNS = frozenset({*_COLUMNS, "event"})
_LONGEST = 500
"""Bytes of a text that is looked for."""
_LONGEST_DETAIL = 2_000
_LONGEST_FACTS = 8_000
_UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What one database or the other cannot hold."""
_encode = json.JSONEncoder(default=str, check_circular=False, separators=(",", ":")).encode


def row_of(event: AnyEvent, row_id: int, time_ms: int, node: str) -> AuditRow:
    """Return the row of an event. Everything in it is redacted as a log line is, and bounded."""
    line = fields_of(event)
    if may_hold_secret(_encode(line), names_are_ours=not isinstance(event, OperationalEvent)):
        line = redact(line)
    facts = _encode({key: value for key, value in line.items() if key not in _IN_COLUMNS})
    return AuditRow(
        id=row_id,
        time_ms=time_ms,
        node=node,
        event=_fit(event.name),
        outcome=event.outcome,
        reason=_fit(event.reason),
        status=event.status,
        client_id=_fit(event.client_id),
        connection=_fit(event.connection),
        subject=_subject_of(event),
        session_id=None if event.session_id is None else _fit(event.session_id),
        detail=_detail(str(line.get("detail", ""))),
        facts=facts if len(facts) <= _LONGEST_FACTS else '{"cut":true}',
        duration_ms=round(event.duration_ms, 1),
    )


def fields_of_row(row: AuditRow) -> dict[str, Any]:
    """Return a row as it is shown to programs: with the names of the log line, and its id as text.

    JavaScript would lose the id's last digits.
    """
    time = dt.datetime.fromtimestamp(row.time_ms / 1000, dt.UTC).isoformat(timespec="milliseconds")
    told: dict[str, Any] = {"id": str(row.id), "time": time.replace("+00:00", "Z"), "node": row.node}
    told["event"] = row.event
    told |= {name: value for name in _COLUMNS if (value := getattr(row, name)) not in {None, ""}}
    return {**told, **json.loads(row.facts)}


def _subject_of(event: AnyEvent) -> str | None:
    if isinstance(event, ErasedEvent):  # whom nothing names any more
        return None
    if event.subject is None and isinstance(event, UnlinkedEvent):  # so that its user finds it, and can be erased
        return _fit(default_subject(event.namespace, event.user_id))
    return None if event.subject is None else _fit(event.subject)


def _fit(text: str) -> str:
    """Return a text that is looked for, such as every database takes it; a caller may send anything for a client."""
    if text.isascii() and len(text) <= _LONGEST and "\x00" not in text:
        return text
    return _UNFIT.sub("\ufffd", text).encode()[:_LONGEST].decode(errors="ignore")


def _detail(text: str) -> str:
    return _UNFIT.sub("\ufffd", text[:_LONGEST_DETAIL])
