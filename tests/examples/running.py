"""The examples of the guides: their pages, their files, and the commands that run them."""

import queue
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.documents.blocks import ROOT, blocks_of

EXAMPLES = ROOT / "docs/examples"


def code(page: str, language: str) -> list[str]:
    """Return the code of a page in one language, block by block."""
    return [block.code for block in blocks_of(page) if block.language == language]


def names_of(source: str) -> dict[str, Any]:
    """Run a module that stands in no package; returns what it defines."""
    module = ModuleType("of_a_host")
    sys.modules[module.__name__] = module  # where frameworks look for what annotations mean
    exec(compile(source, "of_a_host.py", "exec"), vars(module))
    return vars(module)


def functions_for_tests(source: str) -> list[Callable[[], None]]:
    """Return what a host's own test runner would find in a block."""
    return [value for name, value in names_of(source).items() if name.startswith("test_")]


@dataclass
class Server:
    """A server that runs by a command line of its own."""

    process: "subprocess.Popen[str]"
    url: str = ""
    said: list[str] = field(default_factory=list)
    """What it has written so far, line by line."""
    _address: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)

    @property
    def output(self) -> str:
        return "".join(self.said)

    def listen(self) -> None:
        """Take what it writes, until it ends: a server that nobody listens to would wait for a reader."""
        for line in self.process.stdout or ():
            self.said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                self._address.put(found[0])
        self._address.put("")

    def wait(self) -> str:
        """Return its base URL, once it has told it."""
        address = self._address.get(timeout=60)
        assert address, f"it ended: {self.output}"
        return address


@contextmanager
def running(command: str, folder: Path, **environment: str) -> Iterator[str]:
    """Run a server by its command line, at a free port, until the block ends; yields its base URL."""
    with started(command, folder, **environment) as server:
        yield server.url


@contextmanager
def started(command: str, folder: Path, **environment: str) -> Iterator[Server]:
    """Run a server as `running` does; yields it."""
    words = shlex.split(command)
    variables = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    program, *arguments = words[len(variables) :]
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / program), *arguments, "--port", "0"],
        cwd=folder,
        env={**variables, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process)
    listener = threading.Thread(target=server.listen)
    listener.start()
    try:
        server.url = server.wait()
        yield server
    finally:
        process.terminate()
        process.wait(60)
        listener.join(60)
        if process.stdout is not None:
            process.stdout.close()
