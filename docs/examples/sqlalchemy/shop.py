"""A shop that keeps its logins where it keeps its customers: in its own database, by its own engine and migrations."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from accredit import Settings, load_settings
from accredit.contrib.fastapi import Accredit
from accredit.storage.sql import SqlStorage, tables_in

metadata = sa.MetaData()
customers = sa.Table(
    "customers", metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("discount", sa.Integer)
)
tables = tables_in(metadata)  # accredit_sessions and four more: the next migration makes them


def create_app(settings: Settings | None = None, **parts: Any) -> FastAPI:
    """Return the app; its tests hand in `settings` and `parts`."""
    engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///shop.db"))
    storage = SqlStorage(engine, tables)
    accredit = Accredit(settings or load_settings("accredit.toml"), **({"storage": storage} | parts))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            async with accredit:
                yield
        finally:
            await engine.dispose()  # the engine is the shop's, and so is its end

    app = FastAPI(title="Shop", lifespan=lifespan)
    app.include_router(accredit.router, prefix="/login")
    return app
