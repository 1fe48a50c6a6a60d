"""The half of an exchange that asks providers: connections, and what their strategies may use."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib.metadata import EntryPoint
from typing import Any

import pluggy
from pydantic import SecretStr

from accredit.audit import operations
from accredit.audit.reporter import Reporter
from accredit.cache import MemoryCache, VerificationCache
from accredit.credentials import AuthorizationCode, Credential
from accredit.errors import LifecycleError
from accredit.exchange.admission import Admission
from accredit.exchange.deadline import Deadlines
from accredit.exchange.life import EXCHANGE, Sentences
from accredit.exchange.lifecycle import Closing
from accredit.exchange.once import Once
from accredit.exchange.verifications import Verifications
from accredit.plugins import Connection, load_connections
from accredit.plugins.api_versions import api_version_of, today
from accredit.provider.bounds.breaker import Breaker, State
from accredit.provider.bounds.bulkhead import Bulkhead
from accredit.provider.bounds.passage import Bounds, Passage
from accredit.provider.documents import DocumentCache
from accredit.provider.event_token import EventTokenVerifier
from accredit.provider.http import ProviderHTTP, Transport
from accredit.provider.id_token import IdTokenVerifier
from accredit.provider.jwks import JwksCache
from accredit.provider.nonce import NonceCheck
from accredit.provider.transport import make_transport, proxy_for
from accredit.settings import LimitSettings
from accredit.storage import ReplayStore
from accredit.strategy import ApiVersion, VerifyContext


class Providers:
    """The connections of `tables`, checked, with what their strategies work with: one transport, and their key sets.

    Connections share key sets where they share a proxy: one that is down must not keep the keys from the others.
    `issuer` is ours, empty where there is none. `transport` stays its owner's to close; without it one is made when all
    is opened. `cache` keeps what providers have said; without it the memory of this process does. `used` remembers what
    is good once. `clock` returns epoch seconds, `monotonic` seconds of a clock that nobody can set.

    Raises:
        ConfigurationError: what the operator must change.
    """

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Any]],
        *,
        manager: pluggy.PluginManager,
        installed: Sequence[EntryPoint] | None = None,
        issuer: str,
        limits: LimitSettings,
        cache: VerificationCache | None,
        cache_max_bytes: int,
        proxy: SecretStr,
        transport: Transport | None,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        reporter: Reporter,
        used: ReplayStore,
        sentences: Sentences = EXCHANGE,
    ) -> None:
        self.connections, self.disabled = load_connections(tables, manager, installed)
        self.clock = clock
        self.once = Once(used, clock=clock)
        self._api_versions = {name: api_version_of(one) for name, one in self.connections.items()}
        self._limits = limits
        self.deadlines = Deadlines(limits.exchange_timeout_s)
        self._proxy = proxy
        self._reporter = reporter
        self._not_open = sentences.not_open
        self._transport = transport
        self._owns_transport = transport is None
        self._clients: dict[str, ProviderHTTP] = {}
        self.verifications = Verifications(
            MemoryCache(max_bytes=cache_max_bytes, clock=monotonic) if cache is None else cache,
            self.connections,
            issuer=issuer,
            clock=clock,
            monotonic=monotonic,
            context=self.context,
            cache_failed=lambda place: reporter.emit(operations.cache_failed(place)),
            once=self.once,
        )
        key_sets: dict[SecretStr, JwksCache] = defaultdict(partial(self._key_sets, monotonic))
        self._jwks = {name: key_sets[one.settings.proxy or proxy] for name, one in self.connections.items()}
        documents: dict[SecretStr, DocumentCache] = defaultdict(partial(self._kept_documents, monotonic))
        self._documents = {name: documents[one.settings.proxy or proxy] for name, one in self.connections.items()}
        self.bounds = {name: self._bounds_of(one, monotonic) for name, one in self.connections.items()}
        self.admission = Admission(
            self.connections,
            max_exchanges=limits.max_exchanges,
            tell=lambda count: reporter.emit(operations.turned_away(count)),
        )

    def _key_sets(self, clock: Callable[[], float]) -> JwksCache:
        return JwksCache(clock=clock, alert=lambda event, url: self._reporter.emit(operations.fetch_failed(event, url)))

    def _kept_documents(self, clock: Callable[[], float]) -> DocumentCache:
        return DocumentCache(
            clock=clock, alert=lambda event, url: self._reporter.emit(operations.fetch_failed(event, url))
        )

    def _bounds_of(self, connection: Connection, clock: Callable[[], float]) -> Bounds:
        def tell(state: State) -> None:
            self._reporter.emit(operations.circuit_changed(connection.name, state, breaker.refused))

        breaker = Breaker(outages=self._limits.breaker_outages, clock=clock, changed=tell)
        patience_s = min(self._limits.provider_timeout_s, self._limits.exchange_timeout_s) / 2
        return Bounds(breaker, Bulkhead(connection.settings.max_in_flight), patience_s)

    def open(self, closing: Closing) -> None:
        """Make the transport, unless somebody else has.

        Raises:
            ConfigurationError: the certificate authorities cannot be loaded.
        """
        self._clients.clear()  # those of another event loop
        if self._owns_transport:
            transport = make_transport(max_connections=self._limits.provider_max_connections)
            closing("transport", partial(self._close_transport, transport))
            self._transport = transport
        for key_sets in set(self._jwks.values()):
            closing("key sets", key_sets.close)  # before the transport: they are fetched by it
        for documents in set(self._documents.values()):
            closing("documents", documents.close)
        closing("admission", self.admission.close)

    async def _close_transport(self, transport: Transport) -> None:
        self._transport = None
        self._clients.clear()
        await transport.aclose()

    def examine(self) -> None:
        """Tell of connections that work, but which an operator should look at.

        Raises:
            ConfigurationError: a proxy cannot be used.
        """
        for connection in self.connections.values():
            for url in connection.provider_urls:
                proxy_for(url, connection.settings.proxy or self._proxy)  # raises where none can be used
            if connection.settings.accept_unbound_tokens:
                self._reporter.emit(operations.accepts_unbound_tokens(connection.name))
            if (version := self._api_versions[connection.name]) is not None and (
                warning := operations.api_version_noticed(connection.name, version, today(self.clock))
            ):
                self._reporter.emit(warning)

    @property
    def api_versions(self) -> Mapping[str, ApiVersion | None]:
        """Which API version each connection calls, None where its strategy names none."""
        return self._api_versions

    def http(self, urls: Iterable[str], proxy: SecretStr | None = None, *, shows_paths: bool = False) -> ProviderHTTP:
        """Return a client for the hosts of `urls`, for one exchange; by default through the proxy for all.

        `shows_paths` is as in `ProviderHTTP`.
        """
        if self._transport is None:
            raise LifecycleError(self._not_open)
        return ProviderHTTP(
            self._transport,
            urls=urls,
            timeout_s=self._limits.provider_timeout_s,
            max_response_bytes=self._limits.max_response_bytes,
            proxy=proxy or self._proxy,
            retries=self._limits.provider_retries,
            shows_paths=shows_paths,
        )

    def context(
        self, connection: Connection, until: float = math.inf, credential: Credential | None = None
    ) -> VerifyContext:
        """Return what a connection's strategy may use in one exchange, which ends at `until` by the loop's clock.

        `credential` is what it is to verify, None where it verifies nothing.
        """
        if (http := self._clients.get(connection.name)) is None:
            http = self._clients[connection.name] = self.http(
                connection.provider_urls,
                connection.settings.proxy,
                shows_paths=connection.strategy.paths_name_nobody,
            )
        is_repeatable = not isinstance(credential, AuthorizationCode)
        http = http.anew(Passage(self.bounds[connection.name], until=until, is_repeatable=is_repeatable))
        key_sets = self._jwks[connection.name]
        check_nonce = NonceCheck(connection.settings.nonce, None if credential is None else credential.nonce)
        verify_id_token = IdTokenVerifier(key_sets, http, self.clock, connection.settings, check_nonce)
        verify_event_token = EventTokenVerifier(key_sets, http, self.clock)
        return VerifyContext(
            http, verify_id_token, check_nonce, self.clock, self._documents[connection.name], verify_event_token
        )
