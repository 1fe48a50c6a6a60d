"""The Django app: its label is `accredit`. It keeps the exchange of the process."""

import threading
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.core.signals import setting_changed

if TYPE_CHECKING:
    from accredit.sync import Exchange


class AccreditConfig(AppConfig):
    """The app of `INSTALLED_APPS`."""

    name = "accredit.contrib.django"
    label = "accredit"
    verbose_name = "Accredit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and listen for tests that override the settings."""
        import_module(f"{self.name}.checks")  # by its name: they look at the exchange, which this keeps
        self._lock = threading.Lock()
        self._exchange: Exchange | None = None
        setting_changed.connect(self._setting_changed)

    def exchange(self, make: "Callable[[], Exchange]") -> "Exchange":
        """Return the exchange of this process; of many threads at once, one makes it."""
        if (made := self._exchange) is not None:
            return made
        with self._lock:
            if self._exchange is None:
                self._exchange = make()
            return self._exchange

    def _setting_changed(self, *, setting: str, **_: Any) -> None:
        if setting not in {"ACCREDIT", "AUTH_USER_MODEL", "BASE_DIR"}:
            return
        with self._lock:
            old, self._exchange = self._exchange, None
        if old is not None:
            # In a thread of its own: the test that overrides the setting may run in an event loop.
            closing = threading.Thread(target=old.close)
            closing.start()
            closing.join()
