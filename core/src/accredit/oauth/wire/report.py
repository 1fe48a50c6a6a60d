"""The audit event of one call of an endpoint beside the exchange."""

import time
from typing import Any

from accredit.audit import operations
from accredit.audit.event import facts_of, outcome_of
from accredit.audit.events import EndpointEvent
from accredit.audit.reporter import Reporter
from accredit.errors import ExchangeError
from accredit.oauth.wire.record import Record


def report(
    record: Record, error: ExchangeError | None, *, event: type[EndpointEvent], started: float, reporter: Reporter
) -> None:
    """Leave the event of a call that is over. `started` is of `time.perf_counter`."""
    if record.form_as_json:
        reporter.emit(operations.form_as_json(record.client_id))
    if record.is_told:
        return
    known: dict[str, Any] = {
        "outcome": outcome_of(error),
        "status": 200,
        "client_id": record.client_id,
        "subject": record.subject,
        "session_id": record.session_id,
        "connection": record.connection,
        "grant_type": record.grant_type,
        "scopes": record.scopes,
        "duration_ms": (time.perf_counter() - started) * 1000,
    }
    if error is not None:
        known |= facts_of(error)
    reporter.emit((record.event or event)(**known))
