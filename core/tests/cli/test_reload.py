"""`accredit serve` in production: settings read anew, sockets handed over, limits that hold for all workers."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from core.tests.cache.nodes import KEY
from core.tests.oauth.support import SECRET, basic, hash_of

CONFIG = f"""
issuer = "https://login.example.com/"
[tokens]
signing_alg = "ES256"
access_ttl_s = 1000
[limits]
client = "off"
[clients.svc]
secret_hash = "{hash_of(SECRET)}"
scopes = ["read:orders"]
"""
LISTENING = r"accredit: listening on (\S+), issuer .*"
TAKEN = r"accredit: 2 workers with the settings of now; those of before finish their requests"
_AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""
FINISHED = r"INFO: worker \d: Finished server process .*"
LONG_S = 60
CALLERS = 6


class Server:
    """A running server, with what it has said."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self.running = running
        self.said = ""

    def until(self, pattern: str, *, times: int = 1) -> re.Match[str]:
        assert self.running.stderr is not None
        while len(found := list(re.finditer(rf"^{pattern}$", self.said, re.MULTILINE))) < times:
            line = self.running.stderr.readline()
            assert line, self.said
            self.said += line
        return found[-1]

    def hang_up(self) -> None:
        self.running.send_signal(signal.SIGHUP)

    def end(self) -> int:
        self.running.send_signal(signal.SIGTERM)
        self.said += self.running.communicate(timeout=LONG_S)[1]
        return self.running.returncode


@contextmanager
def serving(folder: Path, *options: str, handed: socket.socket | None = None, **environment: str) -> Iterator[Server]:
    """Serve with the settings in `folder`, at the socket that is handed over as systemd does it."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
    command = [sys.executable, "-m", "accredit", "serve", "--config", "accredit.toml", "--port", "0", *options]
    if handed is not None:
        command = [sys.executable, "-c", _AS_SYSTEMD, str(handed.fileno()), *command]
    # A program that begins with hang-ups ignored leaves them so, as where `nohup` runs the tests.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    started = subprocess.Popen(  # noqa: S603 - our own program
        command,
        cwd=folder,
        env={**ours, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=() if handed is None else (handed.fileno(),),
    )
    signal.signal(signal.SIGHUP, before)
    with started as running:
        try:
            yield Server(running)
        finally:
            if running.poll() is None:
                running.kill()


def ask(client: httpx.Client) -> httpx.Response:
    return client.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers=basic("svc", SECRET), timeout=LONG_S
    )


class Load:
    """Callers that ask all the time, half of them over a new connection each time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self.answers: Counter[object] = Counter()
        self.lifetimes: set[int] = set()

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._call, args=[number % 2 == 0]) for number in range(CALLERS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _call(self, is_kept: bool) -> None:
        while not self._over.is_set():
            with httpx.Client(base_url=self._url, trust_env=False) as client:
                for _ in range(1000 if is_kept else 1):
                    if self._over.is_set():
                        return
                    try:
                        answer = ask(client)
                        self.answers[answer.status_code] += 1
                        self.lifetimes.add(answer.json()["expires_in"])
                    except httpx.HTTPError as exc:
                        self.answers[type(exc).__name__] += 1


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "accredit.toml"
    path.write_text(CONFIG)
    return path


def test_no_request_is_lost_while_workers_with_new_settings_take_the_place_of_the_old_ones(config: Path) -> None:
    with serving(config.parent, "--workers", "2") as server:
        url = server.until(LISTENING)[1]
        with Load(url) as load:
            for number in (1, 2, 3):
                config.write_text(CONFIG.replace("1000", str(1000 + number)))
                server.hang_up()
                server.until(TAKEN, times=number)
                server.until(FINISHED, times=2 * number)
            with httpx.Client(base_url=url, trust_env=False) as client:
                lifetimes = {ask(client).json()["expires_in"] for _ in range(3)}
        assert server.end() == 0, server.said
    assert set(load.answers) == {200}, load.answers
    assert load.answers[200] > 10 * CALLERS
    assert {1000, 1001} <= load.lifetimes
    assert lifetimes == {1003}


def test_settings_that_are_no_good_are_told_and_the_workers_go_on(config: Path) -> None:
    with serving(config.parent, "--workers", "2") as server:
        url = server.until(LISTENING)[1]
        refused = {
            "issuer = 1": r"accredit: not reloaded: setting issuer: .*; the workers of before go on",
            CONFIG + "[metrics]\nenabled = true\n": (
                r"accredit: not reloaded: metrics, operator: what stands there is changed by a restart only; .*"
            ),
            CONFIG.replace("[limits]", '[keys]\npath = "nowhere/keys.json"\n[limits]'): (
                r"accredit: not reloaded: worker 3 has ended with exit code 2; the workers of before go on"
            ),
        }
        with httpx.Client(base_url=url, trust_env=False) as client:
            for content, told in refused.items():
                config.write_text(content)
                server.hang_up()
                server.until(told)
                assert ask(client).json()["expires_in"] == 1000
            config.write_text(CONFIG.replace("1000", "1001"))
            server.hang_up()
            server.until(TAKEN)
            server.until(FINISHED, times=2)
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert ask(client).json()["expires_in"] == 1001
        assert server.end() == 0


def test_a_single_process_says_that_it_cannot_and_goes_on(config: Path) -> None:
    with serving(config.parent) as server:
        url = server.until(LISTENING)[1]
        server.hang_up()
        server.until("accredit: not reloaded: a single process is restarted; with --workers 2 it can be reloaded")
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert ask(client).status_code == 200
        assert server.end() == 0


@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=["one process", "two workers"])
def test_a_restart_refuses_nobody_where_the_socket_is_handed_over(options: tuple[str, ...], config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as handed:
        url = f"http://127.0.0.1:{handed.getsockname()[1]}"
        with Load(url) as load:
            for _ in range(3):
                with serving(config.parent, *options, handed=handed) as server:
                    assert server.until(LISTENING)[1] == url
                    with httpx.Client(base_url=url, trust_env=False) as client:
                        assert ask(client).status_code == 200
                    assert server.end() == 0
            with serving(config.parent, *options, handed=handed) as server:
                server.until(LISTENING)
                load.__exit__()
                assert server.end() == 0
    assert set(load.answers) == {200}, load.answers


def test_a_unix_socket_is_served_at_and_the_service_manager_is_told(config: Path, tmp_path: Path) -> None:
    path, notify = tmp_path / "socket", tmp_path / "notify"
    with (
        socket.socket(socket.AF_UNIX) as handed,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        handed.bind(str(path))
        handed.listen()
        manager.bind(str(notify))
        manager.settimeout(LONG_S)
        environment = {"NOTIFY_SOCKET": str(notify), "WATCHDOG_USEC": "200000"}
        with serving(config.parent, handed=handed, **environment) as server:
            assert server.until(LISTENING)[1] == f"unix:{path}"
            transport = httpx.HTTPTransport(uds=str(path))
            with httpx.Client(base_url="http://accredit", transport=transport) as client:
                assert ask(client).status_code == 200
            heard = [manager.recv(100).decode() for _ in range(5)]
            assert server.end() == 0
            while heard[-1] != "STOPPING=1":
                heard.append(manager.recv(100).decode())
    assert Counter(heard) - Counter(["WATCHDOG=1"] * len(heard)) == Counter(["READY=1", "STOPPING=1"])
    assert "WATCHDOG=1" in heard


@pytest.mark.parametrize(
    "shared",
    ["", f'[cache]\nurl = "unix:///nowhere/cache.sock"\nencryption_key = "{KEY}"\n'],
    ids=["without a cache", "while the cache is away"],
)
def test_a_limit_holds_for_all_workers_together(shared: str, config: Path) -> None:
    config.write_text(CONFIG.replace('client = "off"', 'client = "20/hour"') + shared)
    with serving(config.parent, "--workers", "2") as server:
        url = server.until(LISTENING)[1]

        def call(_: int) -> int:
            with httpx.Client(base_url=url, trust_env=False) as client:
                return ask(client).status_code

        with ThreadPoolExecutor(4) as threads:
            answers = Counter(threads.map(call, range(60)))
            server.hang_up()
            server.until(TAKEN)
            answers += Counter(threads.map(call, range(10)))
        assert server.end() == 0
    assert answers == {200: 20, 429: 50}
