"""Look-ups of subjects and identities, many in one statement."""

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from accredit.storage.postgres.driver import Statement
from accredit.storage.sql.subject_rows import SubjectRows
from accredit.storage.sql.tables import Tables

_TEXTS: ARRAY[str] = ARRAY(Text())


class PostgresSubjectRows(SubjectRows):
    """As `SubjectRows`, with look-ups of many."""

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
        u = self._u
        self.subjects_by_id = Statement(
            select(u.c.id, u.c.blocked, u.c.version, u.c.outdated_at).where(
                u.c.id == func.any(bindparam("ids", type_=_TEXTS))
            )
        )
