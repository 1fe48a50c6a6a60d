"""To link an identity: it looks at a session, too."""

import sqlite3

from accredit.errors import ExchangeError
from accredit.models import MainToken
from accredit.storage import rules
from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.sqlite.session_rows import session
from accredit.storage.sqlite.subject_rows import Clock, enter, get, outdate, subject_of


def link(
    connection: sqlite3.Connection,
    namespace: str,
    user_id: str,
    subject: str,
    now: int,
    main: MainToken | None,
    clock: Clock,
) -> StoredSubject | ExchangeError:
    """Enter an identity, unless it is another subject's; return what has come in between, where anything has."""
    default = rules.default_subject(namespace, user_id)
    overtaken = None if main is None else _overtaken(connection, main, default)
    if overtaken is not None:
        return overtaken
    found = subject_of(connection, namespace, user_id)
    if rules.is_taken(found):
        return found
    version = rules.first_version(namespace, user_id, subject)
    if version > 0:
        outdate(connection, default, int(clock()))
    return enter(connection, namespace, user_id, subject, now, version=version)


def _overtaken(connection: sqlite3.Connection, main: MainToken, default: str) -> ExchangeError | None:
    return rules.overtaken_link(
        main,
        subject=get(connection, main.subject),
        by_itself=get(connection, default),
        session=None if main.session_id is None else session(connection, main.session_id),
    )
