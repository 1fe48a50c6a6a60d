"""Whose an identity is, and who is told when it changes hands."""

from typing import TypeGuard

from accredit.storage.ports.subjects import StoredSubject


def default_subject(namespace: str, user_id: str) -> str:
    """Return the subject of an identity for which nothing else was decided. A provider's user id holds no `|`."""
    return f"{namespace}|{user_id}"


def is_taken(found: StoredSubject | None) -> TypeGuard[StoredSubject]:
    """Tell whether an identity is somebody's, so that a link changes nothing."""
    return found is not None and not found.unlinked


def first_version(namespace: str, user_id: str, subject: str) -> int:
    """Return the version of an identity that is linked to `subject` and was not stored.

    With 1 the sessions end that it has had for its default subject, which is outdated from now on.
    """
    return 0 if subject == default_subject(namespace, user_id) else 1


def outdated_by_unlinking(namespace: str, user_id: str, found: StoredSubject | None) -> frozenset[str]:
    """Return the subjects whose older tokens are good for nothing once that identity is unlinked."""
    default = default_subject(namespace, user_id)
    return frozenset({default, default if found is None else found.id})
