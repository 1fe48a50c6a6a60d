"""One way in for everything that has happened, and out to every sink: the log, and who else listens."""

from collections.abc import Callable, Sequence

from accredit._guard import place_of
from accredit.audit.alerts import AlertLimit
from accredit.audit.events import AnyEvent
from accredit.audit.log_lines import LogLines
from accredit.audit.operations import observer_failed
from accredit.audit.sinks import NamedAnnotator, NamedSink


class Reporter:
    """Hand each event to the log, then to the other sinks, in their order.

    `sinks`, and `annotators`, which add to its log line, are frozen when the exchange is made. `clock` returns seconds
    of a monotonic clock.
    """

    def __init__(
        self,
        sinks: Sequence[NamedSink],
        *,
        clock: Callable[[], float],
        logger: object = None,
        annotators: Sequence[NamedAnnotator] = (),
    ) -> None:
        self._sinks = tuple(sinks)
        self._annotators = tuple(annotators)
        self._alerts = AlertLimit(clock)
        self._log = LogLines(logger)

    def emit(self, event: AnyEvent) -> None:
        """Tell of one event. Whatever a sink raises is told in the log, and changes nothing."""
        event = self._alerts.limit(event)
        self._log(event, self._fields_of(event) if self._annotators else None)
        for name, take in self._sinks:
            try:
                take(event)
            except BaseException as exc:  # also what would end the server, or pass for a caller who has left
                self._log(observer_failed(name, place_of(exc)))

    def _fields_of(self, event: AnyEvent) -> dict[str, str]:
        fields: dict[str, str] = {}
        for name, fields_of in self._annotators:
            try:
                fields.update(fields_of(event) or {})
            except BaseException as exc:  # as below
                self._log(observer_failed(name, place_of(exc)))
        return fields

    def warn_unheard(self) -> None:
        """Say once, where it is heard, that events below level warning vanish, and how to hear them."""
        self._log.warn_unheard()
