"""Which models keep what: ours, or a project's own that are made of the abstract bases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models, router

from accredit.contrib.django.models.bases import (
    AbstractIdentity,
    AbstractRefreshToken,
    AbstractSession,
    AbstractSubject,
    AbstractUsedOnce,
)

ModelT = TypeVar("ModelT", bound=models.Model)

_BASES: Mapping[str, type[models.Model]] = {
    "identity": AbstractIdentity,
    "subject": AbstractSubject,
    "session": AbstractSession,
    "refresh_token": AbstractRefreshToken,
    "used_once": AbstractUsedOnce,
}
_OURS = {
    "identity": "accredit.Identity",
    "subject": "accredit.Subject",
    "session": "accredit.Session",
    "refresh_token": "accredit.RefreshToken",
    "used_once": "accredit.UsedOnce",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The model of each table. All live in one database: that to which the router sends the identities' writes."""

    identity: type[AbstractIdentity]
    subject: type[AbstractSubject]
    session: type[AbstractSession]
    refresh_token: type[AbstractRefreshToken]
    used_once: type[AbstractUsedOnce]

    @classmethod
    def named(cls, names: Mapping[str, str]) -> Self:
        """Return the models of these names, such as `{"identity": "shop.Identity"}`, and ours for what is not named.

        Raises:
            ImproperlyConfigured: there is none of that name, or it is not made of the base.
        """
        if unknown := sorted(names.keys() - _BASES.keys()):
            raise ImproperlyConfigured(f"ACCREDIT: models.{unknown[0]}: there are {', '.join(_BASES)}")
        found: dict[str, Any] = {name: _model(name, {**_OURS, **names}[name]) for name in _BASES}
        to = found["refresh_token"]._meta.get_field("session").related_model
        if to is not found["session"]:
            raise ImproperlyConfigured(
                "ACCREDIT: models.refresh_token: its foreign key `session` leads to another model than models.session"
            )
        return cls(**found)

    @property
    def using(self) -> str:
        """The database, by its alias. Reads go there, too: what was ended a moment ago must be seen."""
        return router.db_for_write(self.identity)

    def rows(self, model: type[ModelT]) -> "models.QuerySet[ModelT]":
        """Return all rows of one of them."""
        return model._base_manager.using(self.using)


def _model(table: str, name: str) -> type[models.Model]:
    try:
        model = apps.get_model(name)
    except (LookupError, ValueError):
        raise ImproperlyConfigured(f"ACCREDIT: models.{table}: there is no model {name!r}") from None
    base = _BASES[table]
    if not issubclass(model, base):
        raise ImproperlyConfigured(f"ACCREDIT: models.{table}: {name} is not made of {base.__name__}")
    return model
