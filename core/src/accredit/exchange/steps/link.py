"""Store whose the identity is, once the login is authorized and before a token says so."""

from dataclasses import replace

from accredit.errors import IdentityTaken, NotLinked, SubjectBlocked
from accredit.models import Identity, Resolution
from accredit.storage import SubjectStore


async def link(identity: Identity, resolution: Resolution, storage: SubjectStore, *, now: int) -> Resolution:
    """Enter the identity under its subject, where that is still to be done. `now` is epoch seconds.

    Returns:
        The resolution, with the identity's version as it is stored from now on.

    Raises:
        IdentityTaken: meanwhile it has become another subject's.
        NotLinked: meanwhile it was taken off its subject.
        SubjectBlocked: meanwhile the subject was blocked.
        InvalidMainToken: meanwhile the session of the user to link to has ended.
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
    elif resolution.entry == "link":
        stored = await storage.link(namespace, user_id, subject, now=now, main=resolution.main)
        if stored.id != subject:
            raise IdentityTaken
        return replace(resolution, identity_version=stored.identity_version)
    return resolution
