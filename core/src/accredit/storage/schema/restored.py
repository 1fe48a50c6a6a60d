"""What must be done to a database that was restored from a backup: it does not know what has happened since.

A refresh token that was replaced since lives again, and so do sessions that ended; identifiers that may be used once
are forgotten. Which ones nobody can tell: all that may be wrong is ended.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

_EVER = 2**62
"""Later than any session began, whatever the clock was."""
_MAKE_SUBJECTS = """
INSERT INTO subjects (id, blocked, created_at, version)
SELECT DISTINCT subject, false, CAST(:since AS BIGINT), 0 FROM sessions
WHERE auth_time < :since AND NOT EXISTS (SELECT 1 FROM subjects WHERE subjects.id = sessions.subject)
"""
_OUTDATE = "UPDATE subjects SET outdated_at = :since WHERE outdated_at IS NULL OR outdated_at < :since"
_END = "UPDATE sessions SET ended = true WHERE NOT ended AND auth_time < :since"
# The storages' own row: what ends no later than this counts as used before.
_FORGET = """
INSERT INTO used_ids (jti, expires_at) VALUES ('forgotten', CAST(:until AS BIGINT))
ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at WHERE used_ids.expires_at < excluded.expires_at
"""
_KEYS = "SELECT count(*) FROM signing_keys"


@dataclass(frozen=True)
class Ended:
    """What was ended, or would be: so many sessions, and the older tokens of so many subjects."""

    sessions: int
    subjects: int
    used_until: int
    """Epoch seconds: what may be used once and ends by then counts as used."""
    holds_keys: bool
    """Signing keys are in the database, too, as they were."""


def end_what_is_old(connection: Connection, *, since: int, used_until: int, is_serving: bool, write: bool) -> Ended:
    """End all sessions, or where a server `is_serving` those of before `since`, and outdate tokens of before `since`.

    Identifiers count as used that end by `used_until`. All times are epoch seconds. All of it is one transaction, which
    is undone unless it is to `write`.
    """

    def run(statement: str, before: int = since) -> int:
        return connection.execute(sa.text(statement), {"since": before}).rowcount

    run(_MAKE_SUBJECTS)
    ended = Ended(
        subjects=run(_OUTDATE),
        sessions=run(_END, since if is_serving else _EVER),
        used_until=used_until,
        holds_keys=connection.execute(sa.text(_KEYS)).scalar_one() > 0,
    )
    connection.execute(sa.text(_FORGET), {"until": used_until})
    if write:
        connection.commit()
    else:
        connection.rollback()
    return ended
