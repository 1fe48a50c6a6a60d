"""What has come in between: a block, an unlinking, a logout, while a login, a link or a token was under way."""

from accredit.errors import ExchangeError, InvalidMainToken, NotLinked, SubjectBlocked
from accredit.models import MainToken
from accredit.storage.ports.sessions import Session, StoredSession
from accredit.storage.ports.subjects import StoredSubject

COMMIT_S = 2
"""So long a change may take from its time to the moment from which others see it; servers' clocks differ by less."""


def overtaken_login(
    session: Session, subject: StoredSubject | None, identity: StoredSubject | None
) -> ExchangeError | None:
    """Return why a session must not be stored; None where nothing was changed since its login looked.

    `subject` is what is stored of its subject, `identity` what `subject_of` says of its identity.
    """
    if subject is not None and (subject.blocked or subject.version != session.subject_version):
        return SubjectBlocked()
    if identity is not None and identity.identity_version != session.identity_version:
        return NotLinked()
    return None


def has_ended(stored: StoredSession, subject: StoredSubject | None, identity: StoredSubject | None) -> bool:
    """Tell whether a stored session has ended: by itself, or by what ends every session of before."""
    return stored.ended or overtaken_login(stored.session, subject, identity) is not None


def is_outdated(issued_at: int, subject: StoredSubject | None, *, has_session: bool) -> bool:
    """Tell whether a token of ours is from before the last unlinking or block. `issued_at` is epoch seconds.

    In the same second it counts as older: nobody can tell, and the user only has to refresh or log in again. Without
    a session, whose version would tell exactly, also for `COMMIT_S` after it.
    """
    if subject is None or subject.outdated_at is None:
        return False
    return issued_at <= subject.outdated_at + (0 if has_session else COMMIT_S)


def overtaken_link(
    main: MainToken,
    *,
    subject: StoredSubject | None,
    by_itself: StoredSubject | None,
    session: StoredSession | None,
) -> ExchangeError | None:
    """Return why the user of `main` may not link an identity any more; None where nothing has come in between.

    `subject` is what is stored of the user, `by_itself` what is of the subject that the identity has by default,
    `session` what is of the session of `main`.
    """
    if by_itself is not None and by_itself.blocked:  # to link the identity must not lift the block
        return SubjectBlocked()
    if subject is not None and (subject.blocked or subject.version != main.subject_version):
        return SubjectBlocked()
    ended = main.session_id is not None and (session is None or session.ended)
    if ended or is_outdated(main.issued_at, subject, has_session=session is not None):
        return InvalidMainToken("its session has ended meanwhile")
    return None
