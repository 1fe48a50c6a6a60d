"""A refresh: new tokens for a login that goes on. The order of its steps, and nothing else.

Source: RFC 6749 section 6; RFC 9700 section 4.14 (rotation); OpenID Connect Core 1.0 section 12.
"""

from accredit.audit.trail import Trail
from accredit.errors import InvalidGrant, RefreshTokenReused, SignsElsewhere, SubjectBlocked
from accredit.exchange.client import Client
from accredit.exchange.deadline import Deadline
from accredit.exchange.engine import Engine
from accredit.exchange.steps.admit_client import admit_client
from accredit.exchange.steps.check_refresh_token import check_refresh_token, leeway_of
from accredit.exchange.steps.confirm_subject import confirm_subject
from accredit.exchange.steps.find_refresh_token import find_refresh_token
from accredit.exchange.steps.grant_scopes import grant_audience, grant_scopes
from accredit.exchange.steps.narrow import narrow_audience, narrow_scopes
from accredit.exchange.steps.recall_login import recall_login
from accredit.exchange.steps.rotate import keep, rotate
from accredit.exchange.unrecallable import noted
from accredit.limits.attempt import Attempt
from accredit.models import Login, RefreshRequest, Subject, TokenSet
from accredit.settings import REFRESH_TOKEN_GRANT
from accredit.storage import Session
from accredit.tokens.claims import build_claims
from accredit.tokens.mint import mint
from accredit.tokens.refresh_token import successor_of

_NOT_HERE_ANY_MORE = "a plugin says that the user may not be here any more"
"""Told as any other refusal of a refresh, which published clients know: they log the user out."""


async def refresh(
    request: RefreshRequest,
    client: Client | None,
    engine: Engine,
    trail: Trail,
    deadline: Deadline,
    attempt: Attempt,
) -> TokenSet:
    """Issue new tokens, and replace the refresh token by a successor that expires when it would have.

    `client` is who has proven to be calling, None for nobody. The rotation comes last: a refresh that fails for any
    other reason has not used the token up.

    Raises:
        ExchangeError: the token or its session is no good any more, or something has failed.
    """
    settings, hooks, now = engine.settings, engine.hooks, int(engine.clock())
    trail.begin("authenticate_client")
    client = admit_client(request.client_id, REFRESH_TOKEN_GRANT, authenticated=client, clients=engine.clients)
    trail.client_id = client.id
    if not engine.can_sign:
        raise SignsElsewhere
    token = request.refresh_token.get_secret_value()
    trail.begin("check_limits")
    await attempt.admit(client.id, purpose="refresh", token=token)
    session = await _session_of(token, client, engine, trail, now=now)
    trail.begin("check_subject_limit")
    await engine.limits.admit_subject(session.subject)
    login = _login_of(session, request, client, engine, trail)
    trail.begin("authorize")
    if hooks.may_refuse:
        try:
            await hooks.authorize(login)
        except SubjectBlocked:
            raise InvalidGrant(_NOT_HERE_ANY_MORE) from None
    trail.begin("claims")
    extras = await hooks.claims(login) if hooks.adds_claims else ()
    trail.begin("build_claims")
    claims = build_claims(
        login, extras, settings=settings, now=now, nonce=None, session_id=session.id, auth_time=session.auth_time
    )
    trail.begin("confirm_subject")
    if hooks.judges_subjects:
        try:
            await confirm_subject(login, engine.standing)
        except SubjectBlocked:
            raise InvalidGrant(_NOT_HERE_ANY_MORE) from None
    trail.begin("sign_tokens")
    successor = successor_of(token) if client.settings.rotate_refresh_tokens else None
    tokens = await mint(claims, key=engine.keys.current, refresh_token=successor)
    trail.begin("rotate")
    if successor is None:
        await keep(session, engine.storage)
    else:
        deadline.store()
        leeway_s = leeway_of(client, settings.tokens)
        await rotate(token, successor, session, engine.storage, now=now, leeway_s=leeway_s)
    trail.scopes = login.scopes
    return tokens


async def _session_of(token: str, client: Client, engine: Engine, trail: Trail, *, now: int) -> Session:
    trail.begin("find_refresh_token")
    found = await find_refresh_token(token, client.id, engine.storage)
    session = found.session
    trail.subject, trail.session_id = Subject(session.subject), session.id
    trail.connection, trail.strategy = session.connection, session.strategy
    trail.begin("check_refresh_token")
    try:
        check_refresh_token(
            session, found.stored, client, connections=engine.connections, ttl=engine.settings.tokens, now=now
        )
    except RefreshTokenReused:
        # Also for a caller who leaves at once: a thief must not go unheard.
        await noted(engine.storage.end(session.id), lambda _: trail.decide(RefreshTokenReused()))
        raise
    return session


def _login_of(session: Session, request: RefreshRequest, client: Client, engine: Engine, trail: Trail) -> Login:
    trail.begin("grant_audience")
    audience = grant_audience(narrow_audience(request.audience, session), client.settings, engine.settings.issuer)
    trail.begin("grant_scopes")
    scopes = narrow_scopes(request.scopes, grant_scopes(tuple(session.scope.split()), client.settings))
    return recall_login(session, scopes, audience)
