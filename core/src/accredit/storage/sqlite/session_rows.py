"""What is done to sessions and refresh tokens, as functions of a connection.

Four rules stand here again, in SQL, where a login or a refresh would otherwise need a statement more or read every row
of a user: what keeps a session out (`_INSERT`), what has ended it (`_ENDED`), which session goes (`_LEAST_FIRST`) and
which replaced tokens are forgotten (`_FORGET`). The conformance kit holds them to `accredit.storage.rules`.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import fields
from operator import attrgetter

from accredit.errors import ExchangeError, NotLinked
from accredit.storage import rules
from accredit.storage.ports.sessions import (
    MOST_REPLACED,
    MOST_SESSIONS,
    MOST_SUCCESSORS,
    PUSHED_OUT,
    RefreshToken,
    Rotation,
    Session,
    StoredRefreshToken,
    StoredSession,
)
from accredit.storage.sqlite import subject_rows

Start = tuple[Session, RefreshToken | None]
"""A session to be stored, with its first refresh token."""
_Owner = tuple[str, str, bool]
"""The subject and the client of a session, and whether it is renewable."""

_COLUMNS = tuple(field.name for field in fields(Session))
_NAMES = ", ".join(f"sessions.{name}" for name in _COLUMNS)
# Thirty times cheaper than `astuple`, which copies deeply.
_row = attrgetter(*_COLUMNS, "namespace", "user_id", "identity_version", "subject", "subject_version")
_token = attrgetter("token_hash", "session_id", "issued_at")

_INSERT = (
    f"INSERT INTO sessions ({', '.join(_COLUMNS)}) SELECT {', '.join('?' * len(_COLUMNS))}"  # noqa: S608 - field names
    # Unlinked, linked elsewhere or blocked since it was looked up.
    " WHERE NOT EXISTS (SELECT 1 FROM identities WHERE namespace = ? AND user_id = ? AND version <> ?)"
    " AND NOT EXISTS (SELECT 1 FROM subjects WHERE id = ? AND (blocked OR version <> ?))"
)
_ADD_REFRESH = "INSERT INTO refresh_tokens (token_hash, session_id, issued_at) VALUES (?, ?, ?)"
_ENDED = (
    "(sessions.ended OR EXISTS (SELECT 1 FROM identities WHERE namespace = sessions.namespace"
    " AND user_id = sessions.user_id AND version <> sessions.identity_version)"
    " OR EXISTS (SELECT 1 FROM subjects WHERE id = sessions.subject"
    " AND (blocked OR version <> sessions.subject_version)))"
)
_SESSION = f"SELECT {_ENDED}, {_NAMES} FROM sessions WHERE id = ?"  # noqa: S608 - constants
_SESSIONS = f"SELECT {_NAMES} FROM sessions WHERE subject = ? AND NOT {_ENDED} ORDER BY auth_time DESC, id DESC"  # noqa: S608 - constants
FORGET_ENDED = f"DELETE FROM sessions WHERE subject = ? AND {_ENDED}"  # noqa: S608 - constants
_FIND = (
    f"SELECT issued_at, replaced_at, successors, {_ENDED}, {_NAMES} FROM refresh_tokens"  # noqa: S608 - constants
    " JOIN sessions ON sessions.id = session_id WHERE token_hash = ?"
)
_STATE = (
    f"SELECT session_id, subject, client_id, expires_at, {_ENDED}, replaced_at, successors"  # noqa: S608 - constants
    " FROM refresh_tokens JOIN sessions ON sessions.id = session_id WHERE token_hash = ?"
)
# Few users have so many sessions that anything may be too much. The index alone tells; only theirs are looked at.
_MORE_THAN = "EXISTS (SELECT 1 FROM sessions WHERE subject = ? AND client_id = ? LIMIT 1 OFFSET {})"
_COUNT_LIVE = (
    "SELECT count(*) FROM sessions JOIN refresh_tokens ON session_id = sessions.id"  # noqa: S608 - constants
    " WHERE subject = ? AND client_id = ? AND renewable AND replaced_at IS NULL"
    f" AND {_MORE_THAN.format(MOST_SESSIONS // MOST_SUCCESSORS)}"
)
_COUNT_OTHERS = (
    "SELECT count(*) FROM sessions WHERE subject = ? AND client_id = ? AND NOT renewable"  # noqa: S608 - constants
    f" AND {_MORE_THAN.format(MOST_SESSIONS)}"
)
_ITS_LIVE = "FROM refresh_tokens WHERE session_id = sessions.id AND replaced_at IS NULL"
_LEAST_FIRST = (  # no join, which would have to be grouped before it is sorted
    f"SELECT id, (SELECT count(*) {_ITS_LIVE}) FROM sessions WHERE subject = ? AND client_id = ? AND renewable = ?"  # noqa: S608 - constants
    f" ORDER BY {_ENDED} DESC, coalesce((SELECT max(issued_at) {_ITS_LIVE}), auth_time), rowid LIMIT ?"
)
_LIVE_OF = "SELECT token_hash FROM refresh_tokens WHERE session_id = ? AND replaced_at IS NULL ORDER BY rowid"
_PUSH_OUT = "UPDATE refresh_tokens SET replaced_at = 0, successors = ? WHERE token_hash = ?"
_FORGET = (
    "DELETE FROM refresh_tokens WHERE token_hash IN (SELECT token_hash FROM refresh_tokens"
    " WHERE session_id = ? AND replaced_at IS NOT NULL ORDER BY rowid DESC LIMIT -1 OFFSET ?)"
)


def insert(connection: sqlite3.Connection, starts: Sequence[Start]) -> list[ExchangeError | None]:
    """Insert sessions, but those that meanwhile must not be; return for each what keeps it out."""
    stored = connection.executemany(_INSERT, [_row(session) for session, _ in starts]).rowcount
    verdicts: list[ExchangeError | None] = [None] * len(starts)
    if stored < len(starts):
        verdicts = [_refusal(connection, session) for session, _ in starts]
        starts = [start for start, verdict in zip(starts, verdicts, strict=True) if verdict is None]
    connection.executemany(_ADD_REFRESH, [_token(token) for _, token in starts if token is not None])
    _make_room(connection, starts)
    return verdicts


def session(connection: sqlite3.Connection, session_id: str) -> StoredSession | None:
    """Look one up."""
    for ended, *row in connection.execute(_SESSION, (session_id,)).fetchall():
        return StoredSession(_session(row), bool(ended))
    return None


def sessions(connection: sqlite3.Connection, subject: str) -> tuple[Session, ...]:
    """List a subject's live sessions."""
    return tuple(_session(row) for row in connection.execute(_SESSIONS, (subject,)).fetchall())


def find(connection: sqlite3.Connection, token_hash: str) -> StoredRefreshToken | None:
    """Look up a refresh token with its session."""
    for issued_at, replaced_at, successors, ended, *row in connection.execute(_FIND, (token_hash,)).fetchall():
        session = _session(row)
        token = RefreshToken(token_hash, session.id, issued_at)
        return StoredRefreshToken(token, StoredSession(session, bool(ended)), replaced_at, successors)
    return None


def rotate(
    connection: sqlite3.Connection, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int
) -> Rotation:
    """Replace one refresh token by another; see `SessionStore`."""
    row = connection.execute(_STATE, (token_hash,)).fetchone()
    if row is None:
        return Rotation.REFUSED
    session_id, subject, client_id, expires_at, ended, replaced_at, successors = row
    if session_id != successor.session_id:
        return Rotation.REFUSED
    state = rules.refresh_token_state(
        ended=bool(ended),
        ends_at=expires_at,
        replaced_at=replaced_at,
        successors=successors,
        now=now,
        leeway_s=leeway_s,
    )
    outcome = rules.rotation_of(state)
    if outcome is Rotation.REUSED:
        end(connection, session_id)
    if outcome is not Rotation.ROTATED:
        return outcome
    connection.execute(
        "UPDATE refresh_tokens SET replaced_at = coalesce(replaced_at, ?), successors = successors + 1"
        " WHERE token_hash = ?",
        (now, token_hash),
    )
    connection.execute(_ADD_REFRESH, _token(successor))
    connection.execute(_FORGET, (session_id, MOST_REPLACED))
    if replaced_at is not None:
        live = connection.execute(_COUNT_LIVE, (subject, client_id) * 2).fetchone()[0]
        gone = rules.pushed_out(connection.execute(_LIVE_OF, (session_id,)).fetchall(), live=live)
        connection.executemany(_PUSH_OUT, [(PUSHED_OUT, token_hash) for (token_hash,) in gone])
    return outcome


def end(connection: sqlite3.Connection, session_id: str) -> None:
    """End one session."""
    connection.execute("UPDATE sessions SET ended = 1 WHERE id = ?", (session_id,))


def prune(connection: sqlite3.Connection, most: int, now: float) -> int:
    """Delete at most `most` sessions of which no token lives, with their refresh tokens; return how many."""
    old = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE kept_until <= ? LIMIT ?)"
    return connection.execute(old, (now, most)).rowcount


def _make_room(connection: sqlite3.Connection, begun: Sequence[Start]) -> None:
    """For each session that has begun lose one, where there are too many. They are counted once for all of a user's."""
    newcomers: dict[_Owner, dict[str, int]] = {}
    for session, token in begun:
        of_owner = newcomers.setdefault((session.subject, session.client_id, session.renewable), {})
        of_owner[session.id] = int(token is not None or not session.renewable)
    for owner, counted in newcomers.items():
        count = connection.execute(_COUNT_LIVE if owner[2] else _COUNT_OTHERS, owner[:2] * 2).fetchone()[0]
        if rules.is_crowded(count):
            _evict(connection, owner, counted, count)


def _evict(connection: sqlite3.Connection, owner: _Owner, newcomers: Mapping[str, int], count: int) -> None:
    """For each newcomer lose a session that has ended, or else the one that was used longest ago; never itself.

    `count` is what there is, and `newcomers` say how much of it is of each.
    """
    # As many may go as have come, and none of those goes before it has come.
    least_first = connection.execute(_LEAST_FIRST, (*owner, 2 * len(newcomers))).fetchall()
    kept = {session_id: live if owner[2] else 1 for session_id, live in least_first}
    to_come = set(newcomers)
    count -= sum(newcomers.values())
    gone = []
    for newcomer, counted in newcomers.items():
        count += counted
        least = next((one for one in kept if one not in to_come), None)
        to_come.discard(newcomer)
        if rules.is_crowded(count) and least is not None:
            gone.append((least,))
            count -= kept.pop(least)
    connection.executemany("DELETE FROM sessions WHERE id = ?", gone)


def _refusal(connection: sqlite3.Connection, session: Session) -> ExchangeError | None:
    if connection.execute("SELECT 1 FROM sessions WHERE id = ?", (session.id,)).fetchone():
        return None
    subject = subject_rows.get(connection, session.subject)
    identity = subject_rows.subject_of(connection, session.namespace, session.user_id)
    return rules.overtaken_login(session, subject, identity) or NotLinked()  # not stored, so in no case let in


def _session(row: Sequence[object]) -> Session:
    values: dict[str, object] = dict(zip(_COLUMNS, row, strict=True))
    values["renewable"] = bool(values["renewable"])
    return Session(**values)  # type: ignore[arg-type]  # the columns have the fields' types
