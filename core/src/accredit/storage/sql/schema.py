"""Are the tables there? The host's migrations make them; examples and tests let the storage do it."""

from sqlalchemy import Connection, Table, inspect
from sqlalchemy.exc import DBAPIError

from accredit.errors import ConfigurationError
from accredit.storage.sql.failures import failure
from accredit.storage.sql.tables import Tables

_SPOKEN = ("postgresql", "sqlite", "mysql", "mariadb")


def check_dialect(name: str) -> None:
    """Pass where our statements are understood.

    Raises:
        ConfigurationError: they are not.
    """
    if name not in _SPOKEN:
        raise ConfigurationError(f"storage: {name} is not known; use PostgreSQL, MariaDB, MySQL or SQLite")


def make(connection: Connection, tables: Tables) -> None:
    """Make the tables that are missing. Several processes may do so at once."""
    metadata = tables.sessions.metadata
    try:
        metadata.create_all(connection, tables=tables.all)
        connection.commit()
    except DBAPIError:  # somebody else has just made one
        connection.rollback()
        metadata.create_all(connection, tables=tables.all)
        connection.commit()


def check(connection: Connection, tables: Tables) -> None:
    """Pass where the database has every table, column and uniqueness that the statements need.

    Raises:
        ConfigurationError: something is missing; the message names it and says what to do.
    """
    _check_character_set(connection)
    found = inspect(connection)
    missing = [table.fullname for table in tables.all if not found.has_table(table.name, schema=table.schema)]
    if missing:
        raise ConfigurationError(
            f"storage: the database has no table {', '.join(missing)}: run your migrations (alembic revision "
            "--autogenerate, alembic upgrade head; with Flask-SQLAlchemy flask db migrate, flask db upgrade, or "
            "db.create_all()); examples and tests may pass create_tables=True"
        )
    lacking = [f"{table.fullname}.{name}" for table in tables.all for name in _lacking(connection, table)]
    if lacking:
        raise ConfigurationError(
            f"storage: the database has no column {', '.join(lacking)}: run your migrations (alembic revision "
            "--autogenerate, alembic upgrade head)"
        )
    identities = tables.identities
    unique = ["namespace", "provider_user_id"]
    constraints = found.get_unique_constraints(identities.name, schema=identities.schema)
    indexes = found.get_indexes(identities.name, schema=identities.schema)
    if not any(sorted(one["column_names"]) == unique for one in constraints) and not any(
        one["unique"] and one["column_names"] == unique for one in indexes
    ):
        raise ConfigurationError(
            f"storage: {identities.fullname} may hold one account twice: give it UniqueConstraint('namespace', "
            "'provider_user_id'), which a model's own __table_args__ have replaced"
        )


def _check_character_set(connection: Connection) -> None:
    if connection.dialect.name in ("mysql", "mariadb"):
        spoken = connection.exec_driver_sql("SELECT @@character_set_connection").scalar_one()
        if spoken != "utf8mb4":
            raise ConfigurationError(
                f"storage: the connection's character set is {spoken}, which has not every letter: "
                "add ?charset=utf8mb4 to the engine's URL"
            )


def _lacking(connection: Connection, table: Table) -> list[str]:
    there = {column["name"] for column in inspect(connection).get_columns(table.name, schema=table.schema)}
    return [column.name for column in table.columns if column.name not in there]


def unusable(exc: Exception) -> ConfigurationError:
    """Return what is told where the database cannot be looked at: nothing of ours is in it yet that could be quoted."""
    found = failure(exc).detail
    said = str(exc.orig).strip() if isinstance(exc, DBAPIError) else ""
    return ConfigurationError(f"storage: the database cannot be used: {said or found}")
