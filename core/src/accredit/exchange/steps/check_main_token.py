"""To whom does a signed-in caller want the new identity linked? Only an access token of ours can say it."""

from pydantic import SecretStr

from accredit.errors import BlockedToken, EndedToken, InvalidMainToken, LinkingUnavailable, SubjectBlocked
from accredit.exchange.presented import Presented
from accredit.models import MainToken
from accredit.plugins.hooks import Hooks
from accredit.settings import SubjectPolicy
from accredit.storage import SubjectStore
from accredit.storage.rules import is_outdated


async def check_main_token(
    main_access_token: SecretStr,
    presented: Presented,
    storage: SubjectStore,
    *,
    client_id: str,
    audience: str,
    policy: SubjectPolicy,
    hooks: Hooks,
) -> MainToken:
    """Return the subject to link to.

    The token must be meant for us, which is `audience`: an API that is shown a user's token must not be able to link
    its own identity to that user. And it must come from an identity that is still the subject's: else an identity that
    was taken off would come back by it.

    Raises:
        LinkingUnavailable: only the host links identities, or its plugin would not hear of it.
        InvalidMainToken: not a live access token of a user, issued to this client and meant for us; or its session has
            ended, or it is older than the last unlinking of an identity from its subject.
        SubjectBlocked: that user may not be here any more.
        PluginFailed: a plugin cannot tell.
    """
    if policy == "existing-only":
        raise LinkingUnavailable
    if not hooks.can_link:
        raise LinkingUnavailable("a plugin names the subjects, and none has the hook link_identity")
    token = presented.access_token(main_access_token.get_secret_value())
    if token is None:
        raise InvalidMainToken("not a live access token of ours")
    if token.client_id != client_id:
        raise InvalidMainToken("the access token is another client's")
    if token.audience != audience:
        raise InvalidMainToken("the access token is for another API")
    if token.subject == f"{client_id}@clients":
        raise InvalidMainToken("the access token is the client's own, not a user's")
    try:
        session = await presented.session_of(token)
    except BlockedToken:
        raise SubjectBlocked from None
    except EndedToken:
        raise InvalidMainToken("its session has ended") from None
    if session is None and hooks.names_subjects:
        raise InvalidMainToken("it has no session, and only the plugins know whether its identity is still the user's")
    stored = await storage.get(token.subject)
    if is_outdated(token.issued_at, stored, has_session=session is not None):
        raise InvalidMainToken("an identity was unlinked from the user since")
    return MainToken(
        token.subject,
        token.session_id,
        token.issued_at,
        subject_version=0 if stored is None else stored.version,
        identity=None if session is None else (session.namespace, session.user_id),
    )
