"""The parts an exchange works with, and their life: settings, connections, hooks, keys, storage, transport."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import SecretStr

from accredit.audit import operations
from accredit.audit.events import AnyEvent
from accredit.audit.reporter import Reporter
from accredit.cache import VerificationCache
from accredit.cache.make import make_shared
from accredit.errors import ConfigurationError
from accredit.exchange.audit_table import audit_sinks, audit_table_of
from accredit.exchange.client import Client
from accredit.exchange.fingerprint import fingerprint
from accredit.exchange.key_place import key_place
from accredit.exchange.lifecycle import Closing, Lifecycle
from accredit.exchange.nonces import Nonces
from accredit.exchange.notices import Notices
from accredit.exchange.once import SingleUse, limits_use
from accredit.exchange.presented import Presented
from accredit.exchange.provider_tokens import ProviderTokens, Revoker, check_connections
from accredit.exchange.providers import Providers
from accredit.exchange.readings import EngineReadings
from accredit.exchange.standing import Standing
from accredit.exchange.subjects import Subjects
from accredit.keys import KeyRing, SigningKeys
from accredit.limits.caller import CallerAddress
from accredit.limits.make import make_limits
from accredit.plugins import (
    Connection,
    installed_entry_points,
    make_plugin_manager,
    reserved_namespaces,
)
from accredit.plugins.enabled import register_enabled
from accredit.plugins.hooks import Hooks, annotators_of, observers_of, offer_readings
from accredit.plugins.signers import signers_of
from accredit.provider.http import ProviderHTTP, Transport
from accredit.settings import Settings
from accredit.settings.encryption_key import MAKE_A_KEY
from accredit.storage import ProviderTokenStore, Storage, storage_for
from accredit.strategy import VerifyContext

if TYPE_CHECKING:  # there is one among workers only
    from accredit.limits.tally import Tally


class Engine:
    """Everything shared by the exchanges of one process, for one set of settings.

    Strategies are loaded and settings checked at once; keys, storage and connections open on `async with`, or by
    `open` and `close`: once, in one event loop of one process, and for calls in that loop. `plugins` are objects with
    hooks (`accredit.hookspecs`). Tests inject `transport` (any `httpx.AsyncBaseTransport`; it stays theirs to close),
    `clock` (returns epoch seconds), `monotonic` (returns seconds of a clock that nobody can set), `storage`, `keys`,
    `cache`, `logger`. `tally` is what the processes of one machine count their limits in.

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
        if not isinstance(settings, Settings):  # not quoted: a dictionary of settings holds secrets
            raise ConfigurationError(
                f"settings must be accredit.Settings, not {type(settings).__name__}: "
                "`load_settings(path)` reads a file, `Settings.model_validate(tables)` takes a dictionary"
            )
        manager = make_plugin_manager(plugins)
        register_enabled(manager, settings.plugins)
        self.settings = settings
        installed = installed_entry_points()
        if storage is None:
            storage = storage_for(settings.storage.url, clock=clock, max_connections=settings.storage.max_connections)
        self.storage = storage
        self.audit_table = audit_table_of(
            self.storage,
            settings.audit,
            clock=clock,
            monotonic=monotonic,
            emit=self._emit,
        )
        """Where events are written beside the log; None where that is off."""
        sinks = (*observers_of(manager), *audit_sinks(self.audit_table))
        self.reporter = Reporter(sinks, clock=monotonic, logger=logger, annotators=annotators_of(manager))
        self.lifecycle = Lifecycle(self.reporter)
        self._shared = make_shared(
            settings.cache,
            clock=clock,
            monotonic=monotonic,
            report=lambda event, detail: self.reporter.emit(operations.cache_noticed(event, detail)),
        )
        self.providers = Providers(
            settings.connections,
            manager=manager,
            installed=installed,
            issuer=settings.issuer,
            limits=settings.limits,
            cache=self._shared.verifications if cache is None and self._shared is not None else cache,
            cache_max_bytes=settings.cache.max_bytes,
            proxy=settings.proxy,
            transport=transport,
            clock=clock,
            monotonic=monotonic,
            reporter=self.reporter,
            used=self.storage,
        )
        if self._shared is not None:
            self._shared.tell(
                {
                    f"{settings.issuer} {name} {fingerprint(self.connections[name])}": bounds.breaker
                    for name, bounds in self.providers.bounds.items()
                }
            )
        self.hooks = Hooks(
            manager,
            timeout_s=settings.limits.exchange_timeout_s,
            namespaces=reserved_namespaces(settings.connections, manager, installed),
            storage=self.storage,
        )
        self.limits = make_limits(
            settings.limits,
            emit=self.reporter.emit,
            clock=clock,
            monotonic=monotonic,
            windows=None if self._shared is None else self._shared.windows,
            tally=tally,
        )
        self.caller_address = CallerAddress(
            settings.limits.trusted_proxies,
            report=lambda address: self.reporter.emit(operations.proxy_unnamed(address)),
        )
        self.standing = Standing(self.hooks, self.storage)
        self.presented = Presented(settings, keys=lambda: self.keys, clock=clock, standing=self.standing)
        self.clients = {name: Client(name, client) for name, client in settings.clients.items()}
        """Those that may call, by id."""
        self.nonces = Nonces(
            issuer=settings.issuer,
            keys=lambda: self.keys,
            encryption_keys=settings.keys.encryption_keys,
            clock=clock,
        )
        self.single_use = {
            name: SingleUse(one, self.providers.once, self.nonces)
            for name, one in self.connections.items()
            if limits_use(one.settings)
        }
        """For connections where something is good once, by name."""
        self.clock = clock
        encryption_keys = settings.keys.encryption_keys
        check_connections(self.connections, self.storage, place=settings.storage.place, encryption_keys=encryption_keys)
        self.provider_tokens: ProviderTokens | None = None
        """None where the storage keeps none."""
        if isinstance(self.storage, ProviderTokenStore):
            self.provider_tokens = ProviderTokens(
                self.storage,
                encryption_keys=encryption_keys,
                revoke=Revoker(self.connections, self.providers.context),
                clock=clock,
                emit=self.reporter.emit,
            )
        self.subjects = Subjects(
            self.storage,
            tokens=self.provider_tokens,
            policy=settings.subjects.policy,
            tell_plugins=self.hooks.unlink_identity,
            clock=clock,
            emit=self.reporter.emit,
            require_open=self.lifecycle.require,
        )
        self.notices = Notices(
            self.providers,
            issuer=settings.issuer,
            storage=self.storage,
            subjects=self.subjects,
            hooks=self.hooks,
            reporter=self.reporter,
        )
        signers = signers_of(manager)
        for name, one in self.connections.items():
            if one.settings.nonce == "issued" and signers and not settings.keys.encryption_keys:
                raise ConfigurationError(
                    f"connection '{name}': nonce = \"issued\" needs keys.encryption_key where a plugin signs, the same "
                    f"on each node: nodes know by it what nonces they gave out; {MAKE_A_KEY}"
                )
        self.can_sign = settings.keys.place != "published" or bool(signers) or keys is not None
        """False where the public halves of our keys are all there is: tokens are issued elsewhere."""
        self._key_ring = KeyRing(
            key_place(settings, storage=self.storage, http=self.providers.http, clock=clock),
            settings.tokens.signing_alg,
            interval_s=settings.keys.check_interval_s,
            report=lambda event, detail: self.reporter.emit(operations.keys_noticed(event, detail)),
            signers=signers,
            given=keys,
        )
        self.readings = EngineReadings(
            lifecycle=self.lifecycle,
            providers=self.providers,
            storage=self.storage,
            shared=self._shared,
            audit_table=self.audit_table,
            key_made_at=lambda: self._key_ring.made_at,
            clock=clock,
        )
        offer_readings(manager, self.readings)

    def _emit(self, event: AnyEvent) -> None:
        self.reporter.emit(event)

    @property
    def connections(self) -> Mapping[str, Connection]:
        """The connections that are not switched off, by name."""
        return self.providers.connections

    @property
    def disabled(self) -> frozenset[str]:
        """The names of those that are."""
        return self.providers.disabled

    @property
    def degraded(self) -> tuple[str, ...]:
        """The names of the parts that do not work, and without which logins go on."""
        return ("cache",) if self._shared is not None and self._shared.is_away else ()

    @property
    def keys(self) -> SigningKeys:
        """Our signing keys of this moment.

        Raises:
            LifecycleError: the exchange is not open.
        """
        self.lifecycle.require_keys()
        return self._key_ring.keys

    @property
    def key_times(self) -> Mapping[str, int]:
        """When each of them was made, by `kid`, in epoch seconds; without those of which nobody knows."""
        return self._key_ring.times

    async def open(self) -> None:
        """Get ready to call providers, load or make the keys, bring the storage up to date.

        Raises:
            ConfigurationError: certificates, keys or storage cannot be used; nothing is left open.
            LifecycleError: it is open already; that stays as it is.
        """
        await self.lifecycle.open(self._open_parts)

    async def _open_parts(self, closing: Closing) -> None:
        if self._shared is not None:
            closing("cache", self._shared.close)
            await self._shared.open()
        self.providers.open(closing)
        in_storage = self.settings.keys.place == "storage"
        if not in_storage:
            await self._open_keys(closing)
        await self.storage.open()
        closing("storage", self.storage.close)
        if self.audit_table is not None:
            self.audit_table.open()
            closing("audit table", self.audit_table.close)
        if in_storage:
            await self._open_keys(closing)
        self.providers.examine()
        self._key_ring.watch()

    async def _open_keys(self, closing: Closing) -> None:
        await self._key_ring.load()
        closing("keys", self._key_ring.close)

    async def close(self) -> None:
        """Store what was accepted, then let go of storage, keys and connections. Does nothing where nothing is open.

        Raises:
            LifecycleError: this is not the process and event loop that opened it; or all is closed but the part named.
        """
        await self.lifecycle.close()

    def require_open(self) -> None:
        """Pass where calls may be made: every method that makes one begins with this.

        Raises:
            LifecycleError: the exchange is not open, or was opened in another process or event loop.
        """
        self.lifecycle.require()

    def http(self, urls: Iterable[str], proxy: SecretStr | None = None) -> ProviderHTTP:
        """Return a client for the hosts of `urls`, for one exchange; by default through the proxy for all."""
        return self.providers.http(urls, proxy)

    def context(self, connection: Connection) -> VerifyContext:
        """Return what a connection's strategy may use in one exchange."""
        return self.providers.context(connection)
