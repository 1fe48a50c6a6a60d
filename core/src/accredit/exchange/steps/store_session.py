"""Make the session's row durable, before anybody sees its tokens."""

from pydantic_core import to_json

from accredit.errors import NotLinked, SubjectBlocked
from accredit.models import Claims, Login, NewSession, Resolution
from accredit.settings import TokenSettings
from accredit.storage import RefreshToken, Session, Storage
from accredit.tokens.refresh_token import hash_token


async def store_session(
    login: Login,
    claims: Claims,
    new: NewSession | None,
    *,
    resolution: Resolution,
    storage: Storage,
    ttl: TokenSettings,
    now: int,
) -> None:
    """Store the session with its first refresh token, if there is a `new` one. `now` is epoch seconds.

    Raises:
        StorageFailed: the session's row is not on disk.
        SubjectBlocked: the subject was blocked while it logged in.
        NotLinked: the identity was unlinked, or linked elsewhere, while it logged in.
    """
    if new is None:
        await _refuse_if_overtaken(login, resolution, storage)
        return
    identity, renewable = login.identity, new.refresh_token is not None
    expires_at = now + (ttl.refresh_ttl_s if renewable else ttl.access_ttl_s)
    session = Session(
        id=new.id,
        client_id=login.client_id,
        subject=login.subject.id,
        connection=identity.connection,
        strategy=identity.strategy,
        namespace=identity.namespace,
        user_id=identity.user_id,
        scope=" ".join(login.scopes),
        audience=login.audience,
        device=login.device,
        claims=to_json(claims.profile).decode(),
        auth_time=now,
        expires_at=expires_at,
        kept_until=(expires_at if renewable else now) + max(ttl.access_ttl_s, ttl.id_ttl_s),
        renewable=renewable,
        identity_version=resolution.identity_version,
        subject_version=resolution.subject_version,
    )
    token = None if new.refresh_token is None else RefreshToken(hash_token(new.refresh_token), new.id, now)
    await storage.start(session, token)


async def _refuse_if_overtaken(login: Login, resolution: Resolution, storage: Storage) -> None:
    """Compare what a session would be compared with, where none is stored."""
    subject = await storage.get(login.subject.id)
    if subject is not None and (subject.blocked or subject.version != resolution.subject_version):
        raise SubjectBlocked
    identity = await storage.subject_of(login.identity.namespace, login.identity.user_id)
    if identity is not None and identity.identity_version != resolution.identity_version:
        raise NotLinked
