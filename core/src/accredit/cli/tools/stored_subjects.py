"""The subjects of a database, for a command: with the plugins of the settings, and a log, as a server has them."""

import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from accredit.audit.events import AnyEvent
from accredit.audit.reporter import Reporter
from accredit.errors import ConfigurationError, StorageFailed
from accredit.exchange.audit_table import audit_sinks, audit_table_of
from accredit.exchange.provider_tokens import ProviderTokens, Revoker
from accredit.exchange.subjects import Subjects
from accredit.exchange.without_files import exchange_without_files
from accredit.plugins import installed_entry_points, make_plugin_manager, reserved_namespaces
from accredit.plugins.enabled import register_enabled
from accredit.plugins.hooks import Hooks, observers_of
from accredit.revocation import RevocableToken
from accredit.settings import Settings, StorageSettings
from accredit.storage import ProviderTokenStore, Storage, storage_for


@asynccontextmanager
async def stored_subjects(settings: Settings) -> AsyncIterator[Subjects]:
    """Open the database of `settings`. Events go to standard error, and to the observers.

    No connection is looked at: whoever must be locked out now is, also while a provider's settings are not good.

    Raises:
        ConfigurationError: there is no database, or it cannot be used.
    """
    _require_database(settings.storage)
    storage = storage_for(settings.storage.url)
    manager = make_plugin_manager()
    register_enabled(manager, settings.plugins)
    hooks = Hooks(
        manager,
        timeout_s=settings.limits.exchange_timeout_s,
        namespaces=reserved_namespaces({}, manager, installed_entry_points()),
        storage=storage,
    )

    def emit(event: AnyEvent) -> None:
        reporter.emit(event)

    table = audit_table_of(storage, settings.audit, clock=time.time, monotonic=time.monotonic, emit=emit)
    sinks = (*observers_of(manager), *audit_sinks(table))
    reporter = Reporter(sinks, clock=time.monotonic, logger=structlog.PrintLogger(sys.stderr))
    await storage.open()
    try:
        yield Subjects(
            storage,
            policy=settings.subjects.policy,
            tell_plugins=hooks.unlink_identity,
            emit=reporter.emit,
            tokens=_tokens(storage, settings, emit=reporter.emit),
        )
    except StorageFailed as exc:
        raise ConfigurationError(f"storage.url: cannot use {settings.storage.place}: {exc.detail}") from exc
    finally:
        if table is not None:  # what was changed here stands there, too
            await table.flush()
            table.tell()
        await storage.close()


def _tokens(storage: Storage, settings: Settings, *, emit: Callable[[AnyEvent], None]) -> ProviderTokens | None:
    if not isinstance(storage, ProviderTokenStore):
        return None

    async def revoke(connection: str, token: RevocableToken) -> None:
        # The connection is looked at only now: without a token to revoke, its settings need not be good.
        table = settings.connections.get(connection)
        tables = {} if table is None else {connection: table}
        exchange = exchange_without_files(settings, tables, logger=structlog.PrintLogger(sys.stderr))
        async with exchange:
            await Revoker(exchange.engine.connections, exchange.engine.providers.context)(connection, token)

    return ProviderTokens(
        storage, encryption_keys=settings.keys.encryption_keys, revoke=revoke, clock=time.time, emit=emit
    )


def _require_database(stored: StorageSettings) -> None:
    if stored.url == "memory://":
        raise ConfigurationError("storage.url is memory://, which only the serving process can see; name a database")
    if stored.path is not None and not stored.path.exists():
        raise ConfigurationError(
            f"storage.url: {stored.path} is not there: `accredit serve` makes it, at its first start; "
            "a relative path begins at the settings file"
        )
