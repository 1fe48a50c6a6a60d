"""All that a source may ask of an old database: which columns a table has, and the values in some of them."""

from collections.abc import Iterable, Sequence
from typing import Protocol


class Query(Protocol):
    """Read tables, and never write. `SqlQuery` does it by SQLAlchemy, `DjangoQuery` by a connection of Django's."""

    def columns(self, table: str, /) -> frozenset[str]:
        """Return the names of a table's columns; none where there is no such table."""

    def rows(self, table: str, columns: Sequence[str], /) -> Iterable[Sequence[object]]:
        """Return the values of those columns for each row, as the driver hands them over, by the first column."""
