"""`authenticate(request, provider_token=…, connection=…)`: for projects that keep Django's own sessions.

Add `"accredit.contrib.django.backends.ProviderTokenBackend"` to `AUTHENTICATION_BACKENDS`.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accredit.contrib.django.accounts import subject_of
from accredit.contrib.django.hooks import refusals
from accredit.contrib.django.host import exchange
from accredit.contrib.django.requests import answering
from accredit.contrib.django.storage.subjects import get
from accredit.credentials import ProviderToken
from accredit.errors import AccessDenied, InvalidRequest, ProviderTokenRejected


class ProviderTokenBackend(BaseBackend):
    """Verify a provider's token, and return its user; make one at the first login, as the endpoints do."""

    @sensitive_variables()  # an error report would show them
    def authenticate(  # type: ignore[override]  # Django looks for the backend whose parameters fit
        self,
        request: HttpRequest | None,
        *,
        provider_token: str,
        connection: str,
        secret: str | None = None,
        nonce: str | None = None,
    ) -> AbstractBaseUser | None:
        """Return the user, None where the provider's token is no good or the user may not log in.

        `secret` is that of OAuth 1.0a, `nonce` what the client has put into an ID token.

        Raises:
            PermissionDenied: `UserAdapter` refuses; Django asks no other backend then.
            ExchangeError: nobody can tell now, as where the provider is down.
        """
        made = exchange()
        with answering(request):
            try:
                token = ProviderToken.of(provider_token, secret=secret, nonce=nonce)
                identity = made.verify(connection, token)
                with refusals():
                    user = made.users.user_for(identity, request)
                    may = made.users.may_log_in(request, user, is_refresh=False)
            except (InvalidRequest, ProviderTokenRejected):
                return None
            except AccessDenied as refusal:
                raise PermissionDenied(refusal.description) from None
        return user if may and not _is_blocked(user) else None

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        """Return the user of a session of Django's, None where it is gone, inactive or blocked."""
        user = get_user_model()._default_manager.filter(pk=user_id).first()
        return user if user is not None and user.is_active and not _is_blocked(user) else None


def _is_blocked(user: AbstractBaseUser) -> bool:
    stored = get(exchange().tables, subject_of(user))
    return stored is not None and stored.blocked
