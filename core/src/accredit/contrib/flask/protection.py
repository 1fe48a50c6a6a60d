"""Who calls a view? An access token of ours in the header, checked in this process, without a call to ourselves."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import current_app, g, request
from werkzeug.local import LocalProxy

from accredit.contrib.flask.state import state_of
from accredit.errors import InvalidToken
from accredit.oauth.wire.fields import bearer_of
from accredit.tokens.read import AccessToken

P = ParamSpec("P")
_TOKEN = "_accredit_token"  # noqa: S105 - the name of an attribute of `flask.g`


def protected(scope: str, *, audience: str | None, users_only: bool) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Return a decorator for views; see `Accredit.require_token`."""

    def protect(view: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> Any:
            setattr(g, _TOKEN, _caller(scope, audience, users_only=users_only))
            return current_app.ensure_sync(view)(*args, **kwargs)

        return checked

    return protect


def _caller(scope: str, audience: str | None, *, users_only: bool) -> AccessToken:
    token = bearer_of(request.headers.get("Authorization", ""))
    if token is None:
        # No error code for somebody who did not know that a token is needed. Source: RFC 6750 section 3.1.
        raise InvalidToken("no token", challenge="Bearer")
    exchange = state_of(current_app).exchange
    caller = exchange.authenticate(token.get_secret_value(), audience=audience, scope=scope)
    if users_only and not caller.is_of_a_user:
        raise InvalidToken("the token is a client's own")
    return caller


def _current() -> AccessToken:
    token: AccessToken | None = g.get(_TOKEN)
    if token is None:
        raise RuntimeError("there is no current token: put @accredit.require_token() under the route of this view")
    return token


current_token: AccessToken = LocalProxy(_current)  # type: ignore[assignment] # it stands for one
"""The access token of the call that a view answers, where `require_token` has let it in."""
