"""What is done to providers' tokens, as functions of a connection.

For a database whose tables are ours, as `key_rows` is: a host's admin pages and exports would show them.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, MetaData, Select, Table, Text, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from accredit.storage.ports.provider_tokens import KeptToken

provider_tokens = Table(
    "provider_tokens",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("subject_version", BigInteger, nullable=False),
    Column("connection", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("provider_user_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
    Column("sealed", Text, nullable=False),
    Index("ix_provider_tokens_subject", "subject"),
    Index("ix_provider_tokens_identity", "namespace", "provider_user_id"),
)
_COLUMNS = provider_tokens.c
_IN_ORDER = _COLUMNS.id.collate("C")


def keep(connection: Connection, token: KeptToken) -> None:
    """Keep a token, in the place of one with the same id."""
    values = dict(zip(_COLUMNS.keys(), token, strict=True))
    connection.execute(insert(provider_tokens).values(values).on_conflict_do_update(index_elements=["id"], set_=values))


def of_subject(connection: Connection, subject: str) -> tuple[KeptToken, ...]:
    """Return those of a subject."""
    return _found(connection, select(provider_tokens).where(_COLUMNS.subject == subject))


def of_identity(connection: Connection, namespace: str, user_id: str) -> tuple[KeptToken, ...]:
    """Return those of an identity."""
    whose = _COLUMNS.namespace == namespace, _COLUMNS.provider_user_id == user_id
    return _found(connection, select(provider_tokens).where(*whose))


def some(connection: Connection, after: str, limit: int) -> tuple[KeptToken, ...]:
    """Return so many at most that come after an id."""
    return _found(connection, select(provider_tokens).where(after < _IN_ORDER).limit(limit))


def reseal(connection: Connection, token: KeptToken, sealed: str) -> bool:
    """Seal a token anew, if it is as it was."""
    return connection.execute(update(provider_tokens).where(*_as_it_was(token)).values(sealed=sealed)).rowcount == 1


def forget(connection: Connection, token: KeptToken) -> bool:
    """Delete a token, if it is as it was."""
    return connection.execute(delete(provider_tokens).where(*_as_it_was(token))).rowcount == 1


def _as_it_was(token: KeptToken) -> tuple[Any, Any]:
    return _COLUMNS.id == token.id, _COLUMNS.sealed == token.sealed


def _found(connection: Connection, wanted: Select[Any]) -> tuple[KeptToken, ...]:
    return tuple(KeptToken(*row) for row in connection.execute(wanted.order_by(_IN_ORDER)))
