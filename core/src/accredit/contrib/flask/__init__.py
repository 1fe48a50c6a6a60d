"""Accredit in a Flask app: an extension, a blueprint with all endpoints, and a decorator for views.

::

    accredit = Accredit()

    def create_app():
        app = Flask(__name__)
        app.config["ACCREDIT"] = {"issuer": "https://shop.example.com/login/", "connections": {...}, "clients": {...}}
        accredit.init_app(app)
        return app

    @app.get("/orders")
    @accredit.require_token("read:orders")
    def orders():
        return orders_of(current_token.subject)

`extension` is what hosts know, `state` what one app has of it. `configuration` reads the settings from `app.config`.
`routes` adds the endpoints, `wire` carries a request to them. `protection` looks at the token of a view's caller.
`users` lets a host say who its users are, `signals` tells it what has happened, `commands` is `flask accredit`, and
`database` keeps everything in the database of its Flask-SQLAlchemy.
"""

from accredit.contrib import require_extra

require_extra("flask", "flask")

from accredit.contrib.flask.extension import Accredit  # noqa: E402 - the sentence above comes first
from accredit.contrib.flask.protection import current_token  # noqa: E402 - the same
from accredit.contrib.flask.signals import (  # noqa: E402 - the same
    identity_linked,
    logged_in,
    refreshed,
    session_ended,
)
from accredit.contrib.flask.state import AppState  # noqa: E402 - the same

__all__ = [
    "Accredit",
    "AppState",
    "current_token",
    "identity_linked",
    "logged_in",
    "refreshed",
    "session_ended",
]
