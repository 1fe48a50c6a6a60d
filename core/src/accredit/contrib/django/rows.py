"""How one row is read."""

from typing import TypeVar

from django.db import models

ModelT = TypeVar("ModelT", bound=models.Model)


def only(rows: "models.QuerySet[ModelT]") -> ModelT | None:
    """Return the one row that a look at unique columns finds, None if it is not there.

    `first` would compile an order and a limit for it, which takes longer than the database does.
    """
    return next(iter(rows), None)
