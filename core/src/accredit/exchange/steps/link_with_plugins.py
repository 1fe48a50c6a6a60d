"""Let a plugin that keeps users of its own record a link, before our own store does."""

from accredit.errors import IdentityTaken, SubjectBlocked
from accredit.models import Login
from accredit.plugins.hooks import Hooks


async def link_with_plugins(login: Login, hooks: Hooks) -> None:
    """Ask whose the identity is now that the subject, who is signed in, adds it.

    Our own store enters the link as well, so that what the identity began for another subject ends with it.

    Raises:
        IdentityTaken: a plugin says that it is another subject's.
        SubjectBlocked: a plugin says that the subject is blocked.
        AccessDenied: a plugin refuses, in its own words.
        PluginFailed: a plugin failed, and must see to it that it has recorded nothing.
    """
    subject = login.subject.id
    owner = await hooks.link_identity(login.identity, subject, login.client_id)
    if owner is None:
        return
    if owner.id != subject:
        raise IdentityTaken
    if owner.blocked:
        raise SubjectBlocked
