"""Access tokens of ours in Django Ninja.

::

    api = NinjaAPI(auth=AccessTokenAuth())
    install(api)

    @api.get("/orders", auth=AccessTokenAuth("read:orders"))
    def orders(request): ...
"""

import asyncio
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.security.http import HttpAuthBase

from accredit.contrib.django.callers import afind_caller, find_caller, refused, seat, shows_token
from accredit.errors import ExchangeError
from accredit.tokens.read import AccessToken

__all__ = ["AccessTokenAuth", "Refused", "install"]


class Refused(HttpError):
    """Refuse a caller; `error` says why. `install` lets it be answered as RFC 6750 wants it."""

    def __init__(self, error: ExchangeError) -> None:
        super().__init__(error.status, error.description)
        self.error = error


class AccessTokenAuth(HttpAuthBase):
    """Let an operation be called with a live access token of ours, which becomes `request.auth`.

    `scope` is what the token must have, separated by spaces; `audience` the API that it must be for, by default we
    ourselves (the issuer). `users_only` refuses tokens that clients got for themselves. `request.user` is the user whom
    the token stands for. Where no token is shown, the next of several may try.

    Raises:
        TypeError: the class itself stands where an object of it is needed. Ninja would call it with a request, and take
            the object for somebody who is authenticated; so it is raised with the first request.
    """

    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815 - OpenAPI's own name

    def __init__(self, scope: str = "", *, audience: str | None = None, users_only: bool = False) -> None:
        given: object = scope
        if not isinstance(given, str):
            raise TypeError('write auth=AccessTokenAuth(), with brackets; scopes are one text: "read:orders"')
        super().__init__()
        self._scope = scope
        self._audience = audience
        self._users_only = users_only
        self.is_async = True  # in asynchronous operations; in others what is returned is no coroutine

    def __call__(self, request: HttpRequest) -> Any:
        """Return the token, None where none is shown; where an event loop runs, something to await for that.

        Raises:
            Refused: the token is not good here and now, or nobody can tell.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._look(request)
        return self._alook(request)

    def _look(self, request: HttpRequest) -> AccessToken | None:
        if not shows_token(request):
            return None
        try:
            caller = find_caller(request, self._scope, audience=self._audience, users_only=self._users_only)
        except ExchangeError as error:
            raise Refused(error) from error
        return seat(request, caller)

    async def _alook(self, request: HttpRequest) -> AccessToken | None:
        if not shows_token(request):
            return None
        try:
            caller = await afind_caller(request, self._scope, audience=self._audience, users_only=self._users_only)
        except ExchangeError as error:
            raise Refused(error) from error
        return seat(request, caller)


def install(api: NinjaAPI) -> None:
    """Let an API answer refusals as our endpoints do, with `WWW-Authenticate` and `Retry-After`.

    So does an `ExchangeError` that an operation lets through. A request without any credentials gets the framework's
    own 401, with the header. Source: RFC 6750 section 3.
    """

    def on_refused(request: HttpRequest, exc: Refused) -> HttpResponse:
        return refused(exc.error)

    def on_error(request: HttpRequest, exc: ExchangeError) -> HttpResponse:
        return refused(exc)

    def on_nobody(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
        response = api.create_response(request, {"detail": str(exc)}, status=exc.status_code)
        response["WWW-Authenticate"] = "Bearer"
        return response

    # Its types say that a handler may get a class, which is none that is raised.
    for kind, handler in ((Refused, on_refused), (ExchangeError, on_error), (AuthenticationError, on_nobody)):
        api.add_exception_handler(cast("Any", kind), cast("Any", handler))
