"""The guide of SQLAlchemy works as it stands, and so does its example."""

import asyncio
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from core.tests.postgres import PostgresDatabase
from core.tests.postgres import running as postgres_running
from sqlalchemy.ext.asyncio import create_async_engine
from tests.examples.running import EXAMPLES, code, names_of

from accredit import load_settings
from accredit.errors import ConfigurationError
from accredit.storage import StoredSubject
from accredit.storage.sql import SqlStorage
from accredit.testing import serve, simulated

PAGE = "docs/guides/sqlalchemy.md"
FOLDER = EXAMPLES / "sqlalchemy"


def test_the_page_shows_the_file_as_it_is() -> None:
    source = (FOLDER / "shop.py").read_text("utf-8")
    assert code(PAGE, "python")[0] == source
    assert len(source.splitlines()) < 60
    assert (FOLDER / "accredit.toml").read_text("utf-8") == (EXAMPLES / "fastapi/accredit.toml").read_text("utf-8")


def test_the_migrations_are_given_the_metadata_of_the_shop() -> None:
    names = names_of((FOLDER / "shop.py").read_text("utf-8"))
    assert "from shop import metadata" in code(PAGE, "python")[1]
    assert {"customers", "accredit_sessions"} < set(names["metadata"].tables)


def test_it_does_not_start_before_the_migrations_have_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    create_app = names_of((FOLDER / "shop.py").read_text("utf-8"))["create_app"]
    with simulated("facebook") as providers:
        app = create_app(providers.settings(load_settings(FOLDER / "accredit.toml")))

        async def start() -> None:
            async with app.router.lifespan_context(app):
                pass

        with pytest.raises(
            ConfigurationError, match=r"the database has no table accredit_subjects, .* alembic upgrade"
        ):
            asyncio.run(start())


@pytest.mark.slow
def test_who_logs_in_is_in_the_shops_own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres_running() as server, server.database() as database:
        check_the_shop(database, monkeypatch)


def check_the_shop(database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url("psycopg"))
    names = names_of((FOLDER / "shop.py").read_text("utf-8"))
    engine = sa.create_engine(database.url("psycopg"))
    names["metadata"].create_all(engine)  # as the migrations do
    with simulated("facebook") as providers:
        parts = {name: part for name, part in providers.parts().items() if name != "storage"}
        app = names["create_app"](providers.settings(load_settings(FOLDER / "accredit.toml")), **parts)
        with serve(app) as url, httpx.Client(base_url=url, timeout=60) as client:
            login = providers.people.ada.login(client_id="shop-app", scope="openid offline_access")
            tokens = client.post("/login/oauth/access_token", json=login).json()
            again = {"client_id": "shop-app", "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
            assert client.post("/login/oauth/token", data=again).status_code == 200
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT subject, client_id FROM accredit_sessions")).all()
        assert [tuple(row) for row in rows] == [(f"facebook|{providers.people.ada.number}", "shop-app")]
        tokens_of_it = connection.execute(sa.text("SELECT replaced_at IS NULL FROM accredit_refresh_tokens ORDER BY 1"))
        assert tokens_of_it.scalars().all() == [False, True]
    engine.dispose()


@pytest.mark.slow
async def test_the_models_of_the_page_are_tables(tmp_path: Path) -> None:
    names = names_of(code(PAGE, "python")[2])
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    storage = SqlStorage(engine, names["tables"], create_tables=True)
    await storage.open()
    await storage.create("facebook", "1", "7", now=1)
    assert await storage.subject_of("facebook", "1") == StoredSubject("7")
    assert await storage.clear(10) == 0
    await storage.close()
    await engine.dispose()
