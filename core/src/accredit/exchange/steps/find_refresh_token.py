"""Which session is a refresh token of, and what has become of it?"""

from typing import NamedTuple

from accredit.errors import InvalidGrant
from accredit.storage import Session, SessionStore, StoredRefreshToken
from accredit.tokens.refresh_token import hash_token, session_id_of


class FoundRefreshToken(NamedTuple):
    """A refresh token that is, or was, one of `session`."""

    session: Session
    stored: StoredRefreshToken | None
    """None where it was replaced so long ago that its row is gone."""


async def find_refresh_token(token: str, client_id: str, storage: SessionStore) -> FoundRefreshToken:
    """Look it up by its hash; where that is gone, by the session that it names. One read, or two.

    Raises:
        InvalidGrant: it is nobody's, or another client's.
        StorageFailed: nobody can tell.
    """
    stored = await storage.find(hash_token(token))
    if stored is not None:
        return FoundRefreshToken(stored.session.session, stored)
    session_id = session_id_of(token)
    begun = None if session_id is None else await storage.session(session_id)
    if begun is None or begun.ended or begun.session.client_id != client_id:
        raise InvalidGrant("unknown")
    return FoundRefreshToken(begun.session, None)
