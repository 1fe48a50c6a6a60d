"""The examples of docs/guides/subjects.md do what the page says, over HTTP and with a provider behind them."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Bench
from tests.documents.blocks import blocks_of

from accredit import Exchange, Settings, create_app
from accredit.settings import KeySettings, StorageSettings

pytestmark = pytest.mark.slow

PAGE = "docs/guides/subjects.md"
LOGIN = "/oauth/access_token"


def example(word: str) -> dict[str, Any]:
    """Return the names of the page's one program that contains `word`, up to where it would run."""
    [block] = [one for one in blocks_of(PAGE) if one.language == "python" and word in one.code]
    names: dict[str, Any] = {}
    exec(compile(block.code.replace("asyncio.run(main())", ""), str(block), "exec"), names)
    return names


@asynccontextmanager
async def served(settings: Settings, folder: Path, plugin: object) -> AsyncIterator[tuple[Exchange, httpx.AsyncClient]]:
    """Open an exchange with a database of its own, and a client in front of it."""
    own = {
        "storage": StorageSettings(url=f"sqlite:///{folder}/accredit.db"),
        "keys": KeySettings(path=f"{folder}/keys.json"),
    }
    exchange = Exchange(settings.model_copy(update=own), plugins=[plugin])
    transport = httpx.ASGITransport(create_app(exchange))
    async with exchange, httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
        yield exchange, client


async def log_in(client: httpx.AsyncClient, bench: Bench, connection: str, **more: str) -> httpx.Response:
    request = {"client_id": "my-app", "connection": connection, "scope": "openid offline_access", **more}
    return await client.post(LOGIN, json={**bench.good(connection), **request})


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    form = {"client_id": "my-app", "grant_type": "refresh_token", "refresh_token": token}
    return await client.post("/oauth/token", data=form)


async def userinfo(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.threat(40)
async def test_who_leaves_the_directory_is_out_everywhere(bench: Bench, settings: Settings, tmp_path: Path) -> None:
    directory = example("class Directory")["Directory"]()
    async with served(settings, tmp_path, directory) as (_, client):
        tokens = (await log_in(client, bench, "facebook")).json()
        about = await userinfo(client, tokens["access_token"])
        assert about.status_code == 200

        directory.gone.add(about.json()["sub"])
        assert (await userinfo(client, tokens["access_token"])).status_code == 401
        assert (await refresh(client, tokens["refresh_token"])).status_code == 403
        assert (await log_in(client, bench, "facebook")).json()["error_description"] == "user is blocked"

        directory.gone.clear()
        assert (await userinfo(client, tokens["access_token"])).status_code == 200
        assert (await refresh(client, tokens["refresh_token"])).status_code == 200


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


def count(database: sqlite3.Connection, table: str) -> int:
    [number] = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name of this file
    return int(number)


async def sub_of(client: httpx.AsyncClient, tokens: dict[str, str]) -> str:
    return str((await userinfo(client, tokens["access_token"])).json()["sub"])


async def test_a_host_with_a_table_of_users_resolves_links_unlinks_and_deactivates(
    bench: Bench, settings: Settings, tmp_path: Path, database: sqlite3.Connection
) -> None:
    users = example("class Users")["Users"](database)
    async with served(settings, tmp_path, users) as (exchange, client):
        first = (await log_in(client, bench, "facebook")).json()
        user = await sub_of(client, first)
        assert await sub_of(client, (await log_in(client, bench, "facebook")).json()) == user
        assert (count(database, "users"), count(database, "logins")) == (1, 1)

        # The user who is signed in adds a Google account, twice; it makes no second user.
        for _ in range(2):
            linked = (await log_in(client, bench, "google-oauth2", main_access_token=first["access_token"])).json()
            assert await sub_of(client, linked) == user
        google = (await log_in(client, bench, "google-oauth2")).json()
        assert await sub_of(client, google) == user
        assert (count(database, "users"), count(database, "logins")) == (1, 2)

        # Somebody else's is refused.
        other = (await log_in(client, bench, "weibo")).json()
        taken = await log_in(client, bench, "google-oauth2", main_access_token=other["access_token"])
        assert taken.json()["error_description"] == "this identity belongs to another user"
        assert (count(database, "users"), count(database, "logins")) == (2, 3)

        # The host takes the Google account off: its logins end, the other one goes on, and it is a new user's.
        [user_id] = [row[0] for row in database.execute("SELECT user_id FROM logins WHERE namespace = 'google-oauth2'")]
        await exchange.subjects.unlink("google-oauth2", user_id)
        assert count(database, "logins") == 2
        for ended in (google, linked):
            assert (await refresh(client, ended["refresh_token"])).status_code == 403
            assert (await userinfo(client, ended["access_token"])).status_code == 401
        assert await sub_of(client, (await log_in(client, bench, "google-oauth2")).json()) not in {user, ""}
        assert (await refresh(client, first["refresh_token"])).status_code == 200

        # A user who is not active is out, wherever a token is shown, and comes back with it.
        users.set_active(user, active=False)
        assert (await userinfo(client, first["access_token"])).status_code == 401
        assert (await log_in(client, bench, "facebook")).json()["error_description"] == "user is blocked"
        refused = await log_in(client, bench, "twitter", main_access_token=first["access_token"])
        assert refused.json()["error_description"] == "user is blocked"
        assert count(database, "users") == 3
        users.set_active(user, active=True)
        assert (await userinfo(client, first["access_token"])).status_code == 200
