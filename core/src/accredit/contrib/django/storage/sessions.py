"""What is done to sessions and refresh tokens, each within one transaction."""

from dataclasses import fields
from typing import Any

from django.db.models import Max, Q

from accredit.contrib.django.accounts import user_of
from accredit.contrib.django.models.bases import AbstractIdentity, AbstractSession
from accredit.contrib.django.rows import only
from accredit.contrib.django.storage.locks import locked, of_subject
from accredit.contrib.django.storage.subjects import get, identity_row, subject_of
from accredit.contrib.django.storage.tables import Tables
from accredit.storage import (
    PUSHED_OUT,
    RefreshToken,
    Rotation,
    Session,
    StoredRefreshToken,
    StoredSession,
    StoredSubject,
    rules,
)

_NAMES_OF_DJANGO = {"id": "sid", "user_id": "provider_user_id"}
_COLUMNS = {field.name: _NAMES_OF_DJANGO.get(field.name, field.name) for field in fields(Session)}
"""The fields of a session, and how Django's model calls them: it has a row's number as `id`, a user's as `user_id`."""


def start(tables: Tables, session: Session, token: RefreshToken | None) -> None:
    """Store one session.

    Raises:
        ExchangeError: something has overtaken the login.
    """
    with locked(tables.using, of_subject(session.subject)):
        identity = identity_row(tables, session.namespace, session.user_id)
        known = None if identity is None else StoredSubject(identity.subject, identity_version=identity.version)
        overtaken = rules.overtaken_login(session, get(tables, session.subject), known)
        if overtaken is not None:
            raise overtaken
        values = {column: getattr(session, name) for name, column in _COLUMNS.items()}
        row = tables.rows(tables.session).create(**values, user_id=_user_id(session.subject, identity))
        if token is not None:
            _add(tables, row, token)
        _evict(tables, row)


def session(tables: Tables, session_id: str) -> StoredSession | None:
    """Look one up."""
    row = only(tables.rows(tables.session).filter(sid=session_id))
    return None if row is None else _stored(tables, row)


def sessions(tables: Tables, subject: str) -> tuple[Session, ...]:
    """List a subject's live sessions."""
    rows = tables.rows(tables.session).filter(subject=subject, ended=False).order_by("-auth_time", "-sid")
    standing = _Standing(tables)
    return tuple(_session(row) for row in rows if not standing.has_ended(row))


def find(tables: Tables, token_hash: str) -> StoredRefreshToken | None:
    """Look up a refresh token with its session."""
    row: Any = only(_tokens(tables).select_related("session").filter(token_hash=token_hash))
    if row is None:
        return None
    token = RefreshToken(token_hash, row.session.sid, row.issued_at)
    return StoredRefreshToken(token, _stored(tables, row.session), row.replaced_at, row.successors)


def rotate(tables: Tables, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
    """Replace one refresh token by another; see `SessionStore`."""
    subject = _tokens(tables).filter(token_hash=token_hash).values_list("session__subject", flat=True).first()
    if subject is None:
        return Rotation.REFUSED
    with locked(tables.using, of_subject(subject)):
        stored = find(tables, token_hash)
        if stored is None or stored.token.session_id != successor.session_id:
            return Rotation.REFUSED
        outcome = rules.rotation_of(rules.state_of(stored, now=now, leeway_s=leeway_s))
        if outcome is Rotation.REUSED:
            end(tables, successor.session_id)
        if outcome is Rotation.ROTATED:
            _replace(tables, stored, successor, now)
        return outcome


def end(tables: Tables, session_id: str) -> None:
    """End one session."""
    tables.rows(tables.session).filter(sid=session_id).update(ended=True)


def prune(tables: Tables, most: int, now: float) -> int:
    """Delete at most `most` sessions of which no token lives, with their refresh tokens; return how many."""
    old = tables.rows(tables.session).filter(kept_until__lte=int(now)).values_list("pk", flat=True)[:most]
    gone = list(old)
    tables.rows(tables.session).filter(pk__in=gone).delete()
    return len(gone)


def _user_id(subject: str, identity: AbstractIdentity | None) -> Any:
    """Return the key of a subject's user: the identity's row tells it, in most logins."""
    known: Any = identity  # no type says that a foreign key has a column
    if known is not None and known.subject == subject and known.user_id is not None:
        return known.user_id
    user = user_of(subject)
    return None if user is None else user.pk


def _replace(tables: Tables, stored: StoredRefreshToken, successor: RefreshToken, now: int) -> None:
    row = tables.rows(tables.session).get(sid=successor.session_id)
    tokens = _tokens(tables).filter(session=row)
    tokens.filter(token_hash=stored.token.token_hash).update(
        replaced_at=now if stored.replaced_at is None else stored.replaced_at, successors=stored.successors + 1
    )
    _add(tables, row, successor)
    replaced = tokens.filter(replaced_at__isnull=False).order_by("pk").values_list("pk", flat=True)
    tokens.filter(pk__in=rules.forgotten(list(replaced))).delete()
    if stored.replaced_at is not None:
        live = tokens.filter(replaced_at__isnull=True).order_by("pk").values_list("pk", flat=True)
        gone = rules.pushed_out(list(live), live=_live_beside(tables, row).count())
        tokens.filter(pk__in=gone).update(replaced_at=0, successors=PUSHED_OUT)


def _add(tables: Tables, row: AbstractSession, token: RefreshToken) -> None:
    _tokens(tables).create(session=row, token_hash=token.token_hash, issued_at=token.issued_at)


def _evict(tables: Tables, newest: AbstractSession) -> None:
    """Of too many sessions, lose one that has ended, or else the one that was used longest ago."""
    alike = tables.rows(tables.session).filter(
        subject=newest.subject, client_id=newest.client_id, renewable=newest.renewable
    )
    if not rules.is_crowded(_live_beside(tables, newest).count() if newest.renewable else alike.count()):
        return
    used_at = Max("refresh_tokens__issued_at", filter=Q(refresh_tokens__replaced_at__isnull=True))
    standing = _Standing(tables)
    others: list[Any] = list(alike.exclude(pk=newest.pk).order_by("pk").annotate(used_at=used_at))
    min(
        others,
        key=lambda one: rules.worth_keeping(
            ended=standing.has_ended(one), auth_time=one.auth_time, live=[] if one.used_at is None else [one.used_at]
        ),
    ).delete()


def _live_beside(tables: Tables, row: AbstractSession) -> Any:
    """Return the live refresh tokens of all sessions of a session's subject and client."""
    return _tokens(tables).filter(
        session__subject=row.subject,
        session__client_id=row.client_id,
        session__renewable=True,
        replaced_at__isnull=True,
    )


def _tokens(tables: Tables) -> Any:
    """Return all refresh tokens. The foreign key to their session is not in the base, so no type says that it is."""
    return tables.rows(tables.refresh_token)


class _Standing:
    """Tell which sessions have ended, with one look at each subject and identity."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._subjects: dict[str, StoredSubject | None] = {}
        self._identities: dict[tuple[str, str], StoredSubject | None] = {}

    def has_ended(self, row: AbstractSession) -> bool:
        """Tell whether one has."""
        key = row.namespace, row.provider_user_id
        if row.subject not in self._subjects:
            self._subjects[row.subject] = get(self._tables, row.subject)
        if key not in self._identities:
            self._identities[key] = subject_of(self._tables, *key)
        stored = StoredSession(_session(row), row.ended)
        return rules.has_ended(stored, self._subjects[row.subject], self._identities[key])


def _stored(tables: Tables, row: AbstractSession) -> StoredSession:
    return StoredSession(_session(row), _Standing(tables).has_ended(row))


def _session(row: AbstractSession) -> Session:
    return Session(**{name: getattr(row, column) for name, column in _COLUMNS.items()})
