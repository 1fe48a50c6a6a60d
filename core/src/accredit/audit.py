"""The one audit event of every exchange: gathered on the way, told once at the end."""

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from typing import Literal, ParamSpec, TypeVar

from accredit.errors import ExchangeError
from accredit.events import Check, EndpointEvent, ExchangeEvent, outcome_of
from accredit.hooks import Hooks
from accredit.logs import LOGGER, event_logger, vanishes
from accredit.models import Subject
from accredit.provider.http import ProviderCall
from accredit.strategy import ApiVersion

P = ParamSpec("P")
R = TypeVar("R")

_NOTHING: tuple[object, ...] = (None, "", (), [])

_UNHEARD = (
    f'events below level warning vanish: give the logger "{LOGGER}" a handler and level INFO, for example by '
    f"logging.basicConfig(level=logging.INFO), or set its level to WARNING if you want none of them"
)


class Audit:
    """What is known so far about one exchange.

    `client_id` and `connection` are set only once they are known to be configured: before that they are whatever
    the caller sent, which may be a token in the wrong field.
    """

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.client_id = ""
        self.connection = ""
        self.strategy: str | None = None
        self.audience_proof: str | None = None
        self.subject: Subject | None = None
        self.scopes: tuple[str, ...] = ()
        self.form_as_json = False
        self.linked = False
        self.calls: list[ProviderCall] = []
        self._begun: list[tuple[str, float]] = []

    def check(self, step: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call one step, and note that it has begun. Its end is where the next one begins, or the exchange ends."""
        self._begun.append((step.__name__, time.perf_counter()))
        return step(*args, **kwargs)

    def begin(self, name: str) -> None:
        """Note that a check has begun which somebody else makes."""
        self._begun.append((name, time.perf_counter()))

    def _checks(self, last: Literal["passed", "refused", "failed", "abandoned"], ended: float) -> tuple[Check, ...]:
        checks: list[Check] = []
        for name, begun in reversed(self._begun):
            checks.append(Check(name, "passed" if checks else last, (ended - begun) * 1000))
            ended = begun
        return tuple(reversed(checks))

    def event(self, error: ExchangeError | None) -> ExchangeEvent:
        """Return the event: accepted without `error`, else refused or failed by its status."""
        outcome = outcome_of(error)
        ended = time.perf_counter()
        return ExchangeEvent(
            outcome=outcome,
            reason="ok" if error is None else error.reason,
            status=200 if error is None else error.status,
            client_id=self.client_id,
            connection=self.connection,
            strategy=self.strategy,
            subject=None if self.subject is None else self.subject.id,
            scopes=self.scopes,
            audience_proof=self.audience_proof,
            unbound=error is None and self.audience_proof == "Unbound",
            alert=error is not None and error.alert,
            detail="" if error is None else error.detail,
            form_as_json=self.form_as_json,
            linked=self.linked,
            checks=self._checks("passed" if outcome == "accepted" else outcome, ended),
            calls=tuple(self.calls),
            duration_ms=(ended - self._started) * 1000,
        )


class Reporter:
    """Tell operators and observers: one log line `exchange.<outcome>` an exchange."""

    def __init__(self, hooks: Hooks, logger: object = None) -> None:
        self._hooks = hooks
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
        self._hooks.observe(event, self._observer_failed)

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
