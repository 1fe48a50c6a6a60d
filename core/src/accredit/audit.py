"""The one audit event of every exchange: gathered on the way, told once at the end."""

import time
from dataclasses import asdict

from accredit.errors import ExchangeError
from accredit.events import ExchangeEvent
from accredit.hooks import Hooks
from accredit.http import ProviderCall
from accredit.logs import event_logger
from accredit.models import Subject


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
        self.calls: list[ProviderCall] = []

    def event(self, error: ExchangeError | None) -> ExchangeEvent:
        """Return the event: accepted without `error`, else refused or failed by its status."""
        status = 200 if error is None else error.status
        return ExchangeEvent(
            outcome="accepted" if error is None else "refused" if status < 500 else "failed",
            reason="ok" if error is None else error.reason,
            status=status,
            client_id=self.client_id,
            connection=self.connection,
            strategy=self.strategy,
            subject=None if self.subject is None else self.subject.id,
            scopes=self.scopes,
            audience_proof=self.audience_proof,
            unbound=error is None and self.audience_proof == "Unbound",
            alert=error is not None and error.alert,
            detail="" if error is None else error.detail,
            calls=tuple(self.calls),
            duration_ms=(time.perf_counter() - self._started) * 1000,
        )


class Reporter:
    """Tell operators and observers: one log line `exchange.<outcome>` an exchange."""

    def __init__(self, hooks: Hooks, logger: object = None) -> None:
        self._hooks = hooks
        self._log = event_logger(logger)

    def report(self, event: ExchangeEvent) -> None:
        """Log the event, at level critical where somebody must act, then tell the observers."""
        write = self._log.critical if event.alert else self._log.info
        write(f"exchange.{event.outcome}", **_fields(event))
        self._hooks.observe(event, self._observer_failed)

    def alert(self, event: str, url: str) -> None:
        """Log that somebody must look at `url`, though the exchange may go on."""
        self._log.critical(event, url=url)

    def warn_unbound(self, connection: str) -> None:
        """Log at start-up that a connection takes tokens of anybody's app."""
        self._log.warning("connection.accepts_unbound_tokens", connection=connection)

    def _observer_failed(self, plugin: str, place: str) -> None:
        self._log.error("observer.failed", plugin=plugin, place=place)


def _fields(event: ExchangeEvent) -> dict[str, object]:
    fields = asdict(event)
    del fields["outcome"]
    fields["duration_ms"] = round(event.duration_ms, 1)
    fields["calls"] = [f"{c.method} {c.url} {c.status} {c.duration_ms:.1f}ms" for c in event.calls]
    return {name: value for name, value in fields.items() if value not in (None, "", (), [])}
