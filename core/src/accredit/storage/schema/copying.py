"""Everything of one database into another, in one transaction: SQLite to PostgreSQL, back, or one to one of its kind.

Rows go in the order in which they were stored, in batches. At the end both sides are read and compared by their numbers
and by a checksum, before the other database is committed: until then there is nothing in it, whatever happens.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Select, Table

from accredit.errors import ConfigurationError
from accredit.storage.schema.differences import made_by_the_revisions

_BATCH = 1_000
_PATIENCE_S = 30
_FIRST = ("subjects", "identities", "sessions", "refresh_tokens")
"""A refresh token refers to its session; the other tables refer to nothing."""
_NUMBER = "number"
"""The column that tells the order on PostgreSQL, and is given by the database. SQLite has its own."""
_CALLED = {"user_id": "provider_user_id"}
"""A column of SQLite, as PostgreSQL calls it."""


@dataclass(frozen=True)
class Copied:
    """What was copied of one table: so many rows, and the checksum over all of them in their order."""

    table: str
    rows: int
    sha256: str


def copy(
    source: Connection,
    target: Connection,
    *,
    replace: bool,
    say: Callable[[str, int], object],
) -> list[Copied]:
    """Copy all tables of ours; return what was copied. `say` hears how many rows of a table are.

    Both are locked meanwhile: servers read the source, and write neither. `replace` deletes what the target holds in
    them. Any other table is somebody else's, and stays as it is.

    Raises:
        ConfigurationError: one of ours is missing; the target holds rows; a value cannot be kept there; or what has
            arrived is not the same.
    """
    names = _names(source, target)
    _lock(source, names, "SHARE")
    _lock(target, names, "SHARE ROW EXCLUSIVE")
    tables = [(_reflected(source, name), _reflected(target, name)) for name in names]
    _make_empty(target, [there for _, there in tables], replace=replace)
    sent = [_send(source, here, target, there, say) for here, there in tables]
    arrived = [_summed(there.name, _batches(target, there)) for _, there in tables]
    if sent != arrived:
        differ = ", ".join(one.table for one, other in zip(sent, arrived, strict=True) if one != other)
        raise ConfigurationError(f"what has arrived differs from what was sent: {differ}; nothing was kept")
    target.commit()
    return sent


def held(connection: Connection) -> dict[str, int]:
    """Return how many rows there are in each of our tables that holds any: what `replace` deletes."""
    there = made_by_the_revisions().intersection(sa.inspect(connection).get_table_names())
    counts = {
        name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
        for name in sorted(there)
    }
    return {name: rows for name, rows in counts.items() if rows}


def _names(source: Connection, target: Connection) -> list[str]:
    ours = made_by_the_revisions()
    for one in (source, target):
        if missing := ours.difference(sa.inspect(one).get_table_names()):
            raise ConfigurationError(f"there is no table {min(missing)} on one side; `accredit db check` says where")
    return [*_FIRST, *sorted(ours.difference(_FIRST))]


def _lock(connection: Connection, names: Sequence[str], mode: str) -> None:
    """Let nobody write: SQLite's transactions begin with the one lock that there is."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE_S}s'")
        quoted = map(connection.dialect.identifier_preparer.quote, names)
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(quoted)} IN {mode} MODE")


def _reflected(connection: Connection, name: str) -> Table:
    return Table(name, sa.MetaData(), autoload_with=connection)


def _make_empty(target: Connection, tables: Sequence[Table], *, replace: bool) -> None:
    for table in reversed(tables):
        if replace:
            target.execute(sa.delete(table))
        elif target.execute(sa.select(sa.exists(sa.select(sa.literal(1)).select_from(table)))).scalar_one():
            raise ConfigurationError(
                f"the target holds rows already (table {table.name}): name an empty one, or delete all that is there "
                "with --replace"
            )


def _send(
    source: Connection, here: Table, target: Connection, there: Table, say: Callable[[str, int], object]
) -> Copied:
    names = [column.name for column in _columns(there)]
    if [_called(column) for column in _columns(here)] != [_called(column) for column in _columns(there)]:
        raise ConfigurationError(f"table {here.name} has other columns there than here; `accredit db check` says which")

    def sending() -> Iterator[Sequence[Row[Any]]]:
        done = 0
        for batch in _batches(source, here):
            if target.dialect.name == "postgresql":
                _refuse_zeros(here.name, batch)
            target.execute(sa.insert(there), [dict(zip(names, row, strict=True)) for row in batch])
            done += len(batch)
            say(here.name, done)
            yield batch

    return _summed(here.name, sending())


def _refuse_zeros(table: str, batch: Sequence[Row[Any]]) -> None:
    for row in batch:
        if any(isinstance(value, str) and "\0" in value for value in row):
            raise ConfigurationError(
                f"a row of {table} holds the character U+0000 in a text, which PostgreSQL cannot keep: end that "
                "session, or unlink that identity, first"
            )


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    wanted = _in_order(connection, sa.select(*_columns(table)), table)
    yield from connection.execute(wanted.execution_options(yield_per=_BATCH)).partitions()


def _in_order(connection: Connection, wanted: Select[Any], table: Table) -> Select[Any]:
    """Return rows as they were stored; where no order is kept, by their keys, byte by byte."""
    if _NUMBER in table.c:
        return wanted.order_by(table.c[_NUMBER])
    if connection.dialect.name == "sqlite" and table.name in ("identities", "sessions", "refresh_tokens"):
        return wanted.order_by(sa.literal_column("rowid"))
    keys = [_exact(connection, column) for column in table.primary_key.columns]
    return wanted.order_by(*keys)


def _exact(connection: Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    is_text = isinstance(column.type, sa.String) and connection.dialect.name == "postgresql"
    return sa.collate(column, "C") if is_text else column


def _columns(table: Table) -> list[sa.Column[Any]]:
    """Return what is copied, in an order that is the same everywhere."""
    return sorted((column for column in table.columns if column.name != _NUMBER), key=_called)


def _called(column: sa.Column[Any]) -> str:
    return _CALLED.get(column.name, column.name)


def _summed(table: str, batches: Iterator[Sequence[Row[Any]]]) -> Copied:
    rows, digest = 0, hashlib.sha256()
    for batch in batches:
        rows += len(batch)
        for row in batch:
            digest.update(repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass"))
    return Copied(table, rows, digest.hexdigest())


def _plain(value: object) -> object:
    """Return a value as both databases give it."""
    return int(value) if isinstance(value, bool) else value
