"""The statements of logins and refreshes, for many at once: each takes arrays, and one trip to the server."""

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, Text, bindparam, func
from sqlalchemy.dialects.postgresql import ARRAY

from accredit.storage.ports.sessions import Session, StoredSession
from accredit.storage.postgres.driver import Rows, Statement, fetch, run
from accredit.storage.sql.session_rows import (
    COLUMNS,
    TOKEN_COLUMNS,
    Known,
    Owner,
    SessionRows,
    Start,
    known_identity,
    known_subject,
    stored_session,
    values_of,
)
from accredit.storage.sql.tables import Tables

_TEXTS: ARRAY[str] = ARRAY(Text())
_TOKEN_COLUMNS = ("token_hash", "session_id", "issued_at")
_values_of_token = attrgetter(*_TOKEN_COLUMNS)


class PostgresSessionRows(SessionRows):
    """As `SessionRows`, in other words where logins and refreshes are."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        s, r = self._s, self._r
        self._insert_session = _insert_into(tables.sessions, COLUMNS)
        token = _insert_into(tables.refresh_tokens, _TOKEN_COLUMNS, after=len(COLUMNS))
        self._insert_both = f"WITH begun AS ({self._insert_session}) {token}"
        subjects, identities = tables.subjects.fullname, tables.identities.fullname
        # `OFFSET 0`: each is looked up by its index, whatever the statistics of a young table say.
        self._known_all = (
            "SELECT u.blocked, u.version, i.version"  # noqa: S608 - names of tables
            " FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w(subject, namespace, user_id, place)"
            f" LEFT JOIN LATERAL (SELECT blocked, version FROM {subjects} WHERE id = w.subject OFFSET 0) AS u ON true"
            f" LEFT JOIN LATERAL (SELECT version FROM {identities} WHERE namespace = w.namespace"
            " AND provider_user_id = w.user_id OFFSET 0) AS i ON true ORDER BY w.place"
        )
        sessions, tokens = tables.sessions.fullname, tables.refresh_tokens.fullname
        counted = (
            "SELECT w.subject, s.client_id, count(*) FROM unnest($1::text[]) AS w(subject)"  # noqa: S608 - as above
            f" JOIN LATERAL (SELECT id, client_id, renewable FROM {sessions} WHERE subject = w.subject OFFSET 0) AS s"
        )
        live = f"SELECT FROM {tokens} WHERE session_id = s.id AND replaced_at IS NULL OFFSET 0"
        by_owner = "GROUP BY w.subject, s.client_id"
        self._count_live = f"{counted} ON s.renewable JOIN LATERAL ({live}) AS r ON true {by_owner}"
        self._count_others = f"{counted} ON NOT s.renewable {by_owner}"
        columns = ", ".join(TOKEN_COLUMNS)
        self._tokens_of = (
            f"SELECT r.* FROM unnest($1::text[]) AS w(id) JOIN LATERAL (SELECT {columns} FROM {tokens}"  # noqa: S608 - as above
            " WHERE session_id = w.id OFFSET 0) AS r ON true ORDER BY r.number"
        )
        self._delete_of = (
            f"DELETE FROM {tokens} WHERE number = ANY (ARRAY (SELECT r.number FROM unnest($1::text[]) AS w(id)"  # noqa: S608 - as above
            f" JOIN LATERAL (SELECT number FROM {tokens} WHERE session_id = w.id OFFSET 0) AS r ON true))"
        )
        ids = bindparam("ids", type_=_TEXTS)
        self.sessions_by_id = Statement(self._both.where(s.c.id == func.any(ids)))
        """Each a row for `stored_session`."""
        self.tokens_by_hash = Statement(
            self._tokens.where(r.c.token_hash == func.any(bindparam("hashes", type_=_TEXTS)))
        )
        """Each a row for `stored_token`."""

    def sessions_of(self, connection: Connection, session_ids: Sequence[str]) -> tuple[StoredSession, ...]:
        """Look many up."""
        return tuple(map(stored_session, self.sessions_by_id.fetch(connection, {"ids": session_ids})))

    def tokens_of(self, connection: Connection, session_ids: Sequence[str]) -> Rows:
        """Return the rows of all refresh tokens of sessions."""
        return fetch(connection, self._tokens_of, session_ids)

    def _known(self, connection: Connection, sessions: Sequence[Session]) -> list[Known]:
        subjects = [one.subject for one in sessions]
        names = [one.namespace for one in sessions], [one.user_id for one in sessions]
        rows = fetch(connection, self._known_all, subjects, *names)
        return [
            (
                None if version is None else known_subject(subject, blocked, version),
                None if identity_version is None else known_identity(identity_version),
            )
            for subject, (blocked, version, identity_version) in zip(subjects, rows, strict=True)
        ]

    def _insert(self, connection: Connection, starts: Sequence[Start]) -> None:
        # No arrays: the driver looks at each value whether it is one itself, which costs more than all the rest.
        both = [values_of(session) + _values_of_token(token) for session, token in starts if token is not None]
        if both:
            run(connection, lambda driver: driver.executemany(self._insert_both, both))
        alone = [values_of(session) for session, token in starts if token is None]
        if alone:
            run(connection, lambda driver: driver.executemany(self._insert_session, alone))

    def _delete_tokens(self, connection: Connection, session_ids: Sequence[str]) -> None:
        fetch(connection, self._delete_of, session_ids)

    def _count(self, connection: Connection, owners: Iterable[Owner], *, renewable: bool) -> "Counter[Owner]":
        wanted = set(owners)
        statement = self._count_live if renewable else self._count_others
        rows = fetch(connection, statement, sorted({subject for subject, _ in wanted}))
        found: dict[Any, int] = {(subject, client_id): number for subject, client_id, number in rows}
        return Counter({owner: found.get(owner, 0) for owner in wanted})


def _insert_into(table: Table, columns: Sequence[str], *, after: int = 0) -> str:
    """Return an insertion whose parameters are numbered after so many others."""
    places = ", ".join(f"${after + place}" for place in range(1, len(columns) + 1))
    return f"INSERT INTO {table.fullname} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - names of columns
