"""A storage of each kind, empty and open; and processes that share a database."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from core.tests.support import Clock

from accredit.storage import Storage, storage_for

RunTogether = Callable[..., list[str]]


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


@pytest.fixture(params=["memory", "sqlite"])
async def storage(request: pytest.FixtureRequest, path: Path, clock: Clock) -> AsyncIterator[Storage]:
    storage = storage_for("memory://" if request.param == "memory" else f"sqlite:///{path}", clock=clock)
    await storage.open()
    yield storage
    await storage.close()


# Each process opens the database, says so, and waits until all the others have.
_PREAMBLE = """
import asyncio, sys
from accredit.storage import RefreshToken, Session, SqliteStorage

async def main():
    storage = SqliteStorage(sys.argv[1], clock=lambda: 1000)
    number = int(sys.argv[2])
    await storage.open()
    print("ready", flush=True)
    sys.stdin.readline()
    await work(storage, number)
    await storage.close()
"""


@pytest.fixture
def run_together(path: Path) -> RunTogether:
    """Run a coroutine function `work(storage, number)` in several processes at once; return what each has printed."""

    def run(work: str, *, processes: int = 3) -> list[str]:
        code = f"{_PREAMBLE}\n{work}\nasyncio.run(main())"
        started = [
            subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-c", code, str(path), str(number)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for number in range(processes)
        ]
        try:
            for process in started:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n", process.communicate(timeout=60)[1]
            for process in started:
                assert process.stdin is not None
                process.stdin.write("go\n")
                process.stdin.flush()
            ended = [process.communicate(timeout=120) for process in started]
        finally:
            for process in started:
                process.kill()
                process.wait()
        assert [err for _, err in ended] == [""] * processes
        return [out for out, _ in ended]

    return run
