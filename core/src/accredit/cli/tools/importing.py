"""An import for a command: the old database by its URL, and the storage of the settings or of a host."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from accredit.cli.extras import problem_of_extra
from accredit.cli.tools.config import read_settings
from accredit.cli.tools.host import current_host
from accredit.errors import ConfigurationError, StorageFailed
from accredit.exchange.exchange import Exchange
from accredit.importers import ImportOptions, Reading, Report, Target, enter, read
from accredit.storage import MemoryStorage

if TYPE_CHECKING:
    from accredit.exchange.engine import Engine


def import_from(source: str, url: str, config: Path | None, options: ImportOptions) -> Report:
    """Read the old database, close it, and enter what was found, into a host's storage where this is its command line.

    Raises:
        ConfigurationError: something must be changed first.
    """
    if problem := problem_of_extra("accredit import", "sql"):
        raise ConfigurationError(problem)
    host = current_host()
    if host is None:
        engine = _own_engine(config)
        return asyncio.run(_enter_and_close(_read(source, url, options), engine, options))
    if host.with_engine is None:  # its storage is not the one of the settings
        raise ConfigurationError(f"{host.place}: the framework has an import of its own")
    reading = _read(source, url, options)
    return host.with_engine(lambda engine: _enter(reading, Target.of(engine), options))


def _read(source: str, url: str, options: ImportOptions) -> Reading:
    from accredit.importers.sql_query import old_database

    with old_database(url) as query:
        return read(source, query, options)


def _own_engine(config: Path | None) -> Engine:
    """Return the engine of the settings, not open. Its events go to standard error."""
    engine = Exchange(read_settings(config), logger=structlog.PrintLogger(sys.stderr)).engine
    if engine.settings.storage.url == "memory://":
        raise ConfigurationError("storage.url is memory://, which only the serving process can see; name a database")
    return engine


async def _enter_and_close(reading: Reading, engine: Engine, options: ImportOptions) -> Report:
    path = engine.settings.storage.path
    # A dry run makes no database: where there is none, nothing is stored yet.
    is_new = path is not None and not path.exists()
    storage = MemoryStorage() if is_new and not options.write else engine.storage
    await storage.open()
    try:
        return await _enter(reading, Target.of(engine, storage=storage), options)
    finally:
        await storage.close()


async def _enter(reading: Reading, target: Target, options: ImportOptions) -> Report:
    try:
        return await enter(reading, target, options=options)
    except StorageFailed as exc:
        raise ConfigurationError(f"the storage cannot be used now: {exc.detail}; run it again, and it goes on") from exc
