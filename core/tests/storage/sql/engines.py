"""Storages on SQL databases, as this process and others open them."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import MetaData, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from accredit.storage.sql import SqlStorage, SyncSqlStorage, tables_in


class OwnEngine(SqlStorage):
    """A storage with an engine of its own, which it closes: no connection outlives its event loop."""

    @classmethod
    def from_url(cls, url: str, /, *, clock: Callable[[], float] = time.time) -> "OwnEngine":
        return cls(create_async_engine(url), tables_in(MetaData(), audit=True), create_tables=True, clock=clock)

    async def close(self) -> None:
        await super().close()
        await self._engine.dispose()


class OwnSyncEngine(SyncSqlStorage):
    """The same with a blocking engine."""

    @classmethod
    def from_url(cls, url: str, /, *, clock: Callable[[], float] = time.time) -> "OwnSyncEngine":
        return cls(create_engine(url), tables_in(MetaData(), audit=True), create_tables=True, clock=clock)

    async def close(self) -> None:
        await super().close()
        self._engine.dispose()


def where(storage: type[Any], url: str) -> tuple[str, str]:
    """Return what `StorageConformance.elsewhere` does."""
    return f"{storage.__module__}:{storage.__qualname__}.from_url", url
