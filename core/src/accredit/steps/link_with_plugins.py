"""Let a plugin that keeps users of its own record a link, before our own store does."""

from dataclasses import replace

from accredit.errors import IdentityTaken, SubjectBlocked
from accredit.hooks import Hooks
from accredit.models import Login, Resolution


async def link_with_plugins(login: Login, resolution: Resolution, hooks: Hooks) -> Resolution:
    """Ask whose the identity is now that the subject, who is signed in, adds it.

    Returns:
        The resolution, without what our own store need not enter because a plugin has.

    Raises:
        IdentityTaken: a plugin says that it is another subject's.
        SubjectBlocked: a plugin says that the subject is blocked.
        AccessDenied: a plugin refuses, in its own words.
        PluginFailed: a plugin failed, and must see to it that it has recorded nothing.
    """
    subject = login.subject.id
    owner = await hooks.link_identity(login.identity, subject, login.client_id)
    if owner is None:
        return resolution
    if owner.id != subject:
        raise IdentityTaken
    if owner.blocked:
        raise SubjectBlocked
    # A subject that is named after another identity may be named for this one only if our store links them.
    return resolution if hooks.is_of_a_namespace(subject) else replace(resolution, entry=None)
