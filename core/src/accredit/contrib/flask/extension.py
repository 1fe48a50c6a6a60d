"""The extension: one object for a project, and `init_app` for each of its apps."""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, Unpack
from weakref import WeakKeyDictionary

from flask import Blueprint, Flask, Response, current_app

from accredit.contrib.flask.commands import accredit_command
from accredit.contrib.flask.configuration import PARTS, make_instance_folder, settings_of
from accredit.contrib.flask.database import Database, HostDatabase
from accredit.contrib.flask.protection import Guarded, protected
from accredit.contrib.flask.routes import blueprint_of_endpoints
from accredit.contrib.flask.signals import Hears
from accredit.contrib.flask.state import NAME, AppState, Parts, state_of, this_app
from accredit.contrib.flask.users import PLUGINS, Callback
from accredit.contrib.flask.wire import refused
from accredit.errors import ExchangeError
from accredit.oauth.wire.mount import path_of
from accredit.settings import Settings
from accredit.sync import Exchange

if TYPE_CHECKING:
    from accredit.storage.sql import Tables

P = ParamSpec("P")
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


class Accredit:
    """Social login for Flask apps: `Accredit(app)`, or `Accredit()` and `init_app` in a factory.

    Each app has an exchange of its own, made of its own settings; making it starts nothing. `plugins` are objects with
    hooks, for what the callbacks of this class do not reach. `url_prefix` is where the endpoints are, by default the
    path of the issuer. `parts` are those of `accredit.sync.Exchange`, such as `storage`.

    With `db`, a `flask_sqlalchemy.SQLAlchemy`, everything is stored in the host's own database: in tables `accredit_…`
    of its metadata, or in those of its own models (`accredit.storage.sql.tables_of`), as `tables`. Without it the
    settings say where.

    `blueprint` has the endpoints. With Flask-WTF: `csrf.exempt(accredit.blueprint)`.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        plugins: Iterable[object] = (),
        url_prefix: str | None = None,
        db: Database | None = None,
        tables: "Tables | None" = None,
        **parts: Unpack[Parts],
    ) -> None:
        self.blueprint: Blueprint = blueprint_of_endpoints()
        self._plugins = tuple(plugins)
        self._url_prefix = url_prefix
        self._database = None if db is None else HostDatabase(db, tables)
        self._parts = parts
        self._callbacks: dict[str, Callable[..., Any]] = {}
        self._guarded = Guarded()
        self._states: WeakKeyDictionary[Flask, AppState] = WeakKeyDictionary()
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, *, url_prefix: str | None = None, **parts: Unpack[Parts]) -> None:
        """Give an app the endpoints, the error handler, the commands, and `app.extensions["accredit"]`.

        What is given here takes the place of what the constructor was given, and `app.config["ACCREDIT_PARTS"]` the
        place of both.

        Raises:
            ConfigurationError: the settings are not good; the message says what to change.
            RuntimeError: the app has Accredit already.
        """
        if NAME in app.extensions:
            raise RuntimeError(f"the Flask app '{app.name}' has Accredit already: call init_app once")
        settings = settings_of(app)
        given = self._stored({**self._parts, **parts, **app.config.get(PARTS, {})}, app)
        state = AppState(app, settings, plugins=self._plugins_of, parts=given)
        if not state.has_own_storage:
            make_instance_folder(app, settings)
        app.extensions[NAME] = self._states[app] = state
        app.register_blueprint(self.blueprint, url_prefix=self._prefix(url_prefix, settings))
        app.register_error_handler(ExchangeError, _refuse)
        app.before_request(self._guarded.refuse_bare)
        app.cli.add_command(accredit_command)

    @property
    def exchange(self) -> Exchange:
        """The exchange of the current app. Elsewhere it is `app.extensions["accredit"].exchange`."""
        return state_of(current_app).exchange

    def require_token(
        self, scope: str = "", *, audience: str | None = None, users_only: bool = False
    ) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
        """Let only callers with a good access token of ours into a view, which finds it in `current_token`.

        Stands below the route, above a plain or an `async` view: above the route it would ask nobody, so a view that
        it stands above in vain is not served. `scope` is space-delimited, and all of it is needed.
        `audience` is the API the token must be for, by default we ourselves. With `users_only` it must be a user's,
        not one that a client got for itself. Who has no good token gets 401, who lacks a scope 403.
        Source: RFC 6750 section 3.

        Raises:
            TypeError: it stands there without brackets.
        """
        given: object = scope
        if not isinstance(given, str):
            raise TypeError("write @accredit.require_token(), with brackets")
        return protected(scope, audience=audience, users_only=users_only, guarded=self._guarded)

    def create_user(self, function: FunctionT) -> FunctionT:
        """Register what makes a user of somebody who has not been here: it takes an `Identity`, and returns an id.

        It is asked once for an identity. Which user it belongs to is kept by our storage from then on, so it needs no
        table of yours. It commits what it adds. `AccessDenied` refuses, in its own words.
        """
        return self._register("create_user", function)

    def resolve_user(self, function: FunctionT) -> FunctionT:
        """Register what knows whose identity it is, by tables of your own: it takes an `Identity`, and returns an id.

        It is asked at each login. None leaves it to our storage and the policy. Users cannot add a second login then,
        unless a plugin has the hook `link_identity`.
        """
        return self._register("resolve_user", function)

    def may_log_in(self, function: FunctionT) -> FunctionT:
        """Register what says whether a user may be here: it takes an id, and returns True or False.

        It is asked at each login, each refresh, and each use of a token: False ends everything at once.
        """
        return self._register("may_log_in", function)

    def claims(self, function: FunctionT) -> FunctionT:
        """Register what our tokens say beside the usual: it takes an id, and returns a dictionary of claims."""
        return self._register("claims", function)

    def _register(self, name: str, function: FunctionT) -> FunctionT:
        if name in self._callbacks:
            raise RuntimeError(f"{name} is registered already, as {self._callbacks[name].__qualname__}")
        self._callbacks[name] = function
        for state in self._states.values():
            state.make_anew()
        return function

    def _plugins_of(self, app: Flask) -> tuple[object, ...]:
        database = self._database
        commit, release = (_nothing, _nothing) if database is None else (database.commit, database.release)
        callbacks = (
            PLUGINS[name](Callback(app, name, one, commit=commit, release=release))
            for name, one in self._callbacks.items()
        )
        return (*self._plugins, *callbacks, Hears())

    def _stored(self, parts: Parts, app: Flask) -> Parts:
        """Return parts with the storage in the host's database, unless they bring another."""
        if self._database is None or parts.get("storage") is not None:
            return parts
        return {**parts, "storage": self._database.storage(app, clock=parts.get("clock", time.time))}

    def _prefix(self, url_prefix: str | None, settings: Settings) -> str | None:
        wanted = self._url_prefix if url_prefix is None else url_prefix
        return (path_of(settings.issuer) if wanted is None else wanted) or None


def _nothing() -> None:
    pass


def _refuse(error: ExchangeError) -> Response:
    app = this_app()
    return refused(app, state_of(app), error)
