"""The examples of the guides: their pages, their files, and the commands that run them."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def running(command: str, folder: Path, **environment: str) -> Iterator[str]:
    """Run a server by its command line, at a free port, until the block ends; yields its base URL."""
    words = [word for word in shlex.split(command) if "=" not in word]
    variables = dict(word.split("=", 1) for word in shlex.split(command) if "=" in word)
    program = str(Path(sys.executable).parent / words[0])
    process = subprocess.Popen(
        [program, *words[1:], "--port", "0"],
        cwd=folder,
        env={**variables, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _address(process: "subprocess.Popen[str]") -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(f"it ended: {said}")
