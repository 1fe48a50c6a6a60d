"""A row of an event: what is asked for in columns, all else as in its log line."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from accredit.audit.events import AnyEvent, ErasedEvent, OperationalEvent, UnlinkedEvent
from accredit.audit.log_lines import fields_of
from accredit.audit.redact import may_hold_secret, redact
from accredit.storage.ports.audit import AuditRow
from accredit.storage.rules import default_subject

_COLUMNS = ("outcome", "reason", "status", "client_id", "connection", "subject", "session_id", "detail", "duration_ms")
_TEXTS = ("reason", "client_id", "connection", "subject", "session_id", "detail")
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
    line: dict[str, Any] = {name: getattr(event, name) for name in _COLUMNS} | fields_of(event)
    line["subject"] = _subject_of(event)
    facts = _facts_of(line)
    if may_hold_secret(facts + _encode([line[name] for name in _TEXTS]), names_are_ours=not _has_facts(event)):
        line = redact(line)
        facts = _facts_of(line)
    return AuditRow(
        id=row_id,
        time_ms=time_ms,
        node=node,
        event=event.name,
        outcome=event.outcome,
        reason=_fit(line["reason"]),
        status=event.status,
        client_id=_fit(line["client_id"]),
        connection=_fit(line["connection"]),
        subject=None if line["subject"] is None else _fit(line["subject"]),
        session_id=None if line["session_id"] is None else _fit(line["session_id"]),
        detail=_UNFIT.sub("\ufffd", line["detail"][:_LONGEST_DETAIL]) if line["detail"] else "",
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


def _facts_of(line: Mapping[str, Any]) -> str:
    return _encode({key: value for key, value in line.items() if key not in _IN_COLUMNS})


def _subject_of(event: AnyEvent) -> str | None:
    if isinstance(event, ErasedEvent):  # whom nothing names any more
        return None
    if event.subject is None and isinstance(event, UnlinkedEvent):  # so that its user finds it, and can be erased
        return default_subject(event.namespace, event.user_id)
    return event.subject


def _has_facts(event: AnyEvent) -> bool:
    return isinstance(event, OperationalEvent)


def _fit(text: str) -> str:
    """Return a text that is looked for, such as every database takes it; a caller may send anything for a client."""
    if text.isascii() and len(text) <= _LONGEST and "\x00" not in text:
        return text
    return _UNFIT.sub("\ufffd", text).encode()[:_LONGEST].decode(errors="ignore")
