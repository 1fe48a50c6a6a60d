"""The parts an exchange works with, and their life: settings, connections, hooks, keys, storage, transport."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from accredit.audit import Audit, Reporter
from accredit.drift import api_version_of, today
from accredit.errors import Abandoned, ExchangeError, InternalFailure
from accredit.hooks import Hooks
from accredit.http import ProviderHTTP, ProviderResponse, Transport
from accredit.id_token import IdTokenVerifier
from accredit.jwks import JwksCache
from accredit.keys import KeyFile, KeyRing, SigningKeys, signers_of
from accredit.logs import where
from accredit.plugins import load_connections, make_plugin_manager, strategy_names
from accredit.settings import Settings
from accredit.standing import Standing
from accredit.storage import Storage, open_storage
from accredit.subjects import Subjects
from accredit.transport import make_transport


class Engine:
    """Everything shared by the exchanges of one process, for one set of settings.

    Strategies are loaded and settings checked at once; keys, storage and connections open on `async with`, or by
    `open` and `close`. `plugins` are objects with hooks (`accredit.hookspecs`). Tests inject `transport` (any
    `httpx.AsyncBaseTransport`; it stays theirs to close), `clock` (returns epoch seconds), `storage`, `keys`, `logger`.

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
        storage: Storage | None = None,
        keys: SigningKeys | None = None,
        logger: object = None,
    ) -> None:
        manager = make_plugin_manager(plugins)
        self.settings = settings
        self.connections, self.disabled = load_connections(settings.connections, manager)
        self._api_versions = {name: api_version_of(one) for name, one in self.connections.items()}
        self.storage = storage or open_storage(settings.storage.url, clock=clock)
        self.hooks = Hooks(
            manager,
            timeout_s=settings.limits.exchange_timeout_s,
            strategies=strategy_names(settings.connections, manager),
            storage=self.storage,
        )
        self.standing = Standing(self.hooks, self.storage)
        self.clock = clock
        self.reporter = Reporter(self.hooks, logger)
        self.subjects = Subjects(self.storage, clock=clock, report=self.reporter.subject)
        self._transport = transport
        self._owns_transport = transport is None
        self._key_ring = KeyRing(
            KeyFile(Path(settings.keys.path), encryption_keys=settings.keys.encryption_keys, clock=clock),
            settings.tokens.signing_alg,
            interval_s=settings.keys.check_interval_s,
            report=self.reporter.keys,
            signers=signers_of(manager),
            given=keys,
        )
        jwks = JwksCache(self._fetch_jwks, clock=clock, alert=self.reporter.alert)
        self.verify_id_token = IdTokenVerifier(jwks, clock)

    @property
    def keys(self) -> SigningKeys:
        """Our signing keys of this moment."""
        return self._key_ring.keys

    async def open(self) -> None:
        """Get ready to call providers, load or make the keys, bring the storage up to date.

        Raises:
            ConfigurationError: certificates, keys or storage cannot be used; nothing is left open.
        """
        settings = self.settings
        if self._transport is None:
            self._transport = make_transport(max_connections=settings.limits.provider_max_connections)
        await self._key_ring.load()
        await self.storage.open()
        for connection in self.connections.values():
            if connection.settings.accept_unbound_tokens:
                self.reporter.warn_unbound(connection.name)
            if (version := self._api_versions[connection.name]) is not None:
                self.reporter.warn_api_version(connection.name, version, today(self.clock))
        self._key_ring.watch()

    async def close(self) -> None:
        """Finish what was accepted, then let go of keys, storage and connections."""
        await self._key_ring.close()
        await self.storage.close()
        if self._owns_transport and self._transport is not None:
            transport, self._transport = self._transport, None
            await transport.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def http(self, urls: Iterable[str]) -> ProviderHTTP:
        """Return a client for the hosts of `urls`, for one exchange."""
        if self._transport is None:
            raise RuntimeError("not open: use `async with Exchange(settings) as exchange`")
        return ProviderHTTP(
            self._transport,
            urls=urls,
            timeout_s=self.settings.limits.provider_timeout_s,
            max_response_bytes=self.settings.limits.max_response_bytes,
        )

    async def _fetch_jwks(self, url: str) -> ProviderResponse:
        return await self.http([url]).get(url)

    @contextmanager
    def audited(self) -> Iterator[Audit]:
        """Leave exactly one audit event behind, whatever happens in the block."""
        audit = Audit()
        try:
            yield audit
        except ExchangeError as error:
            self.reporter.report(audit.event(error))
            raise
        except asyncio.CancelledError:
            self.reporter.report(audit.event(Abandoned()))
            raise
        except Exception as exc:
            # A bug of ours must not pass for anything else. Not chained: its message may quote a secret.
            failure = InternalFailure(where(exc))
            self.reporter.report(audit.event(failure))
            raise failure from None
        self.reporter.report(audit.event(None))
