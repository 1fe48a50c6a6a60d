"""Users of the shop, and the access tokens that they show to its views."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from accredit import ProviderToken
from accredit.contrib.django.host import exchange


def make_user(name: str = "ada", **fields: Any) -> AbstractBaseUser:
    """Return a new user."""
    users: Any = get_user_model()
    made: AbstractBaseUser = users.objects.create_user(username=name, **fields)
    return made


def token_of(user: AbstractBaseUser, scope: str = "openid read:orders", *, audience: str | None = None) -> str:
    """Return an access token of a user, who has just logged in."""
    identity = exchange().verify("acme", ProviderToken.of("good-token"))
    tokens = exchange().issue(
        identity, client_id="app", scopes=tuple(scope.split()), subject=str(user.pk), audience=audience
    )
    return tokens.access_token.get_secret_value()


def bearer(token: str) -> dict[str, str]:
    """Return the header that shows a token."""
    return {"Authorization": f"Bearer {token}"}
