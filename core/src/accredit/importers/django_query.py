"""An old database through a connection that Django has already, as `django.db.connection` is."""

from collections.abc import Iterable, Sequence
from typing import Any

_AT_ONCE = 2000


class DjangoQuery:
    """Read by one of Django's connections, in the thread that it belongs to."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def columns(self, table: str, /) -> frozenset[str]:
        """Return the names of a table's columns; none where there is no such table."""
        introspection = self._connection.introspection
        with self._connection.cursor() as cursor:
            if table not in introspection.table_names(cursor, include_views=True):
                return frozenset()
            return frozenset(column.name for column in introspection.get_table_description(cursor, table))

    def rows(self, table: str, columns: Sequence[str], /) -> Iterable[Sequence[object]]:
        """Return the values of those columns for each row, by order of the first of them."""
        quoted = self._connection.ops.quote_name
        listed = [quoted(name) for name in columns]
        with self._connection.cursor() as cursor:
            statement = f"SELECT {', '.join(listed)} FROM {quoted(table)} ORDER BY {listed[0]}"  # noqa: S608 - quoted by Django
            cursor.execute(statement)
            while found := cursor.fetchmany(_AT_ONCE):
                yield from found
