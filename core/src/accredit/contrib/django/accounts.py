"""From a subject to its user and back: a subject is `str(user.pk)`."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import router

from accredit.contrib.django.rows import only


def subject_of(user: AbstractBaseUser) -> str:
    """Return what a user's tokens say as `sub`."""
    return str(user.pk)


def user_of(subject: str) -> AbstractBaseUser | None:
    """Return the user of a subject as the database knows it now, None where there is none.

    Not from a replica: who was deactivated a moment ago must be out.
    """
    model = get_user_model()
    try:
        pk = model._meta.pk.to_python(subject)
    except ValidationError:  # it is of another kind, such as `facebook|1`
        return None
    user = only(model._default_manager.using(router.db_for_write(model)).filter(pk=pk))
    return user if user is not None and subject_of(user) == subject else None
