"""The door for hosts in Python: what can be asked of an exchange. `login` and `refresh` have the order of its steps.

::

    async with Exchange(settings) as exchange:
        tokens = await exchange(request)                       # a provider's token in, our tokens out
        identity = await exchange.verify("facebook", token)    # the first half, for hosts with tokens of their own
        tokens = await exchange.issue(identity, client_id=…)   # the second, for hosts that know who it is
        tokens = await exchange.refresh(request)               # new tokens for a login that goes on
        caller = await exchange.authenticate(access_token)     # who calls an API in the same process
"""

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from accredit.audit.events import RefreshEvent
from accredit.audit.trail import Trail
from accredit.cache import VerificationCache
from accredit.credentials import Credential, ProviderToken
from accredit.errors import ExchangeError, LifecycleError, SignsElsewhere, UnknownClient
from accredit.exchange.authenticate import authenticate
from accredit.exchange.client import Client
from accredit.exchange.engine import Engine
from accredit.exchange.identify import forget, identify, verify_alone
from accredit.exchange.login import admit, admit_identity, conclude
from accredit.exchange.refresh import refresh
from accredit.exchange.steps.find_connection import allow_connection, find_connection
from accredit.keys import SigningKeys
from accredit.limits.attempt import Attempt
from accredit.models import ExchangeRequest, Identity, RefreshRequest, Subject, TokenSet
from accredit.parameters import check_text
from accredit.provider.http import Transport
from accredit.settings import Settings
from accredit.storage import Storage
from accredit.tokens.read import AccessToken

if TYPE_CHECKING:  # there is one among workers only
    from accredit.limits.tally import Tally


class Exchange:
    """Turn provider tokens into ours.

    Strategies are loaded and settings checked at once; keys, storage and connections open on `async with`, or by
    `open` and `close`: once, in one event loop of one process, and for calls in that loop. `plugins` are objects with
    hooks (`accredit.hookspecs`). Tests inject `transport` (any `httpx.AsyncBaseTransport`; it stays theirs to close),
    `clock` (returns epoch seconds), `monotonic` (returns seconds of a clock that nobody can set), `storage`, `keys`,
    `cache`, `logger`. `tally` is what the processes of one machine count their limits in. What it works with is
    `engine`.

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
        cache: VerificationCache | None = None,
        logger: object = None,
        tally: "Tally | None" = None,
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
            cache=cache,
            logger=logger,
            tally=tally,
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

    async def __call__(self, request: ExchangeRequest, *, client: Client | None = None) -> TokenSet:
        """Log in, and leave one event behind. `client` is who has proven to be calling; without it, who is named.

        A confidential client has to prove itself: see `vouch_for`.

        Raises:
            ExchangeError: the login is refused or has failed; nothing was issued.
        """
        engine = self.engine
        with (
            engine.providers.admission.login(request.connection),
            engine.lifecycle.audited() as trail,
            engine.providers.deadlines.begin() as deadline,
        ):
            attempt = Attempt(engine.limits, request.address, is_proven=_is_proven(client))
            try:
                admission = await admit(request, client, engine, trail, attempt)
                identity, provider_token = await identify(
                    admission.connection,
                    request.token,
                    request.user_id_hint,
                    engine.providers,
                    trail,
                    until=deadline.until,
                )
                return await conclude(admission, identity, engine, trail, deadline, provider_token=provider_token)
            except ExchangeError as error:
                await attempt.refused(error)
                raise

    async def verify(
        self, connection: str, token: ProviderToken | Credential, *, client_id: str | None = None
    ) -> Identity:
        """Run the first half of a login: who is this, proven to be meant for our app? Issues nothing.

        `client_id` is whose nonce it is, where the connection takes none but ours.

        Raises:
            ExchangeError: the token is refused, or nobody can tell.
        """
        engine = self.engine
        return await verify_alone(
            connection,
            token,
            engine.providers,
            engine.lifecycle,
            single_use=engine.single_use,
            client_id=client_id,
        )

    async def forget(self, connection: str, token: ProviderToken | Credential) -> None:
        """Let the next login with a token ask the provider, whatever the connection's `cache_s` says.

        For a host that hears of a token's end, from the provider or its user. `token` has the secret and the nonce of
        that login, if it had any. In this process: others forget for themselves.

        Raises:
            ExchangeError: there is no such connection, or it is off; or the cache fails, and may still keep it.
        """
        self.engine.require_open()
        await forget(connection, token, self.engine.providers)

    async def issue_nonce(self, *, client_id: str, connection: str) -> str:
        """Return a nonce for one login of that client at that connection, good once and for ten minutes.

        Nothing is stored, and no event is left. What asks for it is the connection's setting `nonce = "issued"`.

        Raises:
            ExchangeError: there is no such client or connection, that one is not for this one, or it is off; or this
                node issues no tokens.
        """
        engine = self.engine
        engine.require_open()
        check_text("connection", connection)
        client = self.vouch_for(client_id)
        if not engine.can_sign:
            raise SignsElsewhere
        found = find_connection(connection, engine.connections, engine.disabled)
        allow_connection(found, client.settings)
        return engine.nonces.issue(client.id, found.name)

    async def issue(
        self,
        identity: Identity,
        *,
        client_id: str,
        scopes: tuple[str, ...] = (),
        subject: str | None = None,
        audience: str | None = None,
        device: str | None = None,
        nonce: SecretStr | None = None,
    ) -> TokenSet:
        """Run the second half of a login: our tokens for somebody whom `verify`, or you yourself, have identified.

        Nobody is asked whether the identity is true: you vouch for it, and for the client. Hooks, policy, sessions and
        events are those of any login. `subject` is which of your users it is; without it plugins and the policy say.
        `nonce` goes into our ID token.

        Raises:
            ExchangeError: the client, its connection, or the user may not; nothing was issued.
        """
        engine = self.engine
        with (
            engine.providers.admission.refresh(),
            engine.lifecycle.audited() as trail,
            engine.providers.deadlines.begin() as deadline,
        ):
            admission = admit_identity(
                identity, self.vouch_for(client_id), scopes, audience, engine, trail, device=device, nonce=nonce
            )
            named = None if subject is None else Subject(subject)
            return await conclude(admission, identity, engine, trail, deadline, subject=named)

    async def refresh(self, request: RefreshRequest, *, client: Client | None = None) -> TokenSet:
        """Issue new tokens for a login that goes on. `client` is as in a login.

        Raises:
            ExchangeError: the refresh token is no good, or something has failed; it may be tried again unless it says
                `RefreshTokenReused`, which has ended the session.
        """
        engine = self.engine
        with (
            engine.providers.admission.refresh(),
            engine.lifecycle.audited(RefreshEvent) as trail,
            engine.providers.deadlines.begin() as deadline,
        ):
            attempt = Attempt(engine.limits, request.address, is_proven=_is_proven(client))
            try:
                return await refresh(request, client, engine, trail, deadline, attempt)
            except ExchangeError as error:
                await attempt.refused(error)
                raise

    async def authenticate(self, token: str, *, audience: str | None = None, scope: str = "") -> AccessToken:
        """Return what an access token of ours says, if it is good here and now: for an API in the same process.

        `audience` is the API it must be for, by default we ourselves; `scope` what it must have, space-delimited. One
        or two reads of the storage, and no event: this is asked at every call of an API.

        Raises:
            InvalidToken: it is not ours, has expired, its session has ended, its user is blocked; or for another API.
            InsufficientScope: it lacks a scope.
            StorageFailed: nobody can tell.
        """
        self.engine.require_open()
        wanted = self.settings.issuer if audience is None else audience
        return await authenticate(token, wanted, scope, self.engine.presented)

    def vouch_for(self, client_id: str) -> Client:
        """Return a client that you have authenticated yourself.

        Raises:
            UnknownClient: there is none of that id.
        """
        check_text("client_id", client_id)
        client = self.engine.clients.get(client_id)
        if client is None:
            raise UnknownClient
        return client

    def refuse(self, error: ExchangeError, *, step: str = "parse") -> None:
        """Leave the event of a login that ended in `step`, outside the exchange itself."""
        trail = Trail()
        trail.begin(step)
        trail.tell(self.engine.reporter.emit, error)


def _is_proven(client: Client | None) -> bool:
    return isinstance(client, Client) and client.is_confidential
