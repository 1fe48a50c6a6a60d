"""A virtual environment with everything core needs, and nothing of this repository but what a test installs."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OWN = r"_?accredit|__editable__|__pycache__|pip|setuptools|_distutils_hack|.*\.pth$"
_OTHER_TESTS = "_?hypothesis|pytest_asyncio|pytest_cov"  # pytest would load them each time
_NOT_SHARED = re.compile(f"{_OWN}|{_OTHER_TESTS}", re.IGNORECASE)
LONGEST_S = 900
"""How long a command may take: the checks of a plugin are many, and a machine may be slow and shared."""
_COMMANDS = ("pytest", "ruff", "mypy")


@dataclass(frozen=True)
class Environment:
    """A virtual environment, on a machine without network."""

    path: Path

    @property
    def bin(self) -> Path:
        return self.path / ("Scripts" if os.name == "nt" else "bin")

    @property
    def variables(self) -> dict[str, str]:
        """What a shell has in which the environment is activated."""
        ours = {name: value for name, value in os.environ.items() if not name.upper().startswith(("ACCREDIT_", "PIP_"))}
        ours.pop("PYTHONPATH", None)
        return {
            **ours,
            "PATH": os.pathsep.join((str(self.bin), os.environ.get("PATH", os.defpath))),
            "VIRTUAL_ENV": str(self.path),
            "COLUMNS": "200",
            "MYPY_CACHE_DIR": str(self.path / "mypy"),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this one backwards: build with what is installed
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def start(self, *words: str, cwd: Path, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a command of the environment; what it says on either channel goes to `output`."""
        return subprocess.Popen(
            [str(self.bin / words[0]), *words[1:]],
            cwd=cwd,
            env=self.variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def run(self, *words: str, cwd: Path) -> tuple[int, str]:
        """Run a command to its end; returns exit code and what it says."""
        process = self.start(*words, cwd=cwd)
        said, _ = process.communicate(timeout=LONGEST_S)
        return process.returncode, said

    @contextmanager
    def running(self, *words: str, cwd: Path) -> Iterator[str]:
        """Run a server until the block ends; yields its address, as it tells it."""
        process = self.start(*words, cwd=cwd)
        try:
            assert process.stdout is not None
            heard = ""
            for line in process.stdout:
                heard += line
                if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                    break
            else:
                raise AssertionError(f"{' '.join(words)} ended: {heard}")
            yield address[0]
        finally:
            process.terminate()
            process.communicate(timeout=60)
        assert process.returncode == 0


def make_environment(path: Path) -> Environment:
    """Make an environment that shares the third-party packages of ours, by links."""
    subprocess.run([sys.executable, "-m", "venv", str(path)], check=True, capture_output=True)
    environment = Environment(path)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(path), "platbase": str(path)}))
    for shared in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(shared).iterdir():
            if not _NOT_SHARED.match(entry.name) and not (site / entry.name).exists():
                (site / entry.name).symlink_to(entry)
    for command in _COMMANDS:
        _lay_down(environment, command)
    return environment


def _lay_down(environment: Environment, command: str) -> None:
    """Make a command of a shared package, as pip would: a script for an entry point, else the program itself."""
    target = environment.bin / command
    for entry in importlib.metadata.entry_points(group="console_scripts", name=command):
        call = f"from {entry.module} import {entry.attr}\nraise SystemExit({entry.attr}())\n"
        target.write_text(f"#!{environment.bin / 'python'}\n{call}", "utf-8")
        target.chmod(0o755)
        return
    program = Path(sysconfig.get_path("scripts")) / command
    target.symlink_to(program if program.exists() else str(shutil.which(command)))


def build_wheel(package: Path, folder: Path) -> Path:
    """Build a wheel with what is installed here."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel
