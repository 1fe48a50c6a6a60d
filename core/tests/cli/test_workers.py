"""`accredit serve --workers`: several processes that serve as one."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from core.tests.cli.test_serve import fake, post, provider
from core.tests.traces.collector import collecting

from accredit.cli.tools import workers
from accredit.errors import ConfigurationError
from accredit.settings import Settings

if TYPE_CHECKING:
    from core.tests.cli.conftest import Process, Run, Start

__all__ = ["fake", "provider"]

SERVE = ("serve", "--config", "accredit.toml", "--port", "0", "--workers", "2")
METRICS = {"ACCREDIT_METRICS__ENABLED": "true", "ACCREDIT_METRICS__PORT": "0"}
BODY = {"client_id": "app", "connection": "fake", "access_token": "fakesim-good-ada", "scope": "openid offline_access"}
STARTED = r"INFO: worker {}: Started server process \[(\d+)\]"
LONG_S = 60


class Server:
    """A running parent, with what it and its workers have said."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said = ""
        self.url = self.until(r"accredit: listening on (\S+), issuer .*")[1]
        for worker in (1, 2):
            self.until(STARTED.format(worker))

    def until(self, pattern: str, *, times: int = 1) -> re.Match[str]:
        """Read until this was said so many times since the start; returns the last one. Workers speak in any order."""
        while len(found := list(re.finditer(rf"^{pattern}$", self.said, re.MULTILINE))) < times:
            line = self.process.stderr.readline()
            assert line, self.said
            self.said += line
        return found[-1]

    def pid(self, worker: int) -> int:
        """Return the process that has last begun to be that worker."""
        return int(re.findall(STARTED.format(worker), self.said)[-1])

    def metrics(self) -> dict[str, float]:
        """Return what is counted by now; gauges are a second old at most."""
        [url] = re.findall(r"accredit: metrics at (\S+)", self.said)
        lines = httpx.get(url, trust_env=False, timeout=LONG_S).text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}

    def logged_in(self, client: httpx.Client) -> int:
        """Log in over a connection, and return which worker it leads to."""
        assert client.post("/oauth/access_token", json=BODY).status_code == 200
        event = json.loads(self.process.stdout.readline())
        assert event["event"] == "exchange.accepted"
        return int(event["worker"])


@contextmanager
def kept_connections(server: Server) -> Iterator[dict[int, list[httpx.Client]]]:
    """Connect until each worker has a connection; each of those has logged somebody in."""
    found: dict[int, list[httpx.Client]] = defaultdict(list)
    with ExitStack() as stack:
        while len(found) < 2:
            client = stack.enter_context(httpx.Client(base_url=server.url, trust_env=False, timeout=LONG_S))
            found[server.logged_in(client)].append(client)
        yield found


ACCEPTED = 'accredit_request_duration_seconds_count{connection="fake",outcome="accepted",request="exchange"}'


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_two_workers_serve_and_one_that_is_killed_is_replaced_while_the_other_goes_on(
    provider: Any, start: Start, tmp_path: Path
) -> None:
    del provider
    with start(*SERVE, env=METRICS) as process:
        server = Server(process)
        with kept_connections(server) as connections:
            before = sum(map(len, connections.values()))
            assert server.metrics()[ACCEPTED] == before
            killed = server.pid(2)
            os.kill(killed, signal.SIGKILL)
            [other] = connections[1][:1]
            answered_by = [server.logged_in(other) for _ in range(5)]
            told = server.until(r"accredit: worker 2 .*")[0]
            server.until(STARTED.format(2), times=2)
            answered_by += [server.logged_in(other) for _ in range(5)]
        with kept_connections(server) as anew:
            logins = before + len(answered_by) + sum(map(len, anew.values()))
            shown = server.metrics()
            deadline = time.monotonic() + LONG_S
            while server.metrics()["accredit_in_flight"] and time.monotonic() < deadline:
                time.sleep(0.1)  # gauges are a second old
            at_rest = server.metrics()["accredit_in_flight"]
        survivors = [server.pid(1), server.pid(2)]
        process.send(signal.SIGTERM)
        code, out, _ = process.end()

    assert answered_by == [1] * 10
    assert told == "accredit: worker 2 was ended by SIGKILL: another one takes its place"
    assert killed not in survivors
    # What the one that was killed had counted is not lost, and rows of both are in the database.
    assert shown[ACCEPTED] == logins
    assert at_rest == 0
    with closing(sqlite3.connect(tmp_path / "accredit.db")) as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (logins,)
    assert (code, out) == (0, "")
    assert [pid for pid in survivors if is_alive(pid)] == []


@pytest.mark.usefixtures("provider")
def test_each_worker_sends_its_own_traces(start: Start) -> None:
    with collecting() as collector:
        env = {"ACCREDIT_TRACES__ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with start(*SERVE, env=env) as process:
            server = Server(process)
            with kept_connections(server) as connections:
                logins = sum(map(len, connections.values()))
            process.send(signal.SIGTERM)
            code, _, _ = process.end()
    requests = [span for span in collector.spans if span.name == "POST /oauth/access_token"]
    instances = {
        one.value.string_value
        for request in collector.requests
        for one in request.resource_spans[0].resource.attributes
        if one.key == "service.instance.id"
    }
    assert (code, len(requests)) == (0, logins)
    assert len({span.trace_id for span in requests}) == logins
    assert len(instances) == 2


def test_sigterm_stops_all_once_who_is_connected_has_an_answer(start: Start, provider: Any) -> None:
    with start(*SERVE) as process, ThreadPoolExecutor(1) as thread:
        server = Server(process)
        in_flight = thread.submit(post, server.url, "fakesim-slow-ada")
        assert provider.asked.wait(LONG_S)
        process.send(signal.SIGTERM)
        server.until(r"INFO: worker \d: Shutting down", times=2)
        provider.let_go.set()
        response = in_flight.result(LONG_S)
        code, out, err = process.end()

    assert response.status_code == 200
    assert json.loads(out)["reason"] == "ok"
    assert code == 0
    assert "Traceback" not in err


@pytest.mark.usefixtures("provider")
def test_a_worker_that_is_told_to_stop_is_renewed_and_all_end_with_their_parent(start: Start, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with start(*SERVE, env={**METRICS, "TMPDIR": str(temporary)}) as process:
        server = Server(process)
        renewed = server.pid(1)
        os.kill(renewed, signal.SIGTERM)
        told = server.until(r"accredit: worker 1 .*")[0]
        server.until(STARTED.format(1), times=2)
        pids = [server.pid(1), server.pid(2)]
        assert [one.name[:17] for one in temporary.iterdir()] == ["accredit-metrics-"]
        process.send(signal.SIGKILL)
        process.end()  # to the end of what they say: they have ended too
        deadline = time.monotonic() + LONG_S
        while any(map(is_alive, pids)) and time.monotonic() < deadline:
            time.sleep(0.05)

    assert told == "accredit: worker 1 has ended with exit code 0: another one takes its place"
    assert [pid for pid in pids if is_alive(pid)] == []
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("provider")
def test_what_must_be_changed_is_told_once(start: Start) -> None:
    with start(*SERVE, env={"ACCREDIT_KEYS__PATH": "accredit.toml/keys.json"}) as process:
        code, out, err = process.end()

    told = [line for line in err.splitlines() if line.startswith("accredit: ")]
    assert (code, out) == (2, "")
    assert len(told) == 1
    assert told[0].startswith("accredit: keys.path: cannot use ")
    assert "Traceback" not in err


@pytest.mark.usefixtures("fake")
def test_sessions_in_memory_are_refused_since_no_other_worker_would_know_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCREDIT_ISSUER", "https://login.example.com/")
    monkeypatch.setenv("ACCREDIT_STORAGE__URL", "memory://")

    result = run("serve", "--workers", "2")

    assert result.exit_code == 2
    assert result.stderr.startswith("accredit: --workers: with storage.url = memory:// each worker would keep sessions")


def test_elsewhere_than_on_linux_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ConfigurationError, match="--workers: more than one needs Linux"):
        workers._check(Settings(issuer="https://login.example.com/"))


def test_who_writes_events_and_messages_into_one_file_takes_one_turn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "one").open("w") as one, (tmp_path / "other").open("w") as other:
        monkeypatch.setattr(sys, "stdout", one)
        monkeypatch.setattr(sys, "stderr", one)
        with workers._turns() as (out, err):
            assert out is err
        monkeypatch.setattr(sys, "stderr", other)
        with workers._turns() as (out, err):
            assert out is not err
    with workers._turns() as (out, err):
        assert out is not err  # nobody can tell: they are closed
    monkeypatch.undo()


def test_the_parent_waits_for_no_reader_of_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    with open(reader, "rb") as read, open(writer, "w") as stalled:
        os.set_blocking(writer, False)
        monkeypatch.setattr(workers, "_STALLED_S", 0.01)
        with suppress(BlockingIOError):
            while True:
                os.write(writer, b"x" * 4096)
        monkeypatch.setattr(sys, "stderr", stalled)
        workers._say("accredit: nobody reads this")
        monkeypatch.undo()
        os.set_blocking(reader, False)
        assert b"accredit" not in read.read()
