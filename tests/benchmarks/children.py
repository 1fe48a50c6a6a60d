"""The servers under test as child processes: pinned to cores, ended by their own pid."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.wire import HOST

START_S = 60.0
STOP_S = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Cores:
    """One core for the server, two for one with two workers, another for us.

    Where there are two, the second worker shares ours; where there is one, or no such call, nobody is pinned.
    """

    def __init__(self) -> None:
        allowed = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
        self.all = set(allowed)
        self.server = set(allowed[:1]) if len(allowed) > 1 else set(allowed)
        self.pair = set(allowed[:2])
        self.ours = set(allowed[-1:]) if len(allowed) > 1 else set(allowed)

    def of(self, workers: int) -> set[int]:
        """Return where a server with so many workers runs."""
        return self.server if workers == 1 else self.pair

    def left(self, workers: int, busy: float) -> float:
        """Return how many cores a server had for itself while the load was so busy, 1 being a whole core."""
        cores = self.of(workers)
        return max(1, len(cores)) - (busy if not cores or cores & self.ours else 0.0)

    @staticmethod
    def take(cores: set[int]) -> None:
        """Let this process, and what it starts from now on, run there."""
        if sys.platform == "linux" and cores:
            os.sched_setaffinity(0, cores)

    def __str__(self) -> str:
        if len(self.all) < 2:
            return "no pinning: server and load share what there is"
        return f"server on core {min(self.server)}, load and provider on core {min(self.ours)}"


def raise_file_limit() -> None:
    """Let us and our children have as many open connections as the system allows."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run: its arguments, and what its environment has beside ours."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def environ(self) -> dict[str, str]:
        # `tests` is imported from the root of the repository, also by the interpreters of the peers.
        return {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONWARNINGS": "ignore", **self.environment}


class Child:
    """A running server."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.name = name
        self.pid = process.pid
        self.port = port
        self.process = process
        self._log = log

    async def until_ready(self) -> None:
        """Wait until the port answers.

        Raises:
            RuntimeError: the process ended, or took over `START_S`.
        """
        deadline = time.monotonic() + START_S
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                _, writer = await asyncio.open_connection(HOST, self.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise RuntimeError(f"{self.name} did not start\n{self.last_words()}")

    def last_words(self, lines: int = 20) -> str:
        """Return the end of what it printed."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])


def run_first(command: Command, *, log: Path) -> None:
    """Run what has to be done before a server starts.

    Raises:
        RuntimeError: it failed.
    """
    with log.open("ab") as output:
        done = subprocess.run(
            command.arguments,
            env=command.environ(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command.arguments)} failed\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def start(name: str, command: Command, *, port: int, log: Path, cores: set[int], rest: set[int]) -> Iterator[Child]:
    """Run a command on `cores` until the block ends, however it ends; we go on on the `rest`."""
    Cores.take(cores)  # a child and all its threads inherit it
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                command.arguments,
                env=command.environ(),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us; its own workers are in its group
            )
    finally:
        Cores.take(rest)
    try:
        yield Child(name, process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
