"""Who calls a view: the live access token of ours that a request shows, and the user whom it stands for.

Only the header `Authorization: Bearer` counts, so that no browser sends it by itself: a view that asks for it needs no
protection against forged requests. A token in a URL or a form is not read. Source: RFC 6750 sections 2.1 and 5.3.
"""

from dataclasses import dataclass
from typing import Any, Protocol, cast

from asgiref.sync import sync_to_async
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from accredit.contrib.django.accounts import user_of
from accredit.contrib.django.host import exchange
from accredit.errors import ExchangeError, InvalidToken
from accredit.oauth.wire.answer import refusal
from accredit.oauth.wire.bearer import shown_token
from accredit.tokens.read import AccessToken


class Headed(Protocol):
    """A request: Django's, or what a framework has put around it."""

    META: Any
    """Its headers, among others."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: what the access token says, and the user of its subject."""

    token: AccessToken
    user: AbstractBaseUser | AnonymousUser
    """`AnonymousUser` where the token is a client's own."""


def shows_token(request: Headed) -> bool:
    """Tell whether a request has the header `Authorization: Bearer`, with whatever behind it."""
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    return header.partition(" ")[0].lower() == "bearer"


def find_caller(request: Headed, scope: str, *, audience: str | None = None, users_only: bool = False) -> Caller:
    """Return who calls. `scope` is what the token must have, separated by spaces; `audience` by default we ourselves.

    Raises:
        InvalidToken: there is no token, or it is not good here and now; or it is a client's own, with `users_only`.
        InsufficientScope: it lacks a scope.
        StorageFailed: nobody can tell.
    """
    token = exchange().authenticate(_token_of(request), audience=audience, scope=scope)
    return _caller(token, users_only=users_only)


async def afind_caller(request: Headed, scope: str, *, audience: str | None = None, users_only: bool = False) -> Caller:
    """Do what `find_caller` does, in an asynchronous view."""
    token = await exchange().aauthenticate(_token_of(request), audience=audience, scope=scope)
    return await sync_to_async(_caller)(token, users_only=users_only)


def seat(request: HttpRequest, caller: Caller) -> AccessToken:
    """Make the token's user the request's, whoever a session of the browser may belong to, and return the token."""

    async def auser() -> AbstractBaseUser | AnonymousUser:
        return caller.user

    known = cast("Any", request)  # django-stubs knows the project's own user model alone
    known.user, known.auser, known.auth = caller.user, auser, caller.token
    return caller.token


def refused(error: ExchangeError) -> HttpResponse:
    """Return the answer to a request that is refused, or that cannot be judged, in the form of the endpoints."""
    answer = refusal(error, exchange().settings.compatibility)
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


def _token_of(request: Headed) -> str:
    header = request.META.get("HTTP_AUTHORIZATION")
    return shown_token([] if header is None else [header])


def _caller(token: AccessToken, *, users_only: bool) -> Caller:
    if not token.is_of_a_user:
        if users_only:
            raise InvalidToken("the token is a client's own")
        return Caller(token, AnonymousUser())
    user = user_of(token.subject)
    if user is None or not user.is_active:  # since the token was looked at, a moment ago
        raise InvalidToken("its user is not here any more")
    return Caller(token, user)
