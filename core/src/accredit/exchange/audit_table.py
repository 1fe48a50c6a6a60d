"""The audit table of an exchange, where it is on: imported by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from accredit.audit.events import AnyEvent
from accredit.audit.sinks import NamedSink
from accredit.settings import AuditSettings
from accredit.storage import Storage

if TYPE_CHECKING:
    from accredit.audit.table import AuditTable


def audit_table_of(
    storage: Storage,
    settings: AuditSettings,
    *,
    clock: Callable[[], float],
    monotonic: Callable[[], float],
    emit: Callable[[AnyEvent], None],
) -> AuditTable | None:
    """Return the audit table of a storage, not yet open; None where it is off.

    Raises:
        ConfigurationError: it is on, and that storage keeps no audit rows.
    """
    if not settings.table:
        return None
    from accredit.audit.table import table_of

    return table_of(storage, retention_days=settings.retention_days, clock=clock, monotonic=monotonic, emit=emit)


def audit_sinks(table: AuditTable | None) -> tuple[NamedSink, ...]:
    """Return what hears events for it."""
    return () if table is None else (NamedSink("audit table", table),)
