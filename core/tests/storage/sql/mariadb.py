"""A real MariaDB, Debian's, for the session `mariadb` of nox: on a socket in a folder of its own, and on no port."""

import itertools
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.tests.postgres import not_as_root
from sqlalchemy import NullPool, create_engine

_PATIENCE_S = 120
_SERVER = "/usr/sbin/mariadbd"


class MariaDB:
    """A server that runs; it is told to make databases."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._names = (f"test_{number}" for number in itertools.count(1))

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database; return what follows the driver in its URL. Drop it after the block."""
        name = next(self._names)
        # As a careless administrator makes it: it folds case and ignores blanks.
        self._execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
        try:
            yield self._address(name)
        finally:
            self._execute(f"DROP DATABASE {name}")

    def _address(self, name: str) -> str:
        return f"://root@localhost/{name}?unix_socket={self._socket}"

    def _execute(self, statement: str) -> None:
        engine = create_engine(f"mysql+pymysql{self._address('')}", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def running() -> Iterator[MariaDB]:
    """Start a server, wait until it answers, and stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="accredit-mariadb-"))
    as_whom = not_as_root(folder)
    data, socket, log = folder / "data", folder / "socket", folder / "log"
    server = [_SERVER, "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking"]
    server.append(f"--tmpdir={data}")  # not the usual one, in which each server that starts removes the others' tables
    # Not strict: what is too long would be cut off, where nobody looks.
    server += ["--skip-grant-tables", "--sql-mode=", "--innodb-buffer-pool-size=32M"]
    try:
        with log.open("wb") as output:
            data.mkdir()
            shutil.chown(data, as_whom.get("user", -1))
            # What mariadb-install-db does; that program is in another package, with many more.
            first = [*server, "--bootstrap"]
            subprocess.run(first, check=True, input=_system_tables(), stdout=output, stderr=output, **as_whom)  # noqa: S603 - Debian's own
            process = subprocess.Popen(server, stdout=output, stderr=output, **as_whom)  # noqa: S603 - Debian's own
        try:
            _wait(socket, process, log)
            yield MariaDB(socket)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE_S)
    finally:
        shutil.rmtree(folder)


def _system_tables() -> bytes:
    return b"CREATE DATABASE mysql;\nUSE mysql;\n" + Path("/usr/share/mysql/mysql_system_tables.sql").read_bytes()


def _wait(socket: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the socket: it is there once the server answers."""
    end = time.monotonic() + _PATIENCE_S
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"MariaDB does not start: {log.read_text('utf-8')}")
        time.sleep(0.05)
