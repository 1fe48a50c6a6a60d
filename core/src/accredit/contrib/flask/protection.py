"""Who calls a view? An access token of ours in the header, checked in this process, without a call to ourselves."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec
from weakref import WeakKeyDictionary, WeakSet

from flask import current_app, request
from werkzeug.local import LocalProxy

from accredit.contrib.flask.state import state_of
from accredit.errors import InvalidToken
from accredit.oauth.wire.bearer import shown_token
from accredit.tokens.read import AccessToken

P = ParamSpec("P")
View = Callable[..., Any]
_TOKEN = "_accredit_token"  # noqa: S105 - the name of an attribute of the request


class Guarded:
    """The views that decorators of one extension stand above, and what has become of each.

    A decorator above the route comes too late: the route has the bare view already, and would serve it to everybody.
    """

    def __init__(self) -> None:
        self._checked: WeakKeyDictionary[View, WeakSet[View]] = WeakKeyDictionary()

    def add(self, bare: View, checked: View) -> None:
        """Note that `checked` asks for a token, and then calls `bare`."""
        if _has_hash(bare):
            self._checked.setdefault(bare, WeakSet()).add(checked)

    def refuse_bare(self) -> None:
        """Pass unless the view of this request is bare, and the app has no use for what would ask for a token.

        Raises:
            RuntimeError: it is; whoever looks into the log reads what to change.
        """
        known = current_app.view_functions
        bare = known.get(request.endpoint or "")
        if bare is None or not _has_hash(bare) or bare not in self._checked:
            return
        if any(one in self._checked[bare] for one in known.values() if _has_hash(one)):
            return
        raise RuntimeError(
            f"put @accredit.require_token below the route of '{request.endpoint}': above it, nobody is asked"
        )


def protected(
    scope: str, *, audience: str | None, users_only: bool, guarded: Guarded
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Return a decorator for views; see `Accredit.require_token`."""

    def protect(view: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> Any:
            # In the request, not in `flask.g`: requests that are made in an app context have one `g` together.
            setattr(request, _TOKEN, _caller(scope, audience, users_only=users_only))
            return current_app.ensure_sync(view)(*args, **kwargs)

        guarded.add(view, checked)
        return checked

    return protect


def _has_hash(view: object) -> bool:
    """Tell whether a view can be looked up: it may be an object of whatever class."""
    return isinstance(view, Hashable)


def _caller(scope: str, audience: str | None, *, users_only: bool) -> AccessToken:
    token = shown_token(request.headers.getlist("Authorization"))
    caller = state_of(current_app).exchange.authenticate(token, audience=audience, scope=scope)
    if users_only and not caller.is_of_a_user:
        raise InvalidToken("the token is a client's own")
    return caller


def _current() -> AccessToken:
    token: AccessToken | None = getattr(request, _TOKEN, None)
    if token is None:
        raise RuntimeError("there is no current token: put @accredit.require_token() under the route of this view")
    return token


current_token: AccessToken = LocalProxy(_current)  # type: ignore[assignment] # it stands for one
"""The access token of the call that a view answers, where `require_token` has let it in."""
