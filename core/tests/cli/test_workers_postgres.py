"""`accredit serve --workers` on PostgreSQL: any worker goes on with what another one has stored, and none asks for more
connections than it may."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
from core.tests.cli.test_reload import FINISHED, TAKEN
from core.tests.cli.test_serve import fake, provider
from core.tests.cli.test_workers import BODY, LONG_S, SERVE, STARTED, Server, kept_connections
from core.tests.postgres import PostgresDatabase
from core.tests.valkey import until

if TYPE_CHECKING:
    from core.tests.cli.conftest import Start

__all__ = ["fake", "provider"]

CONNECTIONS = 3
WORKERS = 2
AT_ONCE = 8
ROUNDS = 5
OF_CALLS = ("exchange.accepted", "token.refreshed")


def log_in(client: httpx.Client) -> str:
    answer = client.post("/oauth/access_token", json=BODY)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["refresh_token"])


def refresh(client: httpx.Client, token: str) -> str:
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": token}
    answer = client.post("/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["refresh_token"])


class Database:
    """What the server's side says."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.database = database

    def one(self, query: str) -> int:
        with psycopg.connect(self.database.url(), autocommit=True) as connection:
            row: Any = connection.execute(query.encode()).fetchone()
            return int(row[0])

    def connections(self) -> int:
        return self.one(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'accredit'"
        )

    def sessions(self) -> int:
        return self.one("SELECT count(*) FROM sessions")


def test_workers_share_what_is_stored_and_keep_to_their_connections(
    provider: Any, start: Start, postgres_database: PostgresDatabase
) -> None:
    del provider
    database = Database(postgres_database)
    env = {
        "ACCREDIT_STORAGE__URL": postgres_database.url(),
        "ACCREDIT_STORAGE__MAX_CONNECTIONS": str(CONNECTIONS),
    }
    with start(*SERVE, env=env) as process:
        server = Server(process)

        def heard(number: int, each: Callable[[], object] = lambda: None) -> set[int]:
            """Read the events of so many calls; return which workers they are of. Others may stand between them."""
            workers: list[int] = []
            while len(workers) < number:
                event = json.loads(process.stdout.readline())
                if event["event"] in OF_CALLS:
                    workers.append(int(event["worker"]))
                    each()
            return set(workers)

        def client() -> httpx.Client:
            return httpx.Client(base_url=server.url, trust_env=False, timeout=LONG_S)

        def use(_: int) -> str:
            with client() as mine:
                token = log_in(mine)
            with client() as mine:  # whichever worker that leads to
                return refresh(mine, token)

        most = [0]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            used = threads.map(use, range(AT_ONCE * ROUNDS))
            workers = heard(2 * AT_ONCE * ROUNDS, lambda: most.append(database.connections()))
            tokens = list(used)
        assert workers == {1, 2}
        assert WORKERS <= max(most) <= WORKERS * CONNECTIONS
        logins = len(tokens)
        assert database.sessions() == logins

        with kept_connections(server) as connections:
            logins += sum(map(len, connections.values()))
            os.kill(server.pid(2), signal.SIGKILL)
            [survivor] = connections[1][:1]
            tokens = [refresh(survivor, token) for token in tokens]
            assert heard(len(tokens)) == {1}
            server.until(STARTED.format(2), times=2)
        with kept_connections(server) as connections:
            logins += sum(map(len, connections.values()))
            [replacement] = connections[2][:1]
            tokens = [refresh(replacement, token) for token in tokens]
            assert heard(len(tokens)) == {2}

        process.send(signal.SIGHUP)
        server.until(TAKEN)
        server.until(FINISHED, times=WORKERS)
        with client() as mine:
            tokens = [refresh(mine, token) for token in tokens]
            heard(len(tokens))
        until(lambda: database.connections() <= WORKERS * CONNECTIONS)
        assert database.sessions() == logins
        process.send(signal.SIGTERM)
        code, _, said = process.end()
    assert code == 0, said
    until(lambda: database.connections() == 0)
