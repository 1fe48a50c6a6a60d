"""Whose identity is it? The user that the database has for it, or at its first login a new one."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accredit.contrib.django.accounts import subject_of
from accredit.contrib.django.storage import Tables
from accredit.contrib.django.storage.locks import locked, of_identity
from accredit.contrib.django.storage.subjects import enter, identity_row, identity_with_user
from accredit.contrib.django.users import UserAdapter
from accredit.errors import NotLinked
from accredit.models import Identity
from accredit.settings import SubjectPolicy


def user_for(
    identity: Identity,
    request: HttpRequest | None,
    adapter: UserAdapter,
    tables: Tables,
    *,
    policy: SubjectPolicy,
    now: int,
) -> AbstractBaseUser:
    """Return the user of an identity. A new one and the row of the identity are stored together, or not at all.

    Of two first logins of one identity at once, the second waits for the first and finds its user. `now` is epoch
    seconds.

    Raises:
        NotLinked: the identity was taken off its user, or the policy makes no users.
        AccessDenied: `adapter` refuses.
        TypeError: `adapter` makes no user.
    """
    key = identity.namespace, identity.user_id
    row = identity_with_user(tables, *key)
    if row is None and policy in {"stateless", "create"}:
        with locked(tables.using, of_identity(*key)):
            row = identity_row(tables, *key)
            if row is None:
                user = _saved(adapter.create(request, identity))
                row = enter(tables, *key, subject_of(user), user=user, now=now, version=0)
    if row is None or row.unlinked or row.user is None:
        raise NotLinked
    return row.user


def _saved(user: object) -> AbstractBaseUser:
    model = get_user_model()
    if not isinstance(user, model):
        raise TypeError(f"create returned {type(user).__name__}: return a new {model.__name__}, saved")
    if user._state.adding:
        raise TypeError(f"create returned a {model.__name__} that is not saved: call its save()")
    return user
