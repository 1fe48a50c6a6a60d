"""Let a view be called with an access token of ours: a decorator, and a mixin for views that are classes."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar, cast

from asgiref.sync import iscoroutinefunction
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.vary import vary_on_headers

from accredit.contrib.django.callers import afind_caller, find_caller, refused, seat
from accredit.errors import ExchangeError

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


def require_token(
    scope: str = "", *, audience: str | None = None, users_only: bool = False
) -> Callable[[ViewT], ViewT]:
    """Return a decorator that lets a view, `async` or not, be called with a live access token of ours, and not without.

    `scope` is what the token must have, separated by spaces; `audience` the API that it must be for, by default we
    ourselves (the issuer). `users_only` refuses tokens that clients got for themselves. In the view `request.user` is
    the user whom the token stands for, and `request.auth` what it says (`accredit.AccessToken`).

    Without a good token a request gets 401, without the scope 403, each with `WWW-Authenticate`. A cookie is of no use
    here, so the view needs no CSRF token, nor a login for `LoginRequiredMiddleware`. Source: RFC 6750 section 3.

    Raises:
        TypeError: it stands there without brackets, or `scope` is no text; or it stands above an operation of Ninja's,
            which has the bare view already, and would ask nobody for a token.
    """
    given: object = scope
    if not isinstance(given, str):
        raise TypeError('write @require_token() with brackets; scopes are one text: @require_token("read:orders")')
    asked: dict[str, Any] = {"audience": audience, "users_only": users_only}

    def decorate(view: ViewT) -> ViewT:
        if hasattr(view, "_ninja_operation"):
            raise TypeError("put @require_token below the operation, or write auth=AccessTokenAuth(…) in its brackets")
        if iscoroutinefunction(view):
            waiting = cast("Callable[..., Awaitable[HttpResponseBase]]", view)

            @functools.wraps(view)
            async def asynchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                try:
                    seat(request, await afind_caller(request, scope, **asked))
                except ExchangeError as error:
                    return refused(error)
                return await waiting(request, *args, **kwargs)

            return cast("ViewT", _open_to_tokens(asynchronous))

        @functools.wraps(view)
        def blocking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                seat(request, find_caller(request, scope, **asked))
            except ExchangeError as error:
                return refused(error)
            return cast("HttpResponseBase", view(request, *args, **kwargs))

        return cast("ViewT", _open_to_tokens(blocking))

    return decorate


def _open_to_tokens(view: Callable[..., Any]) -> Callable[..., Any]:
    # A cache of the whole site must not give one caller's answer to another: RFC 9110 section 12.5.5.
    return csrf_exempt(login_not_required(vary_on_headers("Authorization")(view)))


class TokenRequiredMixin:
    """Let a class of views be called with a live access token of ours; stands before `View` in the bases.

    The attributes are the arguments of `require_token`; what `as_view` is given takes their place.

    Raises:
        TypeError: it stands behind `View`, where it would ask nobody for a token.
    """

    required_scope: ClassVar[str] = ""
    required_audience: ClassVar[str | None] = None
    users_only: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Look at the order of the bases."""
        super().__init_subclass__(**kwargs)
        bases = cls.__mro__
        if View in bases and bases.index(View) < bases.index(TokenRequiredMixin):
            raise TypeError(
                f"{cls.__name__}: TokenRequiredMixin must stand before View and its classes: behind them, nobody is "
                "asked for a token"
            )

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., Any]:
        """Return the view, which asks for a token."""
        view = super().as_view(**initkwargs)  # type: ignore[misc]  # the class that it stands before has it
        scope, audience, users_only = (
            initkwargs.get(name, getattr(cls, name)) for name in ("required_scope", "required_audience", "users_only")
        )
        decorate = require_token(scope, audience=audience, users_only=users_only)
        return decorate(cast("Callable[..., Any]", view))
