"""To link an identity: it looks at a session, too."""

from sqlalchemy import Connection

from accredit.errors import ExchangeError
from accredit.models import MainToken
from accredit.storage import rules
from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.sql.session_rows import SessionRows
from accredit.storage.sql.subject_rows import Clock, SubjectRows


class Links:
    """What both kinds of rows are needed for."""

    def __init__(self, sessions: SessionRows, subjects: SubjectRows) -> None:
        self._sessions = sessions
        self._subjects = subjects

    def link(
        self,
        connection: Connection,
        namespace: str,
        user_id: str,
        subject: str,
        *,
        now: int,
        main: MainToken | None,
        clock: Clock,
    ) -> StoredSubject | ExchangeError:
        """Enter an identity, unless it is another subject's; return what has come in between, where anything has."""
        default = rules.default_subject(namespace, user_id)
        overtaken = None if main is None else self._overtaken(connection, main, default)
        if overtaken is not None:
            return overtaken
        found = self._subjects.subject_of(connection, namespace, user_id)
        if rules.is_taken(found):
            return found
        version = rules.first_version(namespace, user_id, subject)
        if version > 0:
            self._subjects.outdate(connection, default, int(clock()))
        return self._subjects.enter(connection, namespace, user_id, subject, now=now, version=version)

    def _overtaken(self, connection: Connection, main: MainToken, default: str) -> ExchangeError | None:
        return rules.overtaken_link(
            main,
            subject=self._subjects.get(connection, main.subject),
            by_itself=self._subjects.get(connection, default),
            session=None if main.session_id is None else self._sessions.session(connection, main.session_id),
        )
