"""A PostgreSQL server of a test's own, which it may kill; and a cable to it, which it may cut."""

import asyncio
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from core.tests.postgres import not_as_root, programs_for

_PATIENCE_S = 120


class Server:
    """A server on a port of its own, on loopback. `standby_of` makes it a copy of another one, which it follows."""

    def __init__(self, folder: Path, *, standby_of: "Server | None" = None) -> None:
        self._folder = folder
        self._as_whom = not_as_root(folder)
        self._programs: Path = programs_for(self._as_whom, folder) if standby_of is None else standby_of._programs
        self._data = folder / "data"
        self._log = (folder / "log").open("wb")
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if standby_of is None:
            self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        else:
            source = ["-h", "127.0.0.1", "-p", str(standby_of.port), "-U", "postgres"]
            self._run("pg_basebackup", *source, "-D", self._data, "-R", "-c", "fast", "--no-sync")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = ("listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=", "fsync=off")
        options = [part for setting in settings for part in ("-c", setting)]
        command = [str(self._programs / "postgres"), "-D", str(self._data), *options]
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, **self._as_whom)  # noqa: S603 - the wheel's
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self._folder / "log").read_text("utf-8")
                assert time.monotonic() < end
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: "fast", or as a power cut does (`SIGQUIT`, after which nothing of it runs)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE_S)
            self._process = None

    def execute(self, *statements: str, database: str = "postgres") -> Any:
        """Run statements outside any transaction; return the rows of the last one."""
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"
        with psycopg.connect(where, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else None

    def require_password(self, role: str) -> None:
        """Have that role say its password from now on."""
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"host all {role} 127.0.0.1/32 scram-sha-256\n{rules.read_text('utf-8')}")
        self.execute("SELECT pg_reload_conf()")

    def close(self) -> None:
        self.stop()
        self._log.close()

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=self._log, stderr=self._log, **self._as_whom)  # noqa: S603 - the wheel's


@contextmanager
def server(*, standby_of: Server | None = None) -> Iterator[Server]:
    """Make a server and start it; stop and delete it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="accredit-postgres-"))
    try:
        made = Server(folder, standby_of=standby_of)
        try:
            made.start()
            yield made
        finally:
            made.close()
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Cable:
    """Leads from `port` to a server's; cut, it swallows everything, and nobody is told."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self.port = 0
        self.is_cut = False
        self.cut_at: bytes | None = None
        """It is cut when this is sent to the server, which still gets it."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    def mend(self) -> None:
        """Let through again what is new. What was under way when it was cut stays lost."""
        self.is_cut, self.cut_at = False, None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        self._writers |= {writer, there_writer}
        lost = [False]
        for source, sink, is_to_server in ((reader, there_writer, True), (there_reader, writer, False)):
            task = asyncio.create_task(self._carry(source, sink, lost, is_to_server=is_to_server))
            self._tasks.add(task)

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, lost: list[bool], *, is_to_server: bool
    ) -> None:
        while data := await source.read(65_536):
            lost[0] = lost[0] or self.is_cut
            if lost[0]:
                continue
            with suppress(ConnectionError):
                sink.write(data)
                await sink.drain()
            if is_to_server and self.cut_at is not None and self.cut_at in data:
                self.is_cut = lost[0] = True
        if not lost[0]:
            sink.close()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def cable(to: Server) -> AsyncIterator[Cable]:
    """Lay a cable to a server."""
    made = Cable(to.port)
    listener = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listener.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listener.close()
        await made.close()
