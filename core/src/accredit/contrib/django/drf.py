"""Access tokens of ours in Django REST framework.

::

    REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["accredit.contrib.django.drf.AccessTokenAuthentication"]}

    class Orders(ListAPIView):
        permission_classes = [HasScope("read:orders")]
"""

from typing import TYPE_CHECKING, Any, cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission

from accredit.contrib.django.callers import find_caller, shows_token
from accredit.errors import ExchangeError, InsufficientScope
from accredit.tokens.read import AccessToken

if TYPE_CHECKING:  # these import what DEFAULT_AUTHENTICATION_CLASSES names, and so this
    from rest_framework.request import Request
    from rest_framework.views import APIView

__all__ = ["AccessTokenAuthentication", "HasScope", "TokenHasScope"]


class AccessTokenAuthentication(BaseAuthentication):
    """Authenticate by `Authorization: Bearer`, with a live access token of ours.

    `request.user` is the user whom the token stands for, and `request.auth` what it says (`accredit.AccessToken`). A
    client's own token has no user: where a token is enough, ask for a scope and not for `IsAuthenticated`. Of several
    classes let this be the first: the framework asks the first one for `WWW-Authenticate`, and without it answers 403.

    For an API of its own derive a class with another `audience`; by default the token must be for us (the issuer).
    """

    audience: str | None = None

    def authenticate(self, request: "Request") -> tuple[Any, AccessToken] | None:
        """Return user and token; None where no token is shown, for the next class to try.

        Raises:
            AuthenticationFailed: the token is not good here and now.
            APIException: nobody can tell.
        """
        if not shows_token(request):
            return None
        try:
            caller = find_caller(request, "", audience=self.audience)
        except ExchangeError as error:
            raise _failed(error) from error
        return caller.user, caller.token

    def authenticate_header(self, request: "Request") -> str:
        """Return what `WWW-Authenticate` says with a 401. Source: RFC 6750 section 3."""
        return 'Bearer error="invalid_token"' if shows_token(request) else "Bearer"


class TokenHasScope(BasePermission):
    """Let those pass whose access token has every scope of the view's `required_scopes`, a list of texts."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        """Tell whether the token has the scopes.

        Raises:
            PermissionDenied: it lacks one, and no other permission could make up for that. The answer says which in
                `WWW-Authenticate`, for which the framework has no other way. Source: RFC 6750 section 3.1.
        """
        if not isinstance(request.auth, AccessToken):
            return False
        for needed in self.scopes_of(view):
            if needed not in request.auth.scopes:
                if _has_alternatives(view):
                    return False
                raise _lacking(needed)
        return True

    def scopes_of(self, view: "APIView") -> list[str]:
        """Return the scopes that are needed.

        Raises:
            TypeError: the view does not say.
        """
        scopes = getattr(view, "required_scopes", None)
        if not isinstance(scopes, list | tuple):  # a text would be asked for letter by letter
            raise TypeError(f'{type(view).__name__}: TokenHasScope needs required_scopes = ["…"]')
        return list(scopes)


def HasScope(scope: str) -> type[BasePermission]:  # noqa: N802 - it stands where permissions are named, which are classes
    """Return a permission for callers whose access token has every scope of `scope`, which is separated by spaces.

    ::

        permission_classes = [HasScope("read:orders")]
        permission_classes = [HasScope("read:orders") | IsAdminUser]
    """
    needed = scope.split()

    class _HasScope(TokenHasScope):
        def scopes_of(self, view: "APIView") -> list[str]:
            return needed

    return _HasScope


def _has_alternatives(view: "APIView") -> bool:
    """Tell whether permissions are combined: then another one may let the caller pass."""
    return not all(isinstance(one, type) for one in view.permission_classes)


def _failed(error: ExchangeError) -> APIException:
    if error.status == 401:
        return AuthenticationFailed(error.description, error.error)
    failure = APIException(error.description, error.error)
    failure.status_code = error.status
    cast("Any", failure).wait = error.retry_after_s  # the framework makes `Retry-After` of it
    return failure


def _lacking(scope: str) -> PermissionDenied:
    error = InsufficientScope(scope)
    denied = PermissionDenied(error.description, error.error)
    cast("Any", denied).auth_header = error.challenge  # the framework makes `WWW-Authenticate` of it
    return denied
