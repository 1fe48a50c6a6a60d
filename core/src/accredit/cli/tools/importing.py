"""An import for a command: the old database by its URL, and the storage of the settings."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from accredit.cli.extras import problem_of_extra
from accredit.cli.tools.config import read_settings
from accredit.errors import ConfigurationError, StorageFailed
from accredit.exchange.exchange import Exchange
from accredit.importers import ImportOptions, Reading, Report, Target, enter, read
from accredit.storage import MemoryStorage

if TYPE_CHECKING:
    from accredit.exchange.engine import Engine


def import_from(source: str, url: str, config: Path | None, options: ImportOptions) -> Report:
    """Read the old database, close it, and enter what was found. Events go to standard error.

    Raises:
        ConfigurationError: something must be changed first.
    """
    if problem := problem_of_extra("accredit import", "sql"):
        raise ConfigurationError(problem)
    from accredit.importers.sql_query import old_database

    engine = Exchange(read_settings(config), logger=structlog.PrintLogger(sys.stderr)).engine
    if engine.settings.storage.url == "memory://":
        raise ConfigurationError("storage.url is memory://, which only the serving process can see; name a database")
    with old_database(url) as query:
        reading = read(source, query, options)
    return asyncio.run(_enter(reading, engine, options))


async def _enter(reading: Reading, engine: Engine, options: ImportOptions) -> Report:
    stored = engine.settings.storage
    # A dry run makes no database: where there is none, nothing is stored yet.
    is_new = stored.path is not None and not stored.path.exists()
    storage = MemoryStorage() if is_new and not options.write else engine.storage
    await storage.open()
    try:
        return await enter(reading, Target.of(engine, storage=storage), options=options)
    except StorageFailed as exc:
        raise ConfigurationError(f"storage.url: cannot use {stored.place}: {exc.detail}") from exc
    finally:
        await storage.close()
