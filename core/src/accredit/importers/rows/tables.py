"""The old tables by their usual names, whatever this database calls them."""

from collections.abc import Iterator, Sequence
from typing import Any

from accredit.errors import ConfigurationError
from accredit.importers.options import ImportOptions
from accredit.importers.query import Query


class Tables:
    """Read rows as dictionaries."""

    def __init__(self, query: Query, options: ImportOptions) -> None:
        self._query = query
        self._names = options.tables

    def columns(self, table: str) -> frozenset[str]:
        """Return the columns of a table; none where it is not there."""
        return self._query.columns(self.name(table))

    def name(self, table: str) -> str:
        """Return what a table is called here."""
        return self._names.get(table, table)

    def rows(self, table: str, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Return the rows with those columns; of `optional` ones that are not there, the value is None.

        Raises:
            ConfigurationError: the table or a required column is not there; the message says what to try.
        """
        there = self.columns(table)
        name = self.name(table)
        if not there:
            raise ConfigurationError(
                f"there is no table '{name}' in that database; if it has another name, say --table {table}=NAME"
            )
        if missing := sorted(set(required) - there):
            raise ConfigurationError(f"table '{name}' has no column {', '.join(missing)}: it is not the one expected")
        return self._read(name, [*required, *(one for one in optional if one in there)], optional)

    def _read(self, name: str, columns: list[str], optional: Sequence[str]) -> Iterator[dict[str, Any]]:
        absent = dict.fromkeys(optional)
        for values in self._query.rows(name, columns):
            yield {**absent, **dict(zip(columns, values, strict=True))}
