"""Where and when a run took place: the head of its tables."""

import datetime as dt
import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from tests.benchmarks import environments, processes
from tests.benchmarks.children import Cores
from tests.benchmarks.participants.registry import PARTICIPANTS


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine, the versions, the day and the commit."""

    machine: str
    cores: str
    versions: tuple[str, ...]
    day: str
    commit: str

    def text(self) -> str:
        """Return all of it in a few lines."""
        where = f"{self.machine}; {self.cores}; commit {self.commit}, {self.day}"
        return f"{where}\n{', '.join(self.versions)}"


def surroundings(cores: Cores) -> Surroundings:
    """Look around."""
    return Surroundings(
        machine=processes.machine(),
        cores=str(cores),
        versions=tuple(_versions()),
        day=dt.datetime.now(dt.UTC).date().isoformat(),
        commit=_output("git", "describe", "--always", "--dirty", "--exclude=*") or "unknown",
    )


def _versions() -> list[str]:
    versions = [f"Python {platform.python_version()}"]
    if node := _output("node", "--version"):
        versions.append(f"Node {node.removeprefix('v')}")
    for package, peer in dict.fromkeys((each.package, each.peer) for each in PARTICIPANTS.values() if each.package):
        versions.append(f"{package} {environments.version(package, peer) if peer else _installed(package)}")
    return versions


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "from the tree"


def _output(program: str, *arguments: str) -> str:
    """Return what a program prints; nothing where it is not installed, or fails."""
    path = shutil.which(program)
    if path is None:
        return ""
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
