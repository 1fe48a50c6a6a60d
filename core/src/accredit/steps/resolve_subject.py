"""Which of our users is it? What a plugin says, else what is stored, else what the policy makes of a stranger.

Nothing is entered here: that waits until the login is authorized.
"""

from accredit.errors import IdentityTaken, NotLinked, SubjectBlocked
from accredit.hooks import Hooks
from accredit.models import Identity, Resolution, Subject
from accredit.settings import SubjectPolicy
from accredit.storage import Storage
from accredit.storage.subjects import default_subject


async def resolve_subject(
    identity: Identity, client_id: str, hooks: Hooks, storage: Storage, *, policy: SubjectPolicy, main: str | None
) -> Resolution:
    """Return the subject. `main` is the one to link the identity to, None in a plain login.

    An identity is looked up by namespace and user id, exactly, and by nothing else: an e-mail address never matters.

    Raises:
        SubjectBlocked: the user is blocked, by the host or in the store.
        NotLinked: the identity is no subject's, and the policy makes none of it.
        IdentityTaken: it is another subject's than `main`.
        PluginFailed: a plugin raised, or named a subject that cannot be this identity's.
    """
    # A plugin that makes its users as they come would make another one of the identity that is to be linked.
    named = await hooks.resolve_subject(identity, client_id) if main is None else None
    if named is not None:
        stored = await storage.get(named.id)
        if named.blocked:  # the host's no ends what it has let in before, as a block in the store does
            await storage.revoke_subject(named.id)
        blocked = named.blocked or (stored is not None and stored.blocked)
        return Resolution(_admitted(named.id, blocked=blocked, main=main))
    found = await storage.subject_of(identity.namespace, identity.user_id)
    if found is not None and not found.unlinked:
        return Resolution(_admitted(found.id, blocked=found.blocked, main=main))
    default = default_subject(identity.namespace, identity.user_id)
    stored = await storage.get(default)
    if stored is not None and stored.blocked:  # also where it is to be linked: that must not lift the block
        raise SubjectBlocked
    if main is not None:
        return Resolution(Subject(main), "link")
    if found is not None or policy in {"link-only", "existing-only"}:
        raise NotLinked
    return Resolution(Subject(default), "create" if policy == "create" else None)


def _admitted(subject: str, *, blocked: bool, main: str | None) -> Subject:
    if blocked:
        raise SubjectBlocked
    if main is not None and subject != main:
        raise IdentityTaken
    return Subject(subject)
