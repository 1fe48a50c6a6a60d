"""Store whose the identity is, once the login is authorized and before a token says so."""

from accredit.errors import IdentityTaken, NotLinked, SubjectBlocked
from accredit.models import Identity, Resolution
from accredit.storage import SubjectStore


async def link(identity: Identity, resolution: Resolution, storage: SubjectStore, *, now: int) -> None:
    """Enter the identity under its subject, where that is still to be done. `now` is epoch seconds.

    Raises:
        IdentityTaken: meanwhile it has become another subject's.
        NotLinked: meanwhile it was taken off its subject.
        SubjectBlocked: meanwhile the subject was blocked.
        StorageFailed: it is not stored.
    """
    namespace, user_id, subject = identity.namespace, identity.user_id, resolution.subject.id
    if resolution.entry == "create":
        stored = await storage.create(namespace, user_id, subject, now=now)
        if stored.unlinked:
            raise NotLinked
        if stored.id != subject:
            raise IdentityTaken
        if stored.blocked:
            raise SubjectBlocked
    elif resolution.entry == "link" and not await storage.link(namespace, user_id, subject, now=now):
        raise IdentityTaken
