"""An event, as the log has it."""

from collections.abc import Mapping

from accredit.audit.events import AnyEvent
from accredit.audit.log_lines import fields_of
from accredit.audit.redact import redact


def logged(event: AnyEvent) -> Mapping[str, object]:
    """Return the fields of its line."""
    return redact({"event": event.name, "level": event.level, **fields_of(event)})
