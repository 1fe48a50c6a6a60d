"""Is a database what the revisions make? They are run once more beside it, and both are looked at.

For SQLite in memory; for PostgreSQL among the temporary tables of this connection, for which a server's role has the
right, and which are undone with the transaction.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Inspector

from accredit.storage.schema import runner
from accredit.storage.schema.revisions import HEAD

_VERSIONS = "alembic_version"


def differences(connection: Connection, at: str = HEAD) -> list[str]:
    """Return what code of revision `at` misses in a database, and what is in the way of its inserts, in sentences.

    What is only more, such as an index, is nobody's trouble.
    """
    wanted = _made_by_the_revisions(connection, at)
    found = sa.inspect(connection)
    there = _described(found, [name for name in found.get_table_names() if name in wanted])
    said = []
    for table, lines in wanted.items():
        if table not in there:
            said.append(f"there is no table {table}")
            continue
        said += [f"{table} has no {line}" for line in sorted(lines - there[table])]
        columns = {line.split()[1] for line in lines if line.startswith("column ")}
        more = [line for line in sorted(there[table] - lines) if line.startswith("column ")]
        said += [f"{table} has a {line}" for line in more if _must_be_given(line) and line.split()[1] not in columns]
    return said


def made_by_the_revisions() -> frozenset[str]:
    """Return the names of our tables, which are the same on both."""
    return frozenset(_made_in_memory(HEAD))


def _made_in_memory(at: str) -> dict[str, set[str]]:
    engine = sa.create_engine("sqlite://")
    try:
        with engine.begin() as beside:
            runner.upgrade(beside, at)
            found = sa.inspect(beside)
            return _described(found, found.get_table_names())
    finally:
        engine.dispose()


def _made_by_the_revisions(connection: Connection, at: str) -> dict[str, set[str]]:
    if connection.dialect.name == "sqlite":
        return _made_in_memory(at)
    connection.exec_driver_sql("SET LOCAL search_path TO pg_temp")
    try:
        runner.upgrade(connection, at)
        schema = connection.exec_driver_sql("SELECT pg_my_temp_schema()::regnamespace::text").scalar_one()
        found = sa.inspect(connection)
        return _described(found, found.get_temp_table_names(), schema=schema)
    finally:
        connection.rollback()


def _described(inspector: Inspector, names: Sequence[str], *, schema: str | None = None) -> dict[str, set[str]]:
    return {name: _lines(inspector, name, schema) for name in names if name != _VERSIONS}


def _lines(inspector: Inspector, table: str, schema: str | None) -> set[str]:
    lines = {_column(one) for one in inspector.get_columns(table, schema=schema)}
    key = inspector.get_pk_constraint(table, schema=schema)["constrained_columns"]
    lines.add(f"primary key ({', '.join(key)})")
    unique = inspector.get_unique_constraints(table, schema=schema)
    lines |= {f"unique ({', '.join(one['column_names'])})" for one in unique}
    indexes = inspector.get_indexes(table, schema=schema)
    lines |= {f"index ({', '.join(map(str, one['column_names']))})" for one in indexes if not one["unique"]}
    foreign = inspector.get_foreign_keys(table, schema=schema)
    return lines | {f"foreign key ({', '.join(one['constrained_columns'])})" for one in foreign}


def _column(one: Any) -> str:
    default = re.sub(r"nextval\(.*\)", "counted", str(one["default"])) if one["default"] is not None else None
    said = f"column {one['name']} {one['type']!s}"
    said += "" if one["nullable"] else " NOT NULL"
    return said if default is None else f"{said} DEFAULT {default}"


def _must_be_given(line: str) -> bool:
    return " NOT NULL" in line and " DEFAULT " not in line
