"""Tell operators and observers what has happened."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from accredit.audit.events import Check, EndpointEvent, ExchangeEvent
from accredit.audit.logs import LOGGER, event_logger, vanishes
from accredit.errors import ExchangeError
from accredit.strategy import ApiVersion

_NOTHING: tuple[object, ...] = (None, "", (), [])

_UNHEARD = (
    f'events below level warning vanish: give the logger "{LOGGER}" a handler and level INFO, for example by '
    f"logging.basicConfig(level=logging.INFO), or set its level to WARNING if you want none of them"
)


Observe = Callable[[ExchangeEvent, Callable[[str, str], None]], None]
"""Tells every observer of an event; of one that raises, calls the second argument with its name and the place."""


class Reporter:
    """Tell operators and observers: one log line `exchange.<outcome>` an exchange."""

    def __init__(self, observe: Observe, logger: object = None) -> None:
        self._observe = observe
        self._log = event_logger(logger)
        self._is_ours = logger is None

    def report(self, event: ExchangeEvent) -> None:
        """Log the event, at level critical where somebody must act, then tell the observers."""
        write = self._log.critical if event.alert else self._log.info
        write(f"exchange.{event.outcome}", **_fields(event))
        if event.linked:
            self.subject(
                "subject.linked", subject=event.subject, client_id=event.client_id, connection=event.connection
            )
        self._observe(event, self._observer_failed)

    def note(self, event: EndpointEvent) -> None:
        """Log one call of an endpoint beside the exchange, under the event's own name."""
        write = self._log.critical if event.alert else self._log.info
        fields = {
            "reason": event.reason,
            "status": event.status,
            "client_id": event.client_id,
            "grant_type": event.grant_type,
            "connection": event.connection,
            "subject": event.subject,
            "scopes": event.scopes,
            "alert": event.alert,
            "detail": event.detail,
            "form_as_json": event.form_as_json or None,
            "duration_ms": round(event.duration_ms, 1),
        }
        write(event.name, **{name: value for name, value in fields.items() if value not in _NOTHING})

    def unforeseen(self, error: ExchangeError) -> None:
        """Log an error outside every exchange and endpoint."""
        self._log.critical("request.failed", reason=error.reason, status=error.status, alert=True, detail=error.detail)

    def subject(self, event: str, /, **fields: str | None) -> None:
        """Log what has become of a subject: `subject.linked`, `.unlinked`, `.blocked` or `.unblocked`."""
        self._log.info(event, **fields)

    def alert(self, event: str, url: str) -> None:
        """Log that somebody must look at `url`, though the exchange may go on."""
        self._log.critical(event, url=url)

    def keys(self, event: str, detail: str) -> None:
        """Log that the signing keys have changed, or that the changed key file cannot be used."""
        write = self._log.critical if event == "keys.unusable" else self._log.info
        write(event, detail=detail)

    def readiness(self, problem: str) -> None:
        """Log that `/readyz` has begun to say no, because of `problem`; or, where that is empty, yes again."""
        if problem:
            self._log.critical("readiness.lost", detail=problem)
        else:
            self._log.info("readiness.back")

    def close_failed(self, part: str, place: str) -> None:
        """Log that a part of the exchange could not be closed; the others are."""
        self._log.error("host.close_failed", part=part, place=place)

    def not_open(self, detail: str) -> None:
        """Log that a document cannot be served before the host has opened the exchange."""
        self._log.critical("host.not_open", detail=detail)

    def warn_unheard(self) -> None:
        """Log once, where it is heard, that events below level warning vanish, and how to hear them."""
        if self._is_ours and vanishes():
            # By a logger below ours: that one may be disabled, as `logging.config` does to those it does not know.
            event_logger(logging.getLogger(f"{LOGGER}.host")).warning("host.log_unheard", detail=_UNHEARD)

    def warn_issuer(self, issuer: str, root_path: str, advice: str) -> None:
        """Log that the app is mounted elsewhere than the issuer says."""
        detail = f"the issuer does not name the path that the app is mounted at, {advice}"
        self._log.warning("host.issuer_mismatch", issuer=issuer, root_path=root_path, detail=detail)

    def warn_unbound(self, connection: str) -> None:
        """Log at start-up that a connection takes tokens of anybody's app."""
        self._log.warning("connection.accepts_unbound_tokens", connection=connection)

    def warn_api_version(self, connection: str, version: ApiVersion, today: dt.date) -> None:
        """Log at start-up that a connection's API version ends soon, has ended, or is one that nobody knows."""
        fields = {"connection": connection, "api_version": version.name, "source": version.source}
        if not version.is_known:
            self._log.warning("connection.api_version_unknown", **fields)
        elif version.ends_on is not None and version.ends_soon(today):
            ends_on, days_left = version.ends_on.isoformat(), (version.ends_on - today).days
            self._log.warning("connection.api_version_ends", **fields, ends_on=ends_on, days_left=days_left)

    def _observer_failed(self, plugin: str, place: str) -> None:
        self._log.error("observer.failed", plugin=plugin, place=place)


def _fields(event: ExchangeEvent) -> dict[str, object]:
    """Return what is worth a place in the log line: `asdict` would cost more than writing it."""
    fields: dict[str, object] = {
        "reason": event.reason,
        "status": event.status,
        "client_id": event.client_id,
        "connection": event.connection,
        "strategy": event.strategy,
        "subject": event.subject,
        "scopes": event.scopes,
        "audience_proof": event.audience_proof,
        "unbound": event.unbound,
        "alert": event.alert,
        "detail": event.detail,
        "checks": compact(event.checks),
        "form_as_json": event.form_as_json or None,
        "linked": event.linked or None,
        "calls": [
            {"method": call.method, "url": call.url, "status": call.status, "duration_ms": round(call.duration_ms, 1)}
            for call in event.calls
        ],
        "duration_ms": round(event.duration_ms, 1),
    }
    return {name: value for name, value in fields.items() if value not in _NOTHING}


def compact(checks: Sequence[Check]) -> str:
    """Return the checks for the log line: `verify:152ms,check_audience:refused`.

    Only those that took a millisecond, and the one that refused or failed: the order is fixed and the others have
    passed in no time. Without blanks, so that the redaction need not look closer.
    """
    parts = [f"{name}:{ms:.0f}ms" for name, verdict, ms in checks if ms >= 1 and verdict == "passed"]
    if checks and checks[-1].verdict != "passed":
        name, verdict, ms = checks[-1]
        parts.append(f"{name}:{verdict}" if ms < 1 else f"{name}:{ms:.0f}ms:{verdict}")
    return ",".join(parts)
