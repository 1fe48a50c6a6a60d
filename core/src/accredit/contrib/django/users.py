"""Who the users are: what a project says of them, in plain Django."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest

from accredit.errors import AccessDenied
from accredit.models import Identity

ProjectUser = Any
"""A row of the project's own user model, which only the project can name to a type checker."""

_NEEDS_ADDRESS = "please share an e-mail address that your provider has checked"
_ADDRESS_IS_TAKEN = "this e-mail address belongs to another user; log in as that user, and add this login there"


class UserAdapter:
    """Say who a new user is, who may log in, and what tokens tell. Override what is different in your project.

    Every method runs in the thread and the transaction of whoever asks, so it may use the database. `request` is the
    one that is being answered, None where there is none, as in a script. To refuse, raise `accredit.AccessDenied` with
    the sentence that the user is to read, or Django's `PermissionDenied`; anything else that is raised fails the
    request, 500, with an alert. A user who is not `is_active` is refused whatever is said here.
    """

    def create(self, request: HttpRequest | None, identity: Identity) -> AbstractBaseUser:
        """Return a new user, saved, for an identity that has never logged in.

        Runs in one transaction with the row that says whose the identity is. Do not look for a user of the same
        e-mail address: whoever controls an address at some provider would be logged in as that user. Signed-in users
        add logins by `main_access_token`.

        This one fills what Django's own model has: no password; a name that says nothing; the address if the provider
        has checked it; first and last name.
        """
        model = get_user_model()
        user = model(**_known_fields(model, identity))
        user.set_unusable_password()
        user.save()
        return user

    def may_log_in(self, request: HttpRequest | None, user: ProjectUser, *, is_refresh: bool) -> bool:
        """Tell whether a user may log in, or by a refresh token go on."""
        return bool(user.is_active)

    def claims(self, user: ProjectUser) -> Mapping[str, Any]:
        """Return what access tokens and ID tokens say beside what they always say. Reserved names are refused."""
        return {}


def _known_fields(model: Any, identity: Identity) -> dict[str, str]:
    """Return what is known of a new user, for the fields that the model has."""
    profile = identity.profile
    address = profile.email.address if profile.email is not None and profile.email.verified else None
    address_field: str = model.get_email_field_name()
    known: dict[str, str | None] = {
        model.USERNAME_FIELD: f"{identity.strategy}-{secrets.token_hex(10)}",
        "first_name": profile.given_name,
        "last_name": profile.family_name,
        address_field: address,
    }
    if address_field == model.USERNAME_FIELD:
        _require_free(model, address)
    return {name: _cut(model, name, value) for name, value in known.items() if value and _has(model, name)}


def _require_free(model: type[AbstractBaseUser], address: str | None) -> None:
    """Pass where an address can be the name of a new user.

    Raises:
        AccessDenied: there is none, or somebody else has it.
    """
    if address is None:
        raise AccessDenied(_NEEDS_ADDRESS)
    if model._default_manager.filter(**{f"{model.USERNAME_FIELD}__iexact": address}).exists():
        raise AccessDenied(_ADDRESS_IS_TAKEN)


def _has(model: type[AbstractBaseUser], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _cut(model: type[AbstractBaseUser], name: str, value: str) -> str:
    longest: int | None = getattr(model._meta.get_field(name), "max_length", None)
    return value if longest is None else value[:longest]
