"""Models that are made of the abstract bases."""

from django.db import models

from accredit.contrib.django.models import AbstractIdentity, AbstractRefreshToken, AbstractSession


class Person(AbstractIdentity):
    """An identity with a column more."""

    note: "models.TextField[str, str]" = models.TextField(default="new")


class Visit(AbstractSession):
    """A session by another name."""


class Ticket(AbstractRefreshToken):
    """A refresh token of it."""

    session: "models.ForeignKey[Visit, Visit]" = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="refresh_tokens"
    )
