"""What one Flask app has of Accredit: its settings and its exchange, as `app.extensions["accredit"]`."""

from collections.abc import Callable
from typing import TypedDict

from flask import Flask, current_app, has_request_context, request
from flask.sansio.app import App

from accredit.keys import SigningKeys
from accredit.provider.http import Transport
from accredit.settings import Settings
from accredit.storage import Storage
from accredit.sync import Exchange

NAME = "accredit"
"""In `app.extensions`, and of the blueprint."""


class Parts(TypedDict, total=False):
    """What an exchange may be given beside its settings; see `accredit.sync.Exchange`."""

    storage: Storage | None
    keys: SigningKeys | None
    transport: Transport | None
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    logger: object


class AppState:
    """The exchange of one app. It is made at once, so that mistakes show, and opens at its first use.

    `plugins` returns the objects with hooks, as they are now: callbacks may still be registered until the first use.
    """

    def __init__(
        self, app: Flask, settings: Settings, *, plugins: Callable[[Flask], tuple[object, ...]], parts: Parts
    ) -> None:
        self.settings = settings
        self.has_own_storage = parts.get("storage") is not None
        self._app = app
        self._plugins = plugins
        self._parts = parts
        self._is_used = False
        self._exchange = self._make()

    @property
    def exchange(self) -> Exchange:
        """The exchange: its blocking methods for views, those that begin with `a` for `async` ones."""
        self._is_used = True
        return self._exchange

    def make_anew(self) -> None:
        """Make the exchange of the plugins of this moment.

        Raises:
            RuntimeError: it is in use.
        """
        if self._is_used:
            raise RuntimeError(
                f"the Flask app '{self._app.name}' has served logins already: register callbacks of Accredit when the "
                "app is made, before its first request"
            )
        self._exchange = self._make()

    def _make(self) -> Exchange:
        return Exchange(self.settings, plugins=self._plugins(self._app), **self._parts)


def this_app() -> Flask:
    """Return the app of this request or command, for what must not change with the context."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # Flask's own way to the app itself
    return app


def is_at_an_endpoint() -> bool:
    """Tell whether this is a request to an endpoint of ours, rather than to a view of the host's."""
    return has_request_context() and (request.blueprint or "").rpartition(".")[2] == NAME


def state_of(app: App) -> AppState:
    """Return what `init_app` has made.

    Raises:
        RuntimeError: it was not called for this app.
    """
    state: AppState | None = app.extensions.get(NAME)
    if state is None:
        raise RuntimeError(f"the Flask app '{app.name}' does not have Accredit: call accredit.init_app(app)")
    return state
