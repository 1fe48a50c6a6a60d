"""The examples of docs/subjects.md do what the page says, over HTTP and with a provider behind them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import World
from tests.documents.blocks import blocks_of

from accredit import Exchange, Settings, create_app
from accredit.settings import KeySettings, StorageSettings

PAGE = "docs/subjects.md"
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


async def log_in(client: httpx.AsyncClient, world: World, connection: str, **more: str) -> httpx.Response:
    request = {"client_id": "my-app", "connection": connection, "scope": "openid offline_access", **more}
    return await client.post(LOGIN, json={**world.good(connection), **request})


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    form = {"client_id": "my-app", "grant_type": "refresh_token", "refresh_token": token}
    return await client.post("/oauth/token", data=form)


async def userinfo(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.threat(40)
async def test_who_leaves_the_directory_is_out_everywhere(world: World, settings: Settings, tmp_path: Path) -> None:
    directory = example("class Directory")["Directory"]()
    async with served(settings, tmp_path, directory) as (_, client):
        tokens = (await log_in(client, world, "facebook")).json()
        about = await userinfo(client, tokens["access_token"])
        assert about.status_code == 200

        directory.gone.add(about.json()["sub"])
        assert (await userinfo(client, tokens["access_token"])).status_code == 401
        assert (await refresh(client, tokens["refresh_token"])).status_code == 403
        assert (await log_in(client, world, "facebook")).json()["error_description"] == "user is blocked"

        directory.gone.clear()
        assert (await userinfo(client, tokens["access_token"])).status_code == 200
        assert (await refresh(client, tokens["refresh_token"])).status_code == 200
