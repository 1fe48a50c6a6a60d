"""Which of our users is it? What a plugin says, else what is stored, else what the policy makes of a stranger.

Nothing is entered here: that waits until the login is authorized.
"""

from dataclasses import replace

from accredit.errors import IdentityTaken, NotLinked, SubjectBlocked
from accredit.models import Identity, MainToken, Resolution, Subject
from accredit.plugins.hooks import Hooks
from accredit.settings import SubjectPolicy
from accredit.storage import Storage, StoredSubject
from accredit.storage.rules import default_subject


async def resolve_subject(
    identity: Identity,
    client_id: str,
    hooks: Hooks,
    storage: Storage,
    *,
    policy: SubjectPolicy,
    main: MainToken | None,
    named: Subject | None = None,
) -> Resolution:
    """Return the subject. `main` names the one to link the identity to, None in a plain login.

    `named` is the host's own word, where it has said which user it is: then no plugin is asked.

    What is stored of the identity is read first, before a hook takes its time: if that changes until the tokens are
    issued, the login has been overtaken.

    An identity is looked up by namespace and user id, exactly, and by nothing else: an e-mail address never matters.

    Raises:
        SubjectBlocked: the user is blocked, by the host or in the store.
        NotLinked: the identity is no subject's, and the policy makes none of it.
        IdentityTaken: it is another subject's than `main`.
        PluginFailed: a plugin raised; or it, or the host, named a subject that cannot be this identity's.
    """
    key = identity.namespace, identity.user_id
    links = main is not None and main.identity != key  # who adds the login he has logs in by it, and no more
    found, by_default = await storage.look_up(*key)
    identity_version = 0 if found is None else found.identity_version
    # A plugin that makes its users as they come would make another one of the identity that is to be linked.
    if named is not None:
        await hooks.check_subject(named, identity, source="the host")
    elif hooks.names_subjects and not links:
        named = await hooks.resolve_subject(identity, client_id)
    if named is not None:
        stored = await storage.get(named.id)
        if named.blocked:  # the host's no ends what it has let in before, as a block in the store does
            await storage.end_all(named.id)
        return _admitted(named.id, stored, main, blocked=named.blocked, identity_version=identity_version)
    if found is not None and not found.unlinked:
        return _admitted(found.id, found, main, identity_version=identity_version)
    if by_default is not None and by_default.blocked:  # also where it is to be linked: that must not lift the block
        raise SubjectBlocked
    if main is not None and links:
        return Resolution(
            Subject(main.subject),
            "link",
            main=main,
            identity_version=identity_version,
            subject_version=main.subject_version,
        )
    if found is not None or policy in {"link-only", "existing-only"}:
        raise NotLinked
    resolution = _admitted(default_subject(*key), by_default, main, identity_version=identity_version)
    return replace(resolution, entry="create") if policy == "create" else resolution


def _admitted(
    subject: str,
    stored: StoredSubject | None,
    main: MainToken | None,
    *,
    blocked: bool = False,
    identity_version: int,
) -> Resolution:
    if blocked or (stored is not None and stored.blocked):
        raise SubjectBlocked
    if main is not None and subject != main.subject:
        raise IdentityTaken
    subject_version = 0 if stored is None else stored.version
    return Resolution(Subject(subject), identity_version=identity_version, subject_version=subject_version)
