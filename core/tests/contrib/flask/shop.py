"""A shop in Flask, for the tests of this room: its app, its provider, and what its visitors send."""

from collections.abc import Mapping
from typing import Any

from core.tests.acme import Acme, Brings, Globex, Provider
from core.tests.bench import GOOD, SETTINGS, Clock, ListLogger, merged, signing_key
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from accredit.contrib.flask import Accredit
from accredit.contrib.flask.state import Parts
from accredit.keys import SigningKeys
from accredit.storage import MemoryStorage

ISSUER = "https://shop.example.com/login/"
LOGIN = "/login/oauth/access_token"
ALL_SCOPES = "openid profile email offline_access read:orders"


def tables(more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the bench's settings, with an issuer below a path."""
    return merged(merged(SETTINGS, {"issuer": ISSUER}), more or {})


def parts(clock: Clock | None = None, **more: Any) -> Parts:
    """Return what makes an exchange without a network and without files."""
    clock = clock or Clock()
    given: Parts = {
        "transport": Provider(),
        "storage": MemoryStorage(clock=clock),
        "keys": SigningKeys([signing_key()]),
        "clock": clock,
        "monotonic": clock.monotonic,
        "logger": ListLogger(),
    }
    return {**given, **more}  # type: ignore[typeddict-item] # a test may replace any


def extension(*plugins: object) -> Accredit:
    """Return an extension that knows the strategies of the bench."""
    return Accredit(plugins=[Brings(Acme, Globex), *plugins])


def shop(
    accredit: Accredit | None = None,
    settings: Mapping[str, Any] | None = None,
    *,
    name: str = "shop",
    url_prefix: str | None = None,
    **more: Any,
) -> Flask:
    """Return an app with Accredit."""
    app = Flask(name)
    app.config.update(ACCREDIT=tables(settings), TESTING=True)
    (accredit or extension()).init_app(app, url_prefix=url_prefix, **parts(**more))
    return app


def log_in(app: Flask | FlaskClient, **changed: Any) -> TestResponse:
    """Post the good request, changed; what is None is left out."""
    client = app.test_client() if isinstance(app, Flask) else app
    body = {name: value for name, value in {**GOOD, "scope": ALL_SCOPES, **changed}.items() if value is not None}
    return client.post(LOGIN, json=body)


def token_of(app: Flask, **changed: Any) -> str:
    """Log in, and return the access token."""
    answer = log_in(app, **changed)
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["access_token"])


def bearing(token: str) -> dict[str, str]:
    """Return the header of a caller."""
    return {"Authorization": f"Bearer {token}"}
