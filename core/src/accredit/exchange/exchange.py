"""The exchange: the ordered list of steps, and nothing else.

::

    async with Exchange(settings) as exchange:
        tokens = await exchange(request)                     # a provider's token in, our tokens out
        identity = await exchange.verify("facebook", token)  # the first half, for hosts with tokens of their own
"""

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from accredit.audit import operations
from accredit.audit.events import VerifyEvent
from accredit.audit.trail import Trail
from accredit.errors import AccessDenied, ExchangeError, InvalidMainToken, InvalidParameter, LifecycleError
from accredit.exchange.deadline import Deadline
from accredit.exchange.engine import Engine
from accredit.exchange.steps.authenticate_client import authenticate_client
from accredit.exchange.steps.begin_session import begin_session
from accredit.exchange.steps.build_claims import build_claims
from accredit.exchange.steps.check_audience import check_audience, check_user_hint
from accredit.exchange.steps.check_bearer import check_bearer
from accredit.exchange.steps.check_main_token import check_main_token
from accredit.exchange.steps.confirm_subject import confirm_subject
from accredit.exchange.steps.find_connection import allow_connection, find_connection
from accredit.exchange.steps.grant_scopes import grant_audience, grant_scopes
from accredit.exchange.steps.issue import issue
from accredit.exchange.steps.link import link
from accredit.exchange.steps.link_with_plugins import link_with_plugins
from accredit.exchange.steps.normalize import normalize
from accredit.exchange.steps.resolve_subject import resolve_subject
from accredit.exchange.steps.sign_tokens import sign_tokens
from accredit.exchange.steps.verify import verify
from accredit.keys import SigningKeys
from accredit.models import ExchangeRequest, Identity, Login, ProviderToken, Resolution, TokenSet
from accredit.parameters import check_text
from accredit.plugins import Connection
from accredit.provider.http import Transport
from accredit.settings import EXCHANGE_GRANT, Settings
from accredit.storage import Storage
from accredit.tokens.read import AccessToken, read_access_token


class Exchange:
    """Turn provider tokens into ours.

    Strategies are loaded and settings checked at once; keys, storage and connections open on `async with`, or by
    `open` and `close`: once, in one event loop of one process, and for calls in that loop. `plugins` are objects with
    hooks (`accredit.hookspecs`). Tests inject `transport` (any `httpx.AsyncBaseTransport`; it stays theirs to close),
    `clock` (returns epoch seconds), `monotonic` (returns seconds of a clock that nobody can set), `storage`, `keys`,
    `logger`. What it works with is `engine`.

    Raises:
        ConfigurationError: what the operator must change, before anything is opened.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        plugins: Iterable[object] = (),
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        storage: Storage | None = None,
        keys: SigningKeys | None = None,
        logger: object = None,
    ) -> None:
        self.settings = settings
        self.engine = Engine(
            settings,
            plugins=plugins,
            transport=transport,
            clock=clock,
            monotonic=monotonic,
            storage=storage,
            keys=keys,
            logger=logger,
        )
        self.subjects = self.engine.subjects

    async def open(self) -> None:
        """Get ready to call providers, load or make the keys, bring the storage up to date.

        Raises:
            ConfigurationError: certificates, keys or storage cannot be used; nothing is left open.
            LifecycleError: it is open already; that stays as it is.
        """
        await self.engine.open()

    async def close(self) -> None:
        """Store what was accepted, then let go of storage, keys and connections. Does nothing where nothing is open.

        Raises:
            LifecycleError: this is not the process and event loop that opened it; or all is closed but the part named.
        """
        await self.engine.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self.close()
        except LifecycleError:
            if kind is None:  # else the block's own error matters more
                raise

    async def __call__(self, request: ExchangeRequest) -> TokenSet:
        """Run one exchange, and leave one audit event behind.

        Raises:
            ExchangeError: it is refused or has failed; nothing was issued.
        """
        with self.engine.audited() as trail:
            async with Deadline(self.settings.limits.exchange_timeout_s) as deadline:
                return await self._exchange(request, trail, deadline)

    async def verify(self, connection: str, token: ProviderToken) -> Identity:
        """Run the first half: who is this, proven to be meant for our app? Issues nothing.

        Raises:
            ExchangeError: the token is refused, or nobody can tell.
        """
        with self.engine.audited(VerifyEvent) as trail:
            check_text("connection", connection)
            if not isinstance(token, ProviderToken):
                raise InvalidParameter("access_token")
            async with Deadline(self.settings.limits.exchange_timeout_s):
                return await self._identify(self._find(connection, trail), token, None, trail)

    def refuse(self, error: ExchangeError, *, step: str = "parse") -> None:
        """Leave the audit event of a request that ended in `step`, outside the exchange itself."""
        trail = Trail()
        trail.begin(step)
        trail.tell(self.engine.reporter.emit, error)

    async def _exchange(self, request: ExchangeRequest, trail: Trail, deadline: Deadline) -> TokenSet:
        settings, check = self.settings, trail.check
        client = check(authenticate_client, request.client_id, settings.clients, request.grant_type or EXCHANGE_GRANT)
        trail.client_id = request.client_id
        if request.form_as_json:
            self.engine.reporter.emit(operations.form_as_json(request.client_id))
        connection = self._find(request.connection, trail)
        check(allow_connection, connection, client)
        policy = client.authorization or settings.authorization
        await check(check_bearer, policy, request.bearer, self._read, self.engine.standing, audience=settings.issuer)
        main = await check(
            check_main_token,
            request.main_access_token,
            self._read,
            self.engine.standing,
            self.engine.storage,
            client_id=request.client_id,
            audience=settings.issuer,
            hooks=self.engine.hooks,
            policy=settings.subjects.policy,
        )
        scopes = check(grant_scopes, request.scopes, client)
        audience = check(grant_audience, request.audience, client, settings.issuer)

        identity = await self._identify(connection, request.token, request.user_id_hint, trail)
        now = int(self.engine.clock())  # before anything is looked up: what ends meanwhile is newer than our tokens
        resolution = await check(
            resolve_subject,
            identity,
            request.client_id,
            self.engine.hooks,
            self.engine.storage,
            policy=settings.subjects.policy,
            main=main,
        )
        subject = trail.subject = resolution.subject
        login = Login(
            client_id=request.client_id,
            identity=identity,
            subject=subject,
            scopes=scopes,
            audience=audience,
            device=request.device,
        )
        await check(self.engine.hooks.authorize, login)

        extras = await check(self.engine.hooks.claims, login)
        ttl = settings.tokens
        session = begin_session(scopes, ttl=ttl, now=now)
        claims = check(
            build_claims,
            login,
            extras,
            settings=settings,
            now=now,
            nonce=request.token.nonce,
            session_id=None if session is None else session.id,
        )
        signed = await check(sign_tokens, claims, key=self.engine.keys.current)
        await check(confirm_subject, login, self.engine.standing)
        if resolution.entry == "link":
            await check(link_with_plugins, login, self.engine.hooks)
        deadline.store()
        resolution = await self._link(login, resolution, trail, now=now)
        if resolution.entry == "link":
            trail.linked = identity.namespace, identity.user_id
        tokens = await check(
            issue, login, claims, signed, session, resolution=resolution, storage=self.engine.storage, ttl=ttl, now=now
        )
        trail.scopes, trail.session_id = scopes, None if session is None else session.id
        return tokens

    async def _link(self, login: Login, resolution: Resolution, trail: Trail, *, now: int) -> Resolution:
        """Store whose the identity is; where that has been overtaken, take back what a plugin has recorded of it."""
        identity = login.identity
        try:
            return await trail.check(link, identity, resolution, self.engine.storage, now=now)
        except (AccessDenied, InvalidMainToken):  # not where the store fails: what is recorded may be asked for again
            if resolution.entry == "link":
                await self.engine.hooks.unlink_identity(identity.namespace, identity.user_id, login.subject.id)
            raise

    async def _identify(
        self, connection: Connection, token: ProviderToken, user_id_hint: str | None, trail: Trail
    ) -> Identity:
        ctx = self.engine.context(connection)
        trail.calls = ctx.http.calls
        verification = await trail.check(verify, connection, token, ctx)
        trail.audience_proof = type(verification.audience).__name__
        accept_unbound = connection.settings.accept_unbound_tokens
        trail.check(check_audience, verification.audience, connection.accepted, accept_unbound=accept_unbound)
        trail.check(check_user_hint, user_id_hint, verification.user_id)
        return trail.check(normalize, connection, verification)

    def _find(self, name: str, trail: Trail) -> Connection:
        connection = trail.check(find_connection, name, self.engine.connections, self.engine.disabled)
        trail.connection, trail.strategy = connection.name, connection.strategy.name
        return connection

    def _read(self, token: str) -> AccessToken | None:
        return read_access_token(token, keys=self.engine.keys, issuer=self.settings.issuer, clock=self.engine.clock)
