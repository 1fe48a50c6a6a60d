"""Abstract bases of the tables: for models of your own, with further columns or other names.

Times are epoch seconds. A subject is `str(user.pk)`, and becomes `sub`. It is kept as text beside the foreign key: what
is remembered of it must hold also where the user is not there any more.
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from accredit.contrib.django.fields import ExactField

if TYPE_CHECKING:
    ToUser = models.ForeignKey[AbstractBaseUser | None, AbstractBaseUser | None]
    Text = models.TextField[str, str]
    Number = models.BigIntegerField[int, int]
    NumberOrNone = models.BigIntegerField[int | None, int | None]
    Flag = models.BooleanField[bool, bool]

_LONGEST_SUBJECT = 512
"""Characters: `namespace|user id` is one as well, before its user is known."""


def _user(related_name: str) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name=related_name,
    )


class AbstractIdentity(models.Model):
    """A person at a provider, and whose it is: a row for each that has logged in, was linked or taken off."""

    namespace = ExactField(max_length=256)
    """The strategy's name, unless the connection's settings say otherwise."""
    provider_user_id = ExactField(max_length=256)
    subject = ExactField(max_length=_LONGEST_SUBJECT, db_index=True)
    user: "ToUser" = _user("%(app_label)s_identities")
    unlinked: "Flag" = models.BooleanField(default=False)
    """It was taken off its subject, and logs in nobody until it is linked again."""
    linked_at: "Number" = models.BigIntegerField()
    version: "Number" = models.BigIntegerField(default=0)
    """Grows whenever it is linked or unlinked, and so ends the sessions that it began."""

    class Meta:
        """One row for one identity."""

        abstract = True
        constraints = (
            models.UniqueConstraint(fields=["namespace", "provider_user_id"], name="%(app_label)s_%(class)s_once"),
        )

    def __str__(self) -> str:
        """Return both parts of what it is known by."""
        return f"{self.namespace}|{self.provider_user_id}"


class AbstractSubject(models.Model):
    """What is remembered of a user beside the user: blocks, and what has made older tokens worthless."""

    subject = ExactField(max_length=_LONGEST_SUBJECT, unique=True)
    blocked: "Flag" = models.BooleanField(default=False)
    created_at: "Number" = models.BigIntegerField()
    version: "Number" = models.BigIntegerField(default=0)
    """Grows whenever all its sessions are ended."""
    outdated_at: "NumberOrNone" = models.BigIntegerField(null=True)
    """Tokens from before, which belong to no session, are good for nothing."""

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        """Return its id."""
        return self.subject


class AbstractSession(models.Model):
    """One login and what goes on from it: the `sid` of our tokens, and the claims that userinfo answers."""

    sid = ExactField(max_length=256, unique=True)
    client_id = ExactField(max_length=256)
    subject = ExactField(max_length=_LONGEST_SUBJECT)
    user: "ToUser" = _user("%(app_label)s_sessions")
    connection: "Text" = models.TextField()
    strategy: "Text" = models.TextField()
    namespace = ExactField(max_length=256)
    provider_user_id = ExactField(max_length=256)
    scope: "Text" = models.TextField()
    audience: "Text" = models.TextField()
    device: "models.TextField[str | None, str | None]" = models.TextField(null=True)
    claims: "Text" = models.TextField()
    """The profile's at login, as JSON: personal data."""
    auth_time: "Number" = models.BigIntegerField()
    expires_at: "Number" = models.BigIntegerField()
    kept_until: "Number" = models.BigIntegerField(db_index=True)
    renewable: "Flag" = models.BooleanField()
    """It has refresh tokens."""
    identity_version: "Number" = models.BigIntegerField(default=0)
    subject_version: "Number" = models.BigIntegerField(default=0)
    ended: "Flag" = models.BooleanField(default=False)

    class Meta:
        """Found by whose it is."""

        abstract = True
        indexes = (models.Index(fields=["subject", "auth_time"], name="%(app_label)s_%(class)s_owner"),)

    def __str__(self) -> str:
        """Return its id."""
        return self.sid


class AbstractRefreshToken(models.Model):
    """One refresh token, by its hash. A model made of it adds `session`, a foreign key with `CASCADE`."""

    token_hash = ExactField(max_length=256, unique=True)
    issued_at: "Number" = models.BigIntegerField()
    replaced_at: "NumberOrNone" = models.BigIntegerField(null=True)
    successors: "models.IntegerField[int, int]" = models.IntegerField(default=0)

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        """Return its number: its hash is for nobody's eyes."""
        return f"refresh token {self.pk}"


class AbstractUsedOnce(models.Model):
    """An identifier that was used, such as that of a client's signed assertion."""

    identifier = ExactField(max_length=256, unique=True)
    expires_at: "Number" = models.BigIntegerField(db_index=True)

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        """Return it."""
        return self.identifier
