"""What is done to subjects and identities, each within one transaction."""

from collections.abc import Callable

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from accredit.contrib.django.accounts import user_of
from accredit.contrib.django.models.bases import AbstractIdentity, AbstractSubject
from accredit.contrib.django.rows import only
from accredit.contrib.django.storage.locks import locked, of_identity, of_subject
from accredit.contrib.django.storage.tables import Tables
from accredit.models import MainToken
from accredit.storage import StoredSession, StoredSubject, rules

Clock = Callable[[], float]
"""Read inside the transaction: what has waited for it must not look older than what came before it."""
FindSession = Callable[[str], StoredSession | None]


def identity_row(tables: Tables, namespace: str, user_id: str) -> AbstractIdentity | None:
    """Return the row of an identity."""
    return only(_identities(tables, namespace, user_id))


def identity_with_user(tables: Tables, namespace: str, user_id: str) -> AbstractIdentity | None:
    """Return the row of an identity, and with it that of its user."""
    return only(_identities(tables, namespace, user_id).select_related("user"))


def subject_of(tables: Tables, namespace: str, user_id: str) -> StoredSubject | None:
    """Look up an identity."""
    row = identity_row(tables, namespace, user_id)
    return None if row is None else _stored(tables, row)


def get(tables: Tables, subject: str) -> StoredSubject | None:
    """Look up a subject."""
    row = only(tables.rows(tables.subject).filter(subject=subject))
    return None if row is None else _subject(row)


def look_up(tables: Tables, namespace: str, user_id: str) -> tuple[StoredSubject | None, StoredSubject | None]:
    """Look up an identity, and the subject that it has by default."""
    row, default = identity_row(tables, namespace, user_id), rules.default_subject(namespace, user_id)
    if row is None:
        return None, get(tables, default)
    rows = tables.rows(tables.subject).filter(subject__in={row.subject, default})
    subjects = {found.subject: _subject(found) for found in rows}
    return _identity(row, subjects.get(row.subject)), subjects.get(default)


def create(tables: Tables, namespace: str, user_id: str, subject: str, now: int) -> StoredSubject:
    """Enter an identity, unless it is there."""
    with locked(tables.using, of_identity(namespace, user_id)):
        found = identity_row(tables, namespace, user_id)
        if found is None:
            found = enter(tables, namespace, user_id, subject, user=user_of(subject), now=now, version=0)
        return _stored(tables, found)


def link(
    tables: Tables,
    namespace: str,
    user_id: str,
    subject: str,
    *,
    now: int,
    main: MainToken | None,
    clock: Clock,
    find_session: FindSession,
) -> StoredSubject:
    """Enter an identity, unless it is another subject's.

    Raises:
        ExchangeError: something has come in between.
    """
    default = rules.default_subject(namespace, user_id)
    with locked(tables.using, of_identity(namespace, user_id)):
        if main is not None:
            overtaken = rules.overtaken_link(
                main,
                subject=get(tables, main.subject),
                by_itself=get(tables, default),
                session=None if main.session_id is None else find_session(main.session_id),
            )
            if overtaken is not None:
                raise overtaken
        found = subject_of(tables, namespace, user_id)
        if rules.is_taken(found):
            return found
        version = rules.first_version(namespace, user_id, subject)
        if version > 0:
            _outdate(tables, default, int(clock()))
        row = enter(tables, namespace, user_id, subject, user=user_of(subject), now=now, version=version)
        return _stored(tables, row)


def unlink(tables: Tables, namespace: str, user_id: str, clock: Clock) -> None:
    """Take an identity off its subject. Its row stays: without it, it would be back at its next login."""
    with locked(tables.using, of_identity(namespace, user_id)):
        found = subject_of(tables, namespace, user_id)
        row = identity_row(tables, namespace, user_id)
        if row is None:
            default = rules.default_subject(namespace, user_id)
            row = tables.identity(
                namespace=namespace, provider_user_id=user_id, subject=default, linked_at=int(clock())
            )
        row.unlinked = True
        row.version += 1
        row.save(using=tables.using)
        for subject in sorted(rules.outdated_by_unlinking(namespace, user_id, found)):  # all in one order
            _outdate(tables, subject, int(clock()))


def identities(tables: Tables, subject: str) -> tuple[tuple[str, str], ...]:
    """List a subject's identities."""
    rows = tables.rows(tables.identity).filter(subject=subject, unlinked=False).order_by("linked_at", "pk")
    return tuple((row.namespace, row.provider_user_id) for row in rows)


def set_blocked(tables: Tables, subject: str, clock: Clock, *, blocked: bool) -> None:
    """Block a subject, or let it in again."""
    if blocked:
        end_all(tables, subject, clock, blocked=True)
    else:
        tables.rows(tables.subject).filter(subject=subject).update(blocked=False)


def end_all(tables: Tables, subject: str, clock: Clock, *, blocked: bool = False) -> None:
    """End one subject's sessions."""
    with locked(tables.using, of_subject(subject)):
        row = _outdated(tables, subject, int(clock()))
        row.version += 1
        row.blocked = row.blocked or blocked
        row.save(using=tables.using)


def enter(
    tables: Tables,
    namespace: str,
    user_id: str,
    subject: str,
    *,
    user: AbstractBaseUser | None,
    now: int,
    version: int,
) -> AbstractIdentity:
    """Store an identity under `subject`; `version` is its first one. Whoever calls holds the identity's lock."""
    row = identity_row(tables, namespace, user_id)
    if row is None:
        row = tables.identity(namespace=namespace, provider_user_id=user_id, version=version)
    else:
        row.version += 1
    row.subject, row.user, row.unlinked, row.linked_at = subject, user, False, now
    row.save(using=tables.using)
    _subject_row(tables, subject, now)
    return row


def _identities(tables: Tables, namespace: str, user_id: str) -> QuerySet[AbstractIdentity]:
    return tables.rows(tables.identity).filter(namespace=namespace, provider_user_id=user_id)


def _subject(row: AbstractSubject) -> StoredSubject:
    return StoredSubject(row.subject, row.blocked, version=row.version, outdated_at=row.outdated_at)


def _stored(tables: Tables, row: AbstractIdentity) -> StoredSubject:
    return _identity(row, get(tables, row.subject))


def _identity(row: AbstractIdentity, subject: StoredSubject | None) -> StoredSubject:
    subject = subject or StoredSubject(row.subject)
    return StoredSubject(
        row.subject,
        subject.blocked,
        row.unlinked,
        identity_version=row.version,
        version=subject.version,
        outdated_at=subject.outdated_at,
    )


def _outdate(tables: Tables, subject: str, now: int) -> None:
    """Make what was issued to a subject until now good for nothing, unless it belongs to a session."""
    with locked(tables.using, of_subject(subject)):
        _outdated(tables, subject, now).save(using=tables.using)


def _outdated(tables: Tables, subject: str, now: int) -> AbstractSubject:
    """Return the row of a subject, changed and not yet saved. A clock that goes back makes nothing young again."""
    row = _subject_row(tables, subject, now)
    row.outdated_at = max(row.outdated_at or 0, now)
    return row


def _subject_row(tables: Tables, subject: str, now: int) -> AbstractSubject:
    row, _ = tables.rows(tables.subject).get_or_create(subject=subject, defaults={"created_at": now})
    return row
