"""Several processes on one key file go on answering while their keys are rotated."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from core.tests.oauth.support import SECRET, basic, hash_of

CONFIG = f"""
issuer = "https://login.example.com/"
[tokens]
signing_alg = "ES256"
[keys]
check_interval_s = 0.05
[clients.svc]
secret_hash = "{hash_of(SECRET)}"
scopes = ["read:orders"]
"""
PROCESSES = 3


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run `accredit serve`, and yield its address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
    with subprocess.Popen(
        [sys.executable, "-m", "accredit", "serve", "--config", "accredit.toml", "--port", "0"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            said = ""
            for line in process.stderr:
                said += line
                if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield address[0]
                    break
            else:
                pytest.fail(said)
        finally:
            process.terminate()
            process.communicate(timeout=30)


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with AsyncExitStack() as stack:
        running: list[httpx.AsyncClient] = []
        for _ in range(PROCESSES):
            address = await asyncio.to_thread(stack.enter_context, serving(folder))
            running.append(await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=30)))
        yield running


async def kids(server: httpx.AsyncClient) -> set[str]:
    return {key["kid"] for key in (await server.get("/.well-known/jwks.json")).json()["keys"]}


async def command(folder: Path, *words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "accredit", "keys", *words, "--config", "accredit.toml", cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    return said.decode()


async def states(folder: Path) -> dict[str, str]:
    return {row["kid"]: row["state"] for row in json.loads(await command(folder, "list", "--json"))}


async def until_known(running: list[httpx.AsyncClient], wanted: set[str]) -> None:
    async with asyncio.timeout(60):
        for server in running:
            while await kids(server) != wanted:  # each look is a request
                pass


async def issue_and_ask(one: httpx.AsyncClient, other: httpx.AsyncClient) -> str:
    """Let one process issue a token, and another say whether it is good."""
    answer = await one.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=basic("svc", SECRET))
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    told = await other.post("/oauth/introspect", data={"token": token}, headers=basic("svc", SECRET))
    assert (told.status_code, told.json().get("active")) == (200, True), told.text
    return token


IN_STORAGE = 'place = "storage"\nencryption_key = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="\n'


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", IN_STORAGE], ids=["in a file", "in the storage"])
async def test_no_request_fails_while_keys_rotate(more: str, tmp_path: Path) -> None:
    tmp_path.joinpath("accredit.toml").write_text(CONFIG.replace("[keys]\n", f"[keys]\n{more}"))
    tokens: list[str] = []
    async with servers(tmp_path) as running:
        cached: dict[str, Any] = (await running[0].get("/.well-known/jwks.json")).json()
        over = asyncio.Event()

        async def load(number: int) -> None:
            one, other = running[number % PROCESSES], running[(number + 1) % PROCESSES]
            while not over.is_set():
                tokens.append(await issue_and_ask(one, other))

        async def rotate() -> int:
            await command(tmp_path, "rotate", "--now")
            await until_known(running, set(await states(tmp_path)))
            return len(tokens)

        async with asyncio.TaskGroup() as group:
            for number in range(2 * PROCESSES):
                group.create_task(load(number))
            first = await rotate()
            await rotate()
            over.set()

        signed_with = {jwt.get_unverified_header(token)["kid"] for token in tokens}
        previous = {kid for kid, state in (await states(tmp_path)).items() if state == "previous"}
        assert len(previous) == 2
        assert previous <= signed_with

        # Whoever fetched the keys before the first rotation could verify what came after it.
        known = jwt.PyJWKSet.from_dict(cached)
        for token in tokens[:first]:
            key = known[jwt.get_unverified_header(token)["kid"]]
            assert (
                jwt.decode(token, key, algorithms=["ES256"], audience="https://login.example.com/")["client_id"]
                == "svc"
            )

        for kid in previous:
            await command(tmp_path, "revoke", kid, "--now")
        await until_known(running, set(await states(tmp_path)))
        (current,) = [kid for kid, state in (await states(tmp_path)).items() if state == "current"]
        for token in tokens[:1] + tokens[-1:]:
            told = await running[0].post("/oauth/introspect", data={"token": token}, headers=basic("svc", SECRET))
            assert told.json()["active"] is (jwt.get_unverified_header(token)["kid"] == current)
    assert tmp_path.joinpath("accredit-keys.json").exists() is not bool(more)
