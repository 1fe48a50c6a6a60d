"""Columns whose text compares letter for letter, on every database."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _Parameters = dict[str, str | None]
else:
    _CharField = models.CharField  # which has no parameters where it runs


class ExactField(_CharField):
    """Text of which case, accents and blanks at the end count.

    PostgreSQL, SQLite and Oracle compare so by themselves. MySQL and MariaDB do not, and their `utf8mb4_bin` still
    ignores blanks at the end: there the column gets a collation that does not pad.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> "_Parameters":
        """Return what the column is made of, with the collation of that database."""
        parameters: _Parameters = dict(super().db_parameters(connection))
        if connection.vendor == "mysql":
            is_mariadb: bool = getattr(connection, "mysql_is_mariadb", False)
            parameters["collation"] = "utf8mb4_nopad_bin" if is_mariadb else "utf8mb4_0900_bin"
        return parameters
