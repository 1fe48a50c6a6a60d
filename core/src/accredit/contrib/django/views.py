"""The endpoints as views: blocking under WSGI, asynchronous under ASGI, whichever handler asks."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, URLPattern
from django.urls.resolvers import RoutePattern
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from accredit.contrib.django.host import exchange
from accredit.contrib.django.requests import answering
from accredit.sync import Answer

_WITHOUT_CONTENT = frozenset({204, 304})
"""Answers that say nothing of a length. Source: RFC 9110 section 8.6."""
_NOWHERE = ""
"""A path at which there is no endpoint."""
PathOf = Callable[..., str]
"""Returns the path below the issuer, of the parts of the URL that the route has caught."""


class Endpoint(URLPattern):
    """A route to one endpoint, with two views: which one answers says who asks, a handler in an event loop or not.

    Django would run either kind under both, but one of them in a thread or in an event loop made for it alone.
    """

    def __init__(self, route: str, path_of: PathOf, *, name: str) -> None:
        super().__init__(RoutePattern(route, name=name, is_endpoint=True), _open_to_all(_blocking(path_of)), name=name)
        self._asynchronous = _open_to_all(_asynchronous(path_of))

    def resolve(self, path: str) -> ResolverMatch | None:
        """Return the view, for the handler that asks."""
        match = super().resolve(path)
        if match is not None and _in_a_loop():
            match.func = self._asynchronous
        return match


def _blocking(path_of: PathOf) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, **caught: str) -> HttpResponse:
        with answering(request):
            return _response(request, exchange().answer(**_arguments(request, path_of(**caught))))

    return view


def _asynchronous(path_of: PathOf) -> Callable[..., Any]:
    async def view(request: HttpRequest, **caught: str) -> HttpResponse:
        with answering(request):
            return _response(request, await exchange().aanswer(**_arguments(request, path_of(**caught))))

    return view


def _open_to_all(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let clients call a view without cookies, keep their tokens out of error reports, and let it commit by itself.

    A transaction around all of it would be open while the provider is asked, in SQLite perhaps with its one lock for
    writers; and Django takes no asynchronous views in it.
    """
    view = csrf_exempt(login_not_required(sensitive_post_parameters()(view)))
    for alias in connections:
        view = transaction.non_atomic_requests(using=alias)(view)
    return view


def _arguments(request: HttpRequest, path: str) -> dict[str, Any]:
    most = exchange().settings.limits.max_body_bytes
    return {
        "path": _NOWHERE if _has_encoded_slash(request) else path,
        "method": request.method or "",
        "header": lambda name: request.headers.get(name, ""),
        "body": lambda: request.read(most + 1),
        "query": request.META.get("QUERY_STRING") or "",
        "peer": request.META.get("REMOTE_ADDR") or "",
        "mount": request.path.removesuffix(path) if request.path.endswith(path) else None,
    }


def _has_encoded_slash(request: HttpRequest) -> bool:
    """Tell whether a slash of the path is written as `%2F`, which is no slash, though servers decode it.

    A proxy that guards a path by its letters would let `/oauth%2Ftoken` through. Source: RFC 3986 section 2.2.
    """
    scope: Mapping[str, Any] = getattr(request, "scope", {})  # ASGI's; some servers do not have what was sent
    sent: str = request.META.get("REQUEST_URI") or request.META.get("RAW_URI") or ""
    path = (scope.get("raw_path") or sent.encode("latin-1", "replace")).partition(b"?")[0]
    return b"%2f" in path.lower()


def _response(request: HttpRequest, answer: Answer) -> HttpResponse:
    # Not all WSGI servers leave out the body that HEAD must not have.
    response = HttpResponse(b"" if request.method == "HEAD" else answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers.items():
        response.headers[name] = value
    if answer.status not in _WITHOUT_CONTENT:
        response.headers["Content-Length"] = str(len(answer.body))
    return response


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
