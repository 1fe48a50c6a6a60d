"""Not every alert is news: those about one thing are raised once an hour."""

from collections.abc import Callable
from dataclasses import replace

from accredit.audit.events import AnyEvent, OperationalEvent

INTERVAL_S = 3600
MOST_KEYS = 100
"""So many different things are remembered of one connection; alerts about more are raised after the hour. A provider
that puts a new code into every answer must not make every login an alert, nor hide what others say."""


class AlertLimit:
    """Keep one alert an hour of those that say the same about one connection. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._raised_at: dict[tuple[str, str], float] = {}

    def limit(self, event: AnyEvent) -> AnyEvent:
        """Return the event, without its alert if the same one was raised in the last hour.

        Without an `alert_key` every alert is raised.
        """
        if not event.alert or event.alert_key is None or self._is_news((event.connection, event.alert_key)):
            return event
        if isinstance(event, OperationalEvent):
            return replace(event, alert=False, level="error")
        return replace(event, alert=False)

    def _is_news(self, key: tuple[str, str]) -> bool:
        now = self._clock()
        if key not in self._raised_at and self._is_full(key[0]):
            self._raised_at = {one: at for one, at in self._raised_at.items() if now - at < INTERVAL_S}
            if self._is_full(key[0]):
                return False
        raised_at = self._raised_at.get(key)
        if raised_at is not None and now - raised_at < INTERVAL_S:
            return False
        self._raised_at[key] = now
        return True

    def _is_full(self, connection: str) -> bool:
        return sum(one == connection for one, _ in self._raised_at) >= MOST_KEYS
