"""A login: admit, identify, conclude. The order of its steps, and nothing else."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from pydantic import SecretStr

from accredit.audit.trail import Trail
from accredit.credentials import AccessToken, Credential, ProviderToken
from accredit.errors import AccessDenied, InvalidMainToken, SignsElsewhere
from accredit.exchange.client import Client
from accredit.exchange.deadline import Deadline
from accredit.exchange.engine import Engine
from accredit.exchange.identify import connection_named
from accredit.exchange.steps.admit_client import admit_client
from accredit.exchange.steps.begin_session import begin_session
from accredit.exchange.steps.check_bearer import check_bearer
from accredit.exchange.steps.check_identity import check_given, check_identity
from accredit.exchange.steps.check_main_token import check_main_token
from accredit.exchange.steps.confirm_subject import confirm_subject
from accredit.exchange.steps.find_connection import allow_connection
from accredit.exchange.steps.grant_scopes import grant_audience, grant_scopes
from accredit.exchange.steps.link import link
from accredit.exchange.steps.link_with_plugins import link_with_plugins
from accredit.exchange.steps.resolve_subject import resolve_subject
from accredit.exchange.steps.store_session import store_session
from accredit.exchange.unrecallable import noted
from accredit.limits.attempt import Attempt
from accredit.models import ExchangeRequest, Identity, Login, MainToken, Resolution, Subject, TokenSet
from accredit.plugins import Connection
from accredit.revocation import RevocableToken
from accredit.settings import EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT
from accredit.tokens.claims import build_claims
from accredit.tokens.mint import mint


class Admission(NamedTuple):
    """A caller who may ask, and what will be granted if the provider says who the user is."""

    client: Client
    connection: Connection
    scopes: tuple[str, ...]
    audience: str
    device: str | None = None
    nonce: SecretStr | None = None
    """Goes into our ID token."""
    main: MainToken | None = None
    """Of the user to whom the identity is to be linked."""
    use_up: Callable[[Identity], Awaitable[None]] | None = None
    """Uses up what of the login is good once."""


async def admit(
    request: ExchangeRequest, client: Client | None, engine: Engine, trail: Trail, attempt: Attempt
) -> Admission:
    """May the caller ask this? Nobody else is asked yet. `client` is who has proven to be calling, None for nobody.

    Raises:
        ExchangeError: no.
    """
    settings, issuer = engine.settings, engine.settings.issuer
    trail.begin("authenticate_client")
    grant_type = EXCHANGE_GRANT if client is None else TOKEN_EXCHANGE_GRANT
    client = admit_client(request.client_id, grant_type, authenticated=client, clients=engine.clients)
    trail.client_id = client.id
    if not engine.can_sign:
        raise SignsElsewhere
    connection = connection_named(request.connection, engine.providers, trail)
    trail.begin("allow_connection")
    allow_connection(connection, client.settings)
    trail.begin("check_bearer")
    if (client.settings.authorization or settings.authorization) != "ignore":
        await check_bearer(request.bearer, engine.presented, audience=issuer)
    trail.begin("check_main_token")
    main = None
    if request.main_access_token is not None:
        main = await check_main_token(
            request.main_access_token,
            engine.presented,
            engine.storage,
            client_id=client.id,
            audience=issuer,
            hooks=engine.hooks,
            policy=settings.subjects.policy,
        )
    trail.begin("grant_scopes")
    scopes = grant_scopes(request.scopes, client.settings)
    trail.begin("grant_audience")
    audience = grant_audience(request.audience, client.settings, issuer)
    trail.begin("check_limits")
    name = connection.name
    await attempt.admit(client.id, purpose=f"login {name}", token=_credential(request.token), connection=name)
    use_up = None
    if (once := engine.single_use.get(name)) is not None:
        trail.begin("check_nonce")
        once.check(request.token, client.id)
        use_up = partial(once.use_up, request.token, client.id)
    return Admission(client, connection, scopes, audience, request.device, request.token.nonce, main, use_up)


def admit_identity(
    identity: Identity,
    client: Client,
    scopes: tuple[str, ...],
    audience: str | None,
    engine: Engine,
    trail: Trail,
    *,
    device: str | None,
    nonce: SecretStr | None,
) -> Admission:
    """Admit a login whose client and identity the host vouches for.

    Raises:
        ExchangeError: the client may not log in by that connection, the identity is not one of it, or what is said
            beside it would not pass on the wire.
    """
    trail.client_id = client.id
    trail.begin("check_given")
    if not engine.can_sign:
        raise SignsElsewhere
    check_given(identity, scopes, audience=audience, device=device, nonce=nonce)
    connection = connection_named(identity.connection, engine.providers, trail)
    trail.begin("allow_connection")
    allow_connection(connection, client.settings)
    trail.begin("check_identity")
    check_identity(identity, connection)
    trail.begin("grant_scopes")
    granted = grant_scopes(scopes, client.settings)
    trail.begin("grant_audience")
    target = grant_audience(audience, client.settings, engine.settings.issuer)
    return Admission(client, connection, granted, target, device, nonce)


async def conclude(
    admission: Admission,
    identity: Identity,
    engine: Engine,
    trail: Trail,
    deadline: Deadline,
    *,
    subject: Subject | None = None,
    provider_token: RevocableToken | None = None,
) -> TokenSet:
    """Which of our users is it, may they be here, and what do their tokens say? `subject` is whom the host names.

    `provider_token` is to be kept.

    Raises:
        ExchangeError: they may not, or something has failed; nothing was issued.
    """
    settings, client, hooks = engine.settings, admission.client, engine.hooks
    now = int(engine.clock())  # before anything is looked up: what ends meanwhile is newer than our tokens
    trail.begin("resolve_subject")
    policy, main = settings.subjects.policy, admission.main
    resolution = await resolve_subject(
        identity, client.id, hooks, engine.storage, policy=policy, main=main, named=subject
    )
    trail.subject = resolution.subject
    trail.begin("check_subject_limit")
    await engine.limits.admit_subject(resolution.subject.id)
    login = Login(
        client_id=client.id,
        identity=identity,
        subject=resolution.subject,
        scopes=admission.scopes,
        audience=admission.audience,
        device=admission.device,
    )
    trail.begin("authorize")
    if hooks.may_refuse:
        await hooks.authorize(login)
    trail.begin("claims")
    extras = await hooks.claims(login) if hooks.adds_claims else ()
    trail.begin("build_claims")
    session = begin_session(login.scopes, ttl=settings.tokens, now=now)
    session_id, refresh_token = (None, None) if session is None else (session.id, session.refresh_token)
    claims = build_claims(login, extras, settings=settings, now=now, nonce=admission.nonce, session_id=session_id)
    trail.begin("sign_tokens")
    tokens = await mint(claims, key=engine.keys.current, refresh_token=refresh_token)
    trail.begin("confirm_subject")
    if hooks.judges_subjects:
        await confirm_subject(login, engine.standing)
    if admission.use_up is not None:
        trail.begin("use_up")  # nothing else speaks against the login, and nobody has been told of it yet
        await admission.use_up(identity)
    if resolution.entry == "link":
        trail.begin("link_with_plugins")
        await link_with_plugins(login, hooks)
    deadline.store()
    trail.begin("link")
    if resolution.entry is not None:
        resolution = await _link(login, resolution, engine, trail, now=now)
    trail.begin("issue")
    if provider_token is not None and engine.provider_tokens is not None:
        await engine.provider_tokens.keep(provider_token, identity, resolution)
    await store_session(
        login, claims, session, resolution=resolution, storage=engine.storage, ttl=settings.tokens, now=now
    )
    trail.scopes, trail.session_id = login.scopes, session_id
    return tokens


def _credential(token: ProviderToken | Credential) -> str:
    """Return what is tried: with its secret, or who knows another one's token could have it refused."""
    secret = token.secret if isinstance(token, ProviderToken | AccessToken) else None
    return token.reveal() if secret is None else f"{token.reveal()} {secret.get_secret_value()}"


async def _link(login: Login, resolution: Resolution, engine: Engine, trail: Trail, *, now: int) -> Resolution:
    """Store whose the identity is; where that has been overtaken, take back what a plugin has recorded of it."""
    identity, linking = login.identity, link(login.identity, resolution, engine.storage, now=now)
    if resolution.entry != "link":
        return await linking

    def note(_: Resolution) -> None:
        trail.linked = identity.namespace, identity.user_id

    try:
        return await noted(linking, note)  # nobody becomes somebody's without an event, whoever has left meanwhile
    except (AccessDenied, InvalidMainToken):  # not where the store fails: what is recorded may be asked for again
        await engine.hooks.unlink_identity(identity.namespace, identity.user_id, login.subject.id)
        raise
