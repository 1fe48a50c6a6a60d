"""The exchange for programs without an event loop: WSGI applications, threads, scripts.

::

    exchange = Exchange(settings)                         # at import: it checks the settings and starts nothing
    tokens = exchange(request)                            # opens it, at the first call in each process
    identity = await exchange.averify("facebook", token)  # from an event loop, whichever
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from pydantic import SecretStr

from accredit._caller import Runner
from accredit.cache import VerificationCache
from accredit.credentials import Credential, ProviderToken
from accredit.errors import ConfigurationError, LifecycleError
from accredit.exchange import exchange as behind
from accredit.exchange.client import Client
from accredit.keys import SigningKeys
from accredit.models import ExchangeRequest, Identity, RefreshRequest, TokenSet
from accredit.oauth.wire.answer import Answer
from accredit.oauth.wire.mount import metadata_path
from accredit.provider.http import Transport
from accredit.settings import Settings
from accredit.storage import Storage
from accredit.sync.door import Door
from accredit.sync.served import Served
from accredit.sync.subjects import Subjects
from accredit.tokens.read import AccessToken

T = TypeVar("T")


class Exchange:
    """Turn provider tokens into ours, by methods that block.

    Takes what `accredit.Exchange` takes. It may be made when a module is imported, before a server forks or starts its
    threads: it opens at the first call in each process, once for all threads, and closes by itself when the
    interpreter exits. Each method has a companion whose name begins with `a`, to be awaited in any event loop.

    `runner` is how functions that must run where the caller is (`run_in_caller`) run for callers of those companions:
    an async callable that takes a plain function. By default they run in a worker thread.

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
        runner: Runner | None = None,
    ) -> None:
        self.settings = settings
        make = partial(
            behind.Exchange,
            settings,
            plugins=tuple(plugins),
            transport=transport,
            clock=clock,
            monotonic=monotonic,
            storage=storage,
            keys=keys,
            cache=cache,
            logger=logger,
        )
        self._door = self._make_door(lambda: Served(make()), runner)
        self.subjects = Subjects(self._door)
        self.metadata_path = metadata_path(settings.issuer)
        """Where `answer` has the authorization server's metadata at the root of the host. Source: RFC 8414."""

    def _make_door(self, make: Callable[[], Served], runner: Runner | None) -> Door[Served]:
        """Return the door through which all calls go: a framework's own exchange may do something around each."""
        return Door(make, runner=runner)

    @property
    def inner(self) -> behind.Exchange:
        """The asynchronous exchange of this process, for functions that `run` or `arun` gets."""
        return self._door.inner.exchange

    def open(self) -> None:
        """Open it now rather than at the first call, so that a mistake shows when a server starts.

        Raises:
            ConfigurationError: certificates, keys or storage cannot be used; nothing is left open.
        """
        self._door.open()

    def close(self) -> None:
        """Store what was accepted, then let go of storage, keys and connections. The next call opens it again.

        Raises:
            LifecycleError: all is closed but the part named.
        """
        self._door.close()

    async def aclose(self) -> None:
        """Do what `close` does, from an event loop."""
        await self._door.aclose()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.close()
        except LifecycleError:
            if kind is None:  # else the block's own error matters more
                raise

    def __call__(self, request: ExchangeRequest, *, client: Client | None = None) -> TokenSet:
        """Log in, and leave one event behind. `client` is who has proven to be calling; without it, who is named.

        Raises:
            ExchangeError: the login is refused or has failed; nothing was issued.
        """
        return self._door.call(lambda served: served.exchange(request, client=client))

    async def acall(
        self, request: ExchangeRequest, *, client: Client | None = None, runner: Runner | None = None
    ) -> TokenSet:
        """Do what a call does, from an event loop."""
        return await self._door.acall(lambda served: served.exchange(request, client=client), runner=runner)

    def verify(self, connection: str, token: ProviderToken | Credential, *, client_id: str | None = None) -> Identity:
        """Run the first half of a login: who is this, proven to be meant for our app? Issues nothing.

        `client_id` is whose nonce it is, where the connection takes none but ours.

        Raises:
            ExchangeError: the token is refused, or nobody can tell.
        """
        return self._door.call(lambda served: served.exchange.verify(connection, token, client_id=client_id))

    async def averify(
        self,
        connection: str,
        token: ProviderToken | Credential,
        *,
        client_id: str | None = None,
        runner: Runner | None = None,
    ) -> Identity:
        """Do what `verify` does, from an event loop."""
        return await self._door.acall(
            lambda served: served.exchange.verify(connection, token, client_id=client_id), runner=runner
        )

    def forget(self, connection: str, token: ProviderToken | Credential) -> None:
        """Let the next login with a token ask the provider, whatever the connection's `cache_s` says.

        Raises:
            ExchangeError: there is no such connection, or it is off; or the cache fails, and may still keep it.
        """
        self._door.call(lambda served: served.exchange.forget(connection, token))

    async def aforget(self, connection: str, token: ProviderToken | Credential) -> None:
        """Do what `forget` does, from an event loop."""
        await self._door.acall(lambda served: served.exchange.forget(connection, token))

    def issue_nonce(self, *, client_id: str, connection: str) -> str:
        """Return a nonce for one login of that client at that connection, good once and for ten minutes.

        Raises:
            ExchangeError: there is no such client or connection, that one is not for this one, or it is off; or this
                node issues no tokens.
        """
        return self._door.call(lambda served: served.exchange.issue_nonce(client_id=client_id, connection=connection))

    async def aissue_nonce(self, *, client_id: str, connection: str) -> str:
        """Do what `issue_nonce` does, from an event loop."""
        return await self._door.acall(
            lambda served: served.exchange.issue_nonce(client_id=client_id, connection=connection)
        )

    def issue(
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

        Nobody is asked whether the identity is true: you vouch for it, and for the client. `subject` is which of your
        users it is; without it plugins and the policy say. `nonce` goes into our ID token.

        Raises:
            ExchangeError: the client, its connection, or the user may not; nothing was issued.
        """
        return self._door.call(
            lambda served: served.exchange.issue(
                identity,
                client_id=client_id,
                scopes=scopes,
                subject=subject,
                audience=audience,
                device=device,
                nonce=nonce,
            )
        )

    async def aissue(
        self,
        identity: Identity,
        *,
        client_id: str,
        scopes: tuple[str, ...] = (),
        subject: str | None = None,
        audience: str | None = None,
        device: str | None = None,
        nonce: SecretStr | None = None,
        runner: Runner | None = None,
    ) -> TokenSet:
        """Do what `issue` does, from an event loop."""
        return await self._door.acall(
            lambda served: served.exchange.issue(
                identity,
                client_id=client_id,
                scopes=scopes,
                subject=subject,
                audience=audience,
                device=device,
                nonce=nonce,
            ),
            runner=runner,
        )

    def refresh(self, request: RefreshRequest, *, client: Client | None = None) -> TokenSet:
        """Issue new tokens for a login that goes on. `client` is as in a login.

        Raises:
            ExchangeError: the refresh token is no good, or something has failed; it may be tried again unless it says
                `RefreshTokenReused`, which has ended the session.
        """
        return self._door.call(lambda served: served.exchange.refresh(request, client=client))

    async def arefresh(
        self, request: RefreshRequest, *, client: Client | None = None, runner: Runner | None = None
    ) -> TokenSet:
        """Do what `refresh` does, from an event loop."""
        return await self._door.acall(lambda served: served.exchange.refresh(request, client=client), runner=runner)

    def authenticate(self, token: str, *, audience: str | None = None, scope: str = "") -> AccessToken:
        """Return what an access token of ours says, if it is good here and now: for an API in the same process.

        `audience` is the API it must be for, by default we ourselves; `scope` what it must have, space-delimited.

        Raises:
            InvalidToken: it is not ours, has expired, its session has ended, its user is blocked; or for another API.
            InsufficientScope: it lacks a scope.
            StorageFailed: nobody can tell.
        """
        return self._door.call(lambda served: served.exchange.authenticate(token, audience=audience, scope=scope))

    async def aauthenticate(
        self, token: str, *, audience: str | None = None, scope: str = "", runner: Runner | None = None
    ) -> AccessToken:
        """Do what `authenticate` does, from an event loop."""
        return await self._door.acall(
            lambda served: served.exchange.authenticate(token, audience=audience, scope=scope), runner=runner
        )

    def vouch_for(self, client_id: str) -> Client:
        """Return a client that you have authenticated yourself.

        Raises:
            UnknownClient: there is none of that id.
        """
        return self.inner.vouch_for(client_id)

    def answer(
        self,
        path: str,
        *,
        method: str,
        header: Callable[[str], str],
        body: Callable[[], bytes],
        mount: str | None = None,
        peer: str = "",
        query: str = "",
    ) -> Answer:
        """Answer one HTTP request: the wire, for a framework to carry.

        `path` is below the issuer, as `/oauth/token` (`accredit.oauth.endpoints.ENDPOINTS`), or `metadata_path`; what
        else is asked for gets 404. `method` is in capitals. `header` returns the header of a name in lower case, empty
        where it was not sent. `body` returns the body; it runs in the caller's thread, at most once, and not where
        `content-length` says that it is too large. An `OSError` of it is a client that has left. `mount` is the path
        at which the framework has mounted the endpoints, if it is known: an issuer that names another one is told
        once, as `host.issuer_mismatch`. `peer` is the IP address of who has connected, for limits: empty where nobody
        knows. Where it is a trusted proxy's, `header` is asked for `x-forwarded-for`, which is to have the lines of all
        headers of that name, with commas between them. `query` is that of the URL, as it was sent.

        What fails is an answer, too: nothing is raised but `LifecycleError`, where an event loop runs in this thread.
        """
        try:
            return self._door.call(
                _asking(path, method=method, header=header, body=body, mount=mount, peer=peer, query=query)
            )
        except LifecycleError:
            raise
        except Exception as exc:
            return self._failed(exc)

    async def aanswer(
        self,
        path: str,
        *,
        method: str,
        header: Callable[[str], str],
        body: Callable[[], bytes],
        mount: str | None = None,
        peer: str = "",
        query: str = "",
        runner: Runner | None = None,
    ) -> Answer:
        """Do what `answer` does, from an event loop. `body` runs by `runner`."""
        asking = _asking(path, method=method, header=header, body=body, mount=mount, peer=peer, query=query)
        try:
            return await self._door.acall(asking, runner=runner)
        except Exception as exc:
            return self._failed(exc)

    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Run a coroutine function of yours in the loop thread, once the exchange is open, and return what it returns.

        It may await methods of `inner`, and `run_in_caller`, whose functions this thread runs while it waits.
        """
        return self._door.call(lambda _: function())

    async def arun(self, function: Callable[[], Awaitable[T]], *, runner: Runner | None = None) -> T:
        """Do what `run` does, from an event loop."""
        return await self._door.acall(lambda _: function(), runner=runner)

    def _failed(self, exc: Exception) -> Answer:
        """Answer where not even the exchange can be opened."""
        told = LifecycleError(str(exc)) if isinstance(exc, ConfigurationError) else exc
        return self._door.inner.wire.failed(told)


def _asking(
    path: str,
    *,
    method: str,
    header: Callable[[str], str],
    body: Callable[[], bytes],
    mount: str | None,
    peer: str,
    query: str,
) -> Callable[[Served], Awaitable[Answer]]:
    return lambda served: served.wire.answer(
        path, method=method, header=header, body=body, mount=mount, peer=peer, query=query
    )
