"""PostgreSQL servers that may be killed, restarted and promoted: one, and a standby of it."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, LiteralString, Self

import psycopg
from core.tests.postgres import not_as_root, programs_for
from tests.faults.servers import LONG_S

DATABASE = "accredit"


class PostgresServer:
    """One server, in a folder of its own: it listens on a socket there, and on no port."""

    def __init__(self) -> None:
        # Not pytest's temporary folder: others than its owner cannot enter it, and its path may be too long.
        self._folder = Path(tempfile.mkdtemp(prefix="accredit-nodes-"))
        self._as_whom = not_as_root(self._folder)
        self._programs = programs_for(self._as_whom, self._folder)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def made(cls) -> Self:
        """Make a server with an empty database, and start it."""
        server = cls()
        chosen = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        server._run("initdb", "-D", server._data, *chosen)
        server.start()
        with server.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        return server

    def standby(self) -> "PostgresServer":
        """Make a second server that follows this one, and start it. From then on no commit returns that it lacks."""
        other = PostgresServer()
        source = f"host={self._folder} user=postgres application_name=standby"
        other._run("pg_basebackup", "-D", other._data, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", source)
        other.start()
        with self.connect("postgres") as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            connection.execute("SELECT pg_reload_conf()")
            self._until(connection, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
        return other

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / ".s.PGSQL.5432"

    @property
    def pid(self) -> int:
        """The process that all others of it belong to."""
        assert self._process is not None
        return self._process.pid

    def connect(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        """Return a connection on which each statement is a transaction of its own."""
        return psycopg.connect(f"host={self._folder} user=postgres dbname={database}", autocommit=True)

    def start(self) -> None:
        """Start it, and wait until it answers.

        Without `fsync`: tests lose no power, and what a killed process leaves is there all the same.
        """
        chosen = (
            "fsync=off",
            "max_connections=200",
            "wal_retrieve_retry_interval=100ms",
        )  # the last: to be promoted at once
        options = ("listen_addresses=", f"unix_socket_directories={self._folder}", *chosen)
        command = [str(self._programs / "postgres"), "-D", self._data, *(p for one in options for p in ("-c", one))]
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, **self._as_whom)
        end = time.monotonic() + LONG_S
        while True:
            try:
                self.connect("postgres").close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(f"PostgreSQL does not start: {self._log.read_text('utf-8')}") from None
                time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends its connections and writes what is open, SIGQUIT does not."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(LONG_S)

    def promote(self) -> None:
        """Let a standby become the one that writes, alone."""
        with self.connect("postgres") as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
            connection.execute("SELECT pg_promote(true, 60)")

    def remove(self) -> None:
        """Stop it, if it runs, and delete what it has stored."""
        if self._process is not None and self._process.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = (str(self._programs / program), *arguments)
        environment: Mapping[str, Any] = self._as_whom
        with self._log.open("ab") as output:
            subprocess.run(command, check=True, stdout=output, stderr=output, **environment)

    def _until(self, connection: psycopg.Connection[Any], query: LiteralString) -> None:
        end = time.monotonic() + LONG_S
        while connection.execute(query).fetchone() != (1,):
            assert time.monotonic() < end, self._log.read_text("utf-8")
            time.sleep(0.02)
