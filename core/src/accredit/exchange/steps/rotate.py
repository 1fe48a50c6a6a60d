"""Replace a refresh token by its successor, or see that it is still good. Source: RFC 9700 section 4.14.2."""

from accredit.errors import InvalidGrant, RefreshTokenReused
from accredit.storage import RefreshToken, Rotation, Session, SessionStore
from accredit.tokens.refresh_token import hash_token


async def rotate(
    token: str, successor: str, session: Session, storage: SessionStore, *, now: int, leeway_s: int
) -> None:
    """Make the successor's row durable. One transaction, which decides who was first.

    Raises:
        RefreshTokenReused: somebody else has used the token meanwhile; its session has ended now.
        InvalidGrant: its session has ended meanwhile.
        StorageFailed: the successor is not on disk.
    """
    stored = RefreshToken(hash_token(successor), session.id, now)
    rotation = await storage.rotate(hash_token(token), stored, now=now, leeway_s=leeway_s)
    if rotation is Rotation.REUSED:
        raise RefreshTokenReused
    if rotation is not Rotation.ROTATED:
        raise InvalidGrant("revoked meanwhile")


async def keep(session: Session, storage: SessionStore) -> None:
    """Look once more, where a client's refresh tokens are not replaced: hooks may have taken their time.

    Raises:
        InvalidGrant: the session has ended meanwhile.
    """
    stored = await storage.session(session.id)
    if stored is None or stored.ended:
        raise InvalidGrant("revoked meanwhile")
