"""What the tests of the command line share: plugins that look installed, and a way to run commands."""

import fcntl
import importlib
import importlib.metadata
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from typer.testing import CliRunner, Result

from accredit.cli.app import app

# Only what a test installs counts, whatever else this machine has.
_ONLY = """
import importlib.metadata as metadata, os, sys
found, only = metadata.entry_points, os.environ.get("ONLY_STRATEGIES", "fake").split(",")
metadata.entry_points = lambda **given: metadata.EntryPoints(e for e in found(**given) if e.name in only)
sys.argv = ["accredit", *sys.argv[1:]]
from accredit.cli import main
try:
    main()
finally:
    ours = {"accredit.testing", "accredit.sandbox", "accredit.playground"}
    loaded = (ours | {"alembic", "sqlalchemy", "prometheus_client"}) & set(sys.modules)
    print("loaded:", sorted(loaded), file=sys.stderr)
"""

HERE = Path(__file__).parent
AddDistribution = Callable[..., None]
Install = Callable[[Path | None], Any]
Run = Callable[..., Result]
Start = Callable[..., AbstractContextManager["Process"]]
OnTerminal = Callable[..., tuple[int, str]]


class Process:
    """A command in a process of its own."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running
        assert running.stdout is not None
        assert running.stderr is not None
        self.stdout: IO[str] = running.stdout
        self.stderr: IO[str] = running.stderr

    def send(self, number: signal.Signals) -> None:
        self._running.send_signal(number)

    def wait(self) -> int:
        """Wait for the end without reading; returns the exit code."""
        return self._running.wait(60)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; returns the exit code and what was still to be read."""
        out, err = self._running.communicate(timeout=60)
        return self._running.returncode, out, err


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Commands are slow: each reads settings, plugins and keys anew, and many are processes of their own."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep settings of whoever runs the tests out, and our signal handlers in."""
    for name in [name for name in os.environ if name.upper().startswith("ACCREDIT_")]:
        monkeypatch.delenv(name)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def add_distribution() -> AddDistribution:
    """Lay down a distribution that brings strategies or other plugins: its entry points, and what it requires."""

    def add(
        site: Path,
        name: str,
        version: str,
        entries: dict[str, str],
        *requires: str,
        group: str = "accredit.strategies",
    ) -> None:
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}", "utf-8")
        lines = [f"{entry} = {value}" for entry, value in entries.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]), "utf-8")

    return add


@pytest.fixture
def site(tmp_path: Path, add_distribution: AddDistribution) -> Path:
    """A directory of installed distributions: the plugin of `plugin/`, in version 1.2."""
    site = tmp_path / "site"
    add_distribution(site, "accredit-fake", "1.2", {"fake": "accredit_fake"})
    for source in (HERE / "plugin").glob("*.py"):
        shutil.copy(source, site)
    return site


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Make the distributions of a directory the only installed ones; returns the fake plugin's module
    with the simulator. At the end its modules are gone: the next test has others of the same names."""
    loaded_before = set(sys.modules)

    def install(site: Path | None) -> Any:
        found = importlib.metadata.entry_points

        def entry_points(*, group: str) -> importlib.metadata.EntryPoints:
            ours = [entry for entry in found(group=group) if site and entry.dist and _is_in(site, entry.dist)]
            return importlib.metadata.EntryPoints(ours)

        monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
        if site is None:
            return None
        monkeypatch.syspath_prepend(str(site))
        for name in ("accredit_fake", "accredit_fake_simulator", "acme_policy"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module("accredit_fake_simulator")

    yield install
    for name in set(sys.modules) - loaded_before:
        if name.startswith(("accredit_fake", "acme_policy")):
            del sys.modules[name]


def _is_in(site: Path, dist: importlib.metadata.Distribution) -> bool:
    return Path(str(dist.locate_file(""))) == site


@pytest.fixture
def run() -> Run:
    """Run a command in this process."""

    def run(*arguments: str, env: dict[str, str] | None = None, typed: str = "") -> Result:
        return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", **(env or {})}, input=typed)

    return run


@pytest.fixture
def start(site: Path, tmp_path: Path) -> Start:
    """Start a command in a process of its own, in `tmp_path`, with only the fake plugin installed.

    The variable `ONLY_STRATEGIES` names other strategies, separated by commas.
    """

    @contextmanager
    def start(*arguments: str, env: dict[str, str] | None = None) -> Iterator[Process]:
        with subprocess.Popen(  # noqa: S603 - our own interpreter, with arguments of this test
            [sys.executable, "-c", _ONLY, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(site), "PYTHONUNBUFFERED": "1", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as running:
            try:
                yield Process(running)
            finally:
                if running.poll() is None:
                    running.kill()

    return start


@pytest.fixture
def on_terminal(site: Path, tmp_path: Path) -> OnTerminal:
    """Run a command on a terminal; returns its exit code and all that it wrote there.

    It has only the fake plugin, and what `env` says; None takes a variable away. `interrupt` is a signal to send as
    soon as there is something to read.
    """

    def on_terminal(
        *arguments: str,
        env: dict[str, str | None] | None = None,
        columns: int = 80,
        interrupt: signal.Signals | None = None,
    ) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        given = {**os.environ, "PYTHONPATH": str(site), "TERM": "xterm-256color", "COLUMNS": None, **(env or {})}
        with subprocess.Popen(  # noqa: S603 - our own interpreter, with arguments of a test
            [sys.executable, "-c", _ONLY, *arguments],
            cwd=tmp_path,
            env={name: value for name, value in given.items() if value is not None},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,  # away from the terminal of whoever runs the tests
        ) as running:
            os.close(theirs)
            written = b""
            try:
                while piece := os.read(ours, 65536):
                    if interrupt is not None and not written:
                        running.send_signal(interrupt)
                    written += piece
            except OSError:  # the other end is closed
                pass
            code = running.wait(60)
        os.close(ours)
        return code, written.decode().replace("\r\n", "\n")

    return on_terminal
