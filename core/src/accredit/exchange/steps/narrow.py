"""What a refresh grants: at most what the login did, as far as the client may still have it."""

from accredit.errors import InvalidScope, InvalidTarget
from accredit.storage import Session


def narrow_scopes(requested: tuple[str, ...], granted: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `granted` that are asked for; all, where none is.

    A scope beyond that is dropped, as it is at login: clients ask for the same scopes again, also for those they did
    not get.

    Raises:
        InvalidScope: nothing would be left.
    """
    if not requested:
        return granted
    narrowed = tuple(scope for scope in granted if scope in requested)
    if not narrowed:
        raise InvalidScope
    return narrowed


def narrow_audience(requested: str | None, session: Session) -> str:
    """Return the login's audience: it cannot be changed.

    Raises:
        InvalidTarget: another one is asked for.
    """
    if requested not in (None, session.audience):
        raise InvalidTarget
    return session.audience
