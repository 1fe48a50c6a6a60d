"""Which of our users is it? By default `<strategy>|<provider user id>`, without any lookup."""

from accredit.errors import SubjectBlocked
from accredit.hooks import Hooks
from accredit.models import Identity, Subject


async def resolve_subject(identity: Identity, client_id: str, hooks: Hooks) -> Subject:
    """Ask the plugins, else build the default.

    Raises:
        SubjectBlocked: the host has blocked this user.
        PluginFailed: a plugin raised.
    """
    subject = await hooks.resolve_subject(identity, client_id)
    if subject is None:
        return Subject(f"{identity.strategy}|{identity.user_id}")
    if subject.blocked:
        raise SubjectBlocked
    return subject
