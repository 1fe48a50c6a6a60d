"""A second region, over real servers: it follows the keys of the first, verifies its tokens, and issues none."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from core.tests.keys.test_under_load import CONFIG, command, kids, serving, until_known
from core.tests.oauth.support import SECRET, basic

pytestmark = pytest.mark.slow
SVC = basic("svc", SECRET)


def copied(source: Path, target: Path) -> None:
    """Copy a database that is in use, as a replica would."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


async def token_of(server: httpx.AsyncClient) -> httpx.Response:
    return await server.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=SVC)


async def is_active(server: httpx.AsyncClient, token: str) -> bool:
    answer = await server.post("/oauth/introspect", data={"token": token}, headers=SVC)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["active"])


async def test_a_second_region_verifies_and_does_not_sign(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    first.joinpath("accredit.toml").write_text(CONFIG)
    with serving(first) as address:
        copied(first / "accredit.db", second / "accredit.db")
        place = f'[keys]\nplace = "published"\npublished = "{address}/.well-known/jwks.json"\n'
        second.joinpath("accredit.toml").write_text(CONFIG.replace("[keys]\n", place))
        with serving(second) as other:
            async with httpx.AsyncClient(base_url=address) as one, httpx.AsyncClient(base_url=other) as two:
                token = (await token_of(one)).json()["access_token"]
                assert await is_active(two, token)
                refused = await token_of(two)
                assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
                refused = await two.post(
                    "/oauth/token", data={"grant_type": "refresh_token", "refresh_token": "x"}, headers=SVC
                )
                assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
                assert (await two.get("/readyz")).json() == {"status": "ready", "signs": False}

                await command(first, "rotate", "--now")
                await until_known([two], await kids(one))
                await until_known([one], await kids(two))
                assert await is_active(two, (await token_of(one)).json()["access_token"])
                assert await is_active(two, token)

    # The first region is away, and the second is restarted: it goes on with the copy that it has kept.
    shutil.rmtree(first)
    with serving(second) as other:
        async with httpx.AsyncClient(base_url=other) as two:
            assert await is_active(two, token)
    assert not second.joinpath("accredit-keys.json").exists()
