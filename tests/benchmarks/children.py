"""The servers under test as child processes: pinned to a core, watched through /proc, ended by their own pid."""

import asyncio
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.wire import HOST

START_S = 60.0
STOP_S = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Cores:
    """One core for the server, another for us; no pinning where there is one core, or no such call."""

    def __init__(self) -> None:
        allowed = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
        self.server: int | None = None
        self.ours: int | None = None
        if len(allowed) > 1:
            self.server, self.ours = allowed[:2]

    @staticmethod
    def take(core: int | None) -> None:
        if sys.platform == "linux" and core is not None:
            os.sched_setaffinity(0, {core})

    def __str__(self) -> str:
        if self.server is None:
            return "no pinning: server and load share what there is"
        return f"server on core {self.server}, load and provider on core {self.ours}"


def raise_file_limit() -> None:
    """Let us and our children have as many open connections as the system allows."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Child:
    """One running server. Its figures are None where there is no /proc."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.name = name
        self.pid = process.pid
        self.port = port
        self._process = process
        self._log = log

    async def until_ready(self) -> None:
        """Wait until the port answers.

        Raises:
            RuntimeError: the process ended, or took over `START_S`.
        """
        deadline = time.monotonic() + START_S
        while self._process.poll() is None and time.monotonic() < deadline:
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

    def cpu_s(self) -> float | None:
        """Return user and system time of all its threads. Source: proc_pid_stat(5), fields 14 and 15."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return None
        fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mib(self) -> float | None:
        """Return the largest resident size so far. Source: proc_pid_status(5), `VmHWM`."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), None)


@contextmanager
def start(name: str, arguments: Sequence[str], *, port: int, folder: Path, cores: Cores) -> Iterator[Child]:
    """Run `python -m …arguments` until the block ends, however it ends."""
    log = folder / f"{name}.log"
    cores.take(cores.server)  # a child and all its threads inherit it
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
    finally:
        cores.take(cores.ours)
    try:
        yield Child(name, process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
