"""One way in for everything that has happened, and out to every sink: the log, and who else listens."""

from collections.abc import Callable, Sequence

from accredit._guard import place_of
from accredit.audit.alerts import AlertLimit
from accredit.audit.events import AnyEvent
from accredit.audit.log_lines import LogLines
from accredit.audit.operations import observer_failed
from accredit.audit.sinks import NamedSink


class Reporter:
    """Hand each event to the log, then to the other sinks, in their order.

    `sinks` are frozen when the exchange is made. `clock` returns seconds of a monotonic clock.
    """

    def __init__(self, sinks: Sequence[NamedSink], *, clock: Callable[[], float], logger: object = None) -> None:
        self._sinks = tuple(sinks)
        self._alerts = AlertLimit(clock)
        self._log = LogLines(logger)

    def emit(self, event: AnyEvent) -> None:
        """Tell of one event. Whatever a sink raises is told in the log, and changes nothing."""
        event = self._alerts.limit(event)
        self._log(event)
        for name, take in self._sinks:
            try:
                take(event)
            except BaseException as exc:  # also what would end the server, or pass for a caller who has left
                self._log(observer_failed(name, place_of(exc)))

    def warn_unheard(self) -> None:
        """Say once, where it is heard, that events below level warning vanish, and how to hear them."""
        self._log.warn_unheard()
