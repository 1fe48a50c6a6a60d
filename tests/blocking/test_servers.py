"""The blocking doors under the servers that people use, with a simulated provider over real HTTP."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from accredit import ProviderToken
from accredit.sync import Verifier
from accredit.testing import ACCEPTED, Simulator, serve

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
GUNICORN = (str(BIN / "gunicorn"), "--bind", "127.0.0.1:0", "--timeout", "60", "tests.blocking.wsgi")
UWSGI = (
    *(str(BIN / "uwsgi"), "--http-socket", "127.0.0.1:0", "--module", "tests.blocking.wsgi", "--master"),
    *("--need-app", "--die-on-term", "--home", str(BIN.parent)),
)
SERVERS = {
    "gunicorn": (*GUNICORN, "--workers", "2"),
    "gunicorn gthread": (*GUNICORN, "--worker-class", "gthread", "--threads", "16"),
    "gunicorn gevent": (*GUNICORN, "--worker-class", "gevent"),
    "uwsgi": (*UWSGI, "--processes", "2"),
    "uwsgi lazy": (*UWSGI, "--enable-threads", "--processes", "2", "--lazy-apps"),
}
PRELOADED = {
    "gunicorn gthread": (*GUNICORN, "--worker-class", "gthread", "--threads", "4", "--preload", "--workers", "2"),
    "gunicorn gevent": (*GUNICORN, "--worker-class", "gevent", "--preload", "--workers", "2"),
    "uwsgi threads": (*UWSGI, "--enable-threads", "--threads", "4", "--processes", "2"),
}
ADDRESS = re.compile(r"(?:Listening at: http://|bound to TCP address )(127\.0\.0\.1:\d+)")


@dataclass
class Provider:
    """A served provider, and whose its good tokens are."""

    table: dict[str, Any]
    users: dict[str, str]


@pytest.fixture(scope="module")
def provider(simulators: dict[str, Simulator]) -> Iterator[Provider]:
    simulator = simulators["facebook"]
    with serve(simulator.app()) as url:
        table = simulator.settings(url)
        good = [
            one.parameters["access_token"]
            for one in simulator.samples()
            if one.expected == ACCEPTED and one.field == "access_token"
        ]
        with Verifier(connections={"facebook": table}) as verifier:
            users = {token: verifier.verify("facebook", ProviderToken.of(token)).user_id for token in good[:6]}
        yield Provider(table, users)


@contextmanager
def served(folder: Path, provider: Provider, *command: str, **environment: str) -> Iterator[str]:
    """Serve the application, and yield its address."""
    settings = {
        "issuer": "http://127.0.0.1/",
        "connections": {"facebook": provider.table},
        "clients": {"app": {"connections": ["facebook"]}},
        "storage": {"url": f"sqlite:///{folder}/accredit.db"},
        "keys": {"path": f"{folder}/keys.json"},
        "tokens": {"signing_alg": "ES256"},
    }
    (folder / "settings.json").write_text(json.dumps(settings), "utf-8")
    said, variables = folder / "said", {**os.environ, "ACCREDIT_TEST_FOLDER": str(folder), **environment}
    with said.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=variables)
    try:
        yield f"http://{address_in(said, process)}"
    finally:
        process.terminate()
        process.wait(60)
    assert "Traceback" not in said.read_text("utf-8"), said.read_text("utf-8")


def address_in(said: Path, process: "subprocess.Popen[bytes]") -> str:
    for _ in range(600):
        if found := ADDRESS.search(said.read_text("utf-8")):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"it does not serve: {said.read_text('utf-8')}")


def answers(url: str, requests: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Send requests sixteen at a time, and return the answers in their order."""
    # A connection for each: uWSGI closes them without a word, perhaps just as the next request goes out.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(timeout=60, limits=limits) as client, ThreadPoolExecutor(16) as threads:
        return [
            one.json() for one in threads.map(lambda headers: client.get(f"{url}/verify", headers=headers), requests)
        ]


def assert_all_right(url: str, provider: Provider, *, is_early: bool) -> set[int]:
    """Send what people send, sixteen at once, and return the processes that have answered."""
    tokens = list(provider.users) * 10
    told = answers(url, [{"X-Token": token} for token in tokens])
    assert [one["user_ids"] for one in told] == [[provider.users[token]] * 2 for token in tokens]
    assert {one["early"] for one in told} == {is_early}
    assert httpx.get(f"{url}/thread", timeout=60).json()["here"] == "seen"
    body = {"client_id": "app", "connection": "facebook", "access_token": tokens[0], "scope": "offline_access"}
    login = httpx.post(f"{url}/oauth/access_token", json=body, timeout=60)
    assert (login.status_code, "refresh_token" in login.json()) == (200, True)
    refresh = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": login.json()["refresh_token"]}
    assert httpx.post(f"{url}/oauth/token", data=refresh, timeout=60).status_code == 200
    return {one["pid"] for one in told}


@pytest.mark.parametrize("server", SERVERS)
def test_under_each_server_nobody_gets_another_ones_identity(server: str, provider: Provider, tmp_path: Path) -> None:
    with served(tmp_path, provider, *SERVERS[server]) as url:
        assert_all_right(url, provider, is_early=False)


@pytest.mark.parametrize("server", PRELOADED)
def test_an_exchange_that_was_used_before_the_fork_works_after_it(
    server: str, provider: Provider, tmp_path: Path
) -> None:
    with served(tmp_path, provider, *PRELOADED[server], ACCREDIT_TEST_USED_EARLY="yes") as url:
        answered = set[int]()
        for _ in range(100):  # until either of them has had its share
            answered |= assert_all_right(url, provider, is_early=True)
            if len(answered) == 2:
                return
        pytest.fail("one worker has answered nobody")
