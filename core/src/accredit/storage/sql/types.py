"""Text that compares letter for letter on every database.

MariaDB and MySQL fold case, ignore blanks at the end and, in some modes, cut off what is too long: there all of our
text is kept as bytes. In a host's metadata stand plain types of SQLAlchemy, so that the migrations that Alembic writes
import nothing of ours; our own statements convert.
"""

from typing import Any

from sqlalchemy import VARBINARY, BigInteger, Boolean, Dialect, Float, Integer, Text, column, table
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import Table
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import TypeDecorator, TypeEngine

KEY_BYTES = 512
"""The longest text in an index, where it is kept as bytes. An index of InnoDB takes 3072 bytes in all."""
LONG_BYTES = 2**24 - 1
"""The longest other text there: `MEDIUMBLOB`."""
_AS_BYTES = ("mysql", "mariadb")


def key_text() -> TypeEngine[str]:
    """Return the type of a column that is looked for."""
    return Text().with_variant(VARBINARY(KEY_BYTES), *_AS_BYTES)


def long_text() -> TypeEngine[str]:
    """Return the type of a column that is only kept."""
    return Text().with_variant(mysql.MEDIUMBLOB(), *_AS_BYTES)


def counted() -> TypeEngine[int]:
    """Return the type of a primary key that the database counts. SQLite counts only what is called `INTEGER`."""
    return BigInteger().with_variant(Integer(), "sqlite")


class ExactText(TypeDecorator[str]):
    """Text in our own statements, which comes back as bytes where it is kept as bytes.

    It goes there as text all the same, in the connection's character set (`schema` looks that this is `utf8mb4`):
    aiomysql 0.3 cannot send bytes beside PyMySQL 1.2.
    """

    impl = Text
    cache_ok = True

    def __init__(self, most_bytes: int = LONG_BYTES) -> None:
        super().__init__()
        self.most_bytes = most_bytes

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse what the column would cut off where the database is not strict."""
        if value is not None and dialect.name in _AS_BYTES and len(value.encode()) > self.most_bytes:
            raise ValueError("a text is too long for its column")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decode."""
        return value.decode() if isinstance(value, bytes | bytearray) else value


def for_statements(described: Table) -> TableClause:
    """Return what our statements are made of: the names of a host's table, with the types above."""
    columns = [column(one.name, _type(one.type)) for one in described.columns]
    return table(described.name, *columns, schema=described.schema)


def _type(declared: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(declared, Boolean | Integer | Float):
        return declared
    kept_as = declared.dialect_impl(mysql.dialect())
    return ExactText(KEY_BYTES if isinstance(kept_as, VARBINARY) else LONG_BYTES)
