"""Look-ups and first logins of subjects and identities, many in one statement."""

from collections.abc import Sequence
from operator import attrgetter

from sqlalchemy import Connection, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.postgres.driver import Statement, fetch
from accredit.storage.sql.subject_rows import Entry, SubjectRows, looked_up
from accredit.storage.sql.tables import Tables

_TEXTS: ARRAY[str] = ARRAY(Text())
_values_of = attrgetter("namespace", "user_id", "subject", "now")


class PostgresSubjectRows(SubjectRows):
    """As `SubjectRows`, with look-ups and first logins of many."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        subjects, identities = tables.subjects.fullname, tables.identities.fullname
        # `OFFSET 0`: each is looked up by its index, whatever the statistics of a young table say.
        self.look_up_all = (
            "SELECT i.subject, u.blocked, i.unlinked, i.version, u.version, u.outdated_at,"  # noqa: S608 - names of tables
            " d.blocked, d.version, d.outdated_at"
            " FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w(namespace, user_id, standard, place)"
            f" LEFT JOIN LATERAL (SELECT * FROM {identities} WHERE namespace = w.namespace"
            " AND provider_user_id = w.user_id OFFSET 0) AS i ON true"
            f" LEFT JOIN LATERAL (SELECT * FROM {subjects} WHERE id = i.subject OFFSET 0) AS u ON true"
            f" LEFT JOIN LATERAL (SELECT * FROM {subjects} WHERE id = w.standard OFFSET 0) AS d ON true"
            " ORDER BY w.place"
        )
        """Takes namespaces, user ids and default subjects; each a row for `looked_up`."""
        self._enter_all = (
            f"WITH entered AS (INSERT INTO {identities} (namespace, provider_user_id, subject, linked_at)"  # noqa: S608 - as above
            " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])"
            " ON CONFLICT (namespace, provider_user_id) DO NOTHING RETURNING subject, linked_at)"
            f" INSERT INTO {subjects} (id, created_at) SELECT * FROM entered ON CONFLICT (id) DO NOTHING"
        )
        u = self._u
        self.subjects_by_id = Statement(
            select(u.c.id, u.c.blocked, u.c.version, u.c.outdated_at).where(
                u.c.id == func.any(bindparam("ids", type_=_TEXTS))
            )
        )

    def create(self, connection: Connection, entries: Sequence[Entry]) -> list[StoredSubject]:
        """Enter identities, but those that are there; return for each what is stored. They are locked."""
        namespaces, user_ids, subjects, times = map(list, zip(*map(_values_of, entries), strict=True))
        fetch(connection, self._enter_all, namespaces, user_ids, subjects, times)
        # A statement of its own: it sees what somebody else has stored while the one before waited for it.
        rows = fetch(connection, self.look_up_all, namespaces, user_ids, subjects)
        found = (looked_up(row, subject) for row, subject in zip(rows, subjects, strict=True))
        # Where an erasure has taken the identity in between, what is known of its subject counts all the same.
        return [its or by_itself or StoredSubject(one) for (its, by_itself), one in zip(found, subjects, strict=True)]
