"""Start processes that share a storage, let them go at once, and end them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accredit.testing.storage_conformance.suite import Violation, require

PROCESSES = 3
_PATIENCE_S = 120
_WORKER = "accredit.testing.storage_conformance.worker"


def run_together(elsewhere: tuple[str, str], work: str, *, processes: int = PROCESSES) -> list[list[Any]]:
    """Let several processes do `work` at once; return the lines of each."""
    with _running(elsewhere, work, processes) as running:
        for process in running:
            _let_go(process)
        ended = [process.communicate(timeout=_PATIENCE_S) for process in running]
        require(all(process.returncode == 0 for process in running), f"a process failed: {[err for _, err in ended]}")
    return [[json.loads(line) for line in out.splitlines()] for out, _ in ended]


def killed_after(elsewhere: tuple[str, str], work: str, lines: int) -> list[Any]:
    """Kill a process that has said so many lines; return all that it has said."""
    with _running(elsewhere, work, 1) as [process]:
        _let_go(process)
        assert process.stdout is not None  # noqa: S101 - a pipe, as it was started
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        said += process.stdout.read().splitlines()
    whole = [line for line in said if line.rstrip().endswith("]")]
    require(len(whole) >= lines, "the process has ended by itself")
    return [json.loads(line) for line in whole]


@contextmanager
def _running(elsewhere: tuple[str, str], work: str, processes: int) -> Iterator[list[subprocess.Popen[str]]]:
    started = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and module, the subclass's own factory
            [sys.executable, "-m", _WORKER, *elsewhere, work, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    try:
        for process in started:
            assert process.stdout is not None  # noqa: S101 - a pipe, as it was started
            if process.stdout.readline() != "ready\n":
                raise Violation(f"a process cannot open the storage: {process.communicate(timeout=_PATIENCE_S)[1]}")
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()  # so that no pipe stays open


def _let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None  # noqa: S101 - a pipe, as it was started
    process.stdin.write("go\n")
    process.stdin.flush()
