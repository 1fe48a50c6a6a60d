"""The tables of Accredit in Django's words: abstract bases in `bases`, and here the models that are made of them."""

from django.db import models

from accredit.contrib.django.models.bases import (
    AbstractIdentity,
    AbstractRefreshToken,
    AbstractSession,
    AbstractSubject,
    AbstractUsedOnce,
)

__all__ = [
    "AbstractIdentity",
    "AbstractRefreshToken",
    "AbstractSession",
    "AbstractSubject",
    "AbstractUsedOnce",
    "Identity",
    "Lock",
    "RefreshToken",
    "Session",
    "Subject",
    "UsedOnce",
]


class Identity(AbstractIdentity):
    """A person at a provider, and whose it is."""

    class Meta(AbstractIdentity.Meta):
        """Its names."""

        verbose_name_plural = "identities"


class Subject(AbstractSubject):
    """What is remembered of a user beside the user itself."""


class Session(AbstractSession):
    """One login and what goes on from it."""


class RefreshToken(AbstractRefreshToken):
    """One refresh token of a session, by its hash."""

    session: "models.ForeignKey[Session, Session]" = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="refresh_tokens"
    )


class UsedOnce(AbstractUsedOnce):
    """An identifier that was used, and must not be again."""

    class Meta:
        """Its names."""

        verbose_name = verbose_name_plural = "used once"


class Lock(models.Model):
    """A row to wait for, so that of two changes to one user or identity the second sees what the first has done.

    What is changed may not have a row yet that could be locked; and this is a lock on every database.
    """

    id: "models.PositiveSmallIntegerField[int, int]" = models.PositiveSmallIntegerField(primary_key=True)
