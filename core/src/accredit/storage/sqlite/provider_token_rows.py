"""What is done to providers' tokens, as functions of a connection."""

import sqlite3

from accredit.storage.ports.provider_tokens import KeptToken

_COLUMNS = "id, subject, subject_version, connection, namespace, provider_user_id, kind, kept_at, sealed"
_SELECT = f"SELECT {_COLUMNS} FROM provider_tokens"  # noqa: S608 - names of columns
_KEEP = f"INSERT OR REPLACE INTO provider_tokens ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - as above


def keep(connection: sqlite3.Connection, token: KeptToken) -> None:
    """Keep a token, in the place of one with the same id."""
    connection.execute(_KEEP, token)


def of_subject(connection: sqlite3.Connection, subject: str) -> tuple[KeptToken, ...]:
    """Return those of a subject."""
    return _found(connection, f"{_SELECT} WHERE subject = ? ORDER BY id", subject)


def of_identity(connection: sqlite3.Connection, namespace: str, user_id: str) -> tuple[KeptToken, ...]:
    """Return those of an identity."""
    wanted = f"{_SELECT} WHERE namespace = ? AND provider_user_id = ? ORDER BY id"
    return _found(connection, wanted, namespace, user_id)


def some(connection: sqlite3.Connection, after: str, limit: int) -> tuple[KeptToken, ...]:
    """Return so many at most that come after an id."""
    return _found(connection, f"{_SELECT} WHERE id > ? ORDER BY id LIMIT ?", after, limit)


def reseal(connection: sqlite3.Connection, token: KeptToken, sealed: str) -> bool:
    """Seal a token anew, if it is as it was."""
    changed = "UPDATE provider_tokens SET sealed = ? WHERE id = ? AND sealed = ?"
    return connection.execute(changed, (sealed, token.id, token.sealed)).rowcount == 1


def forget(connection: sqlite3.Connection, token: KeptToken) -> bool:
    """Delete a token, if it is as it was."""
    gone = "DELETE FROM provider_tokens WHERE id = ? AND sealed = ?"
    return connection.execute(gone, (token.id, token.sealed)).rowcount == 1


def _found(connection: sqlite3.Connection, wanted: str, *asked: object) -> tuple[KeptToken, ...]:
    return tuple(KeptToken(*row) for row in connection.execute(wanted, asked).fetchall())
