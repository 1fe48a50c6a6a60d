"""Who takes part: the floor, our server in its several forms, and others that do the same job."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.children import Command
from tests.benchmarks.dialects import Dialect

FLOOR, OURS, PEER = "floor", "ours", "peer"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a participant runs: a folder of its own, its port, the provider's, and its peer's environment."""

    folder: Path
    port: int
    provider_port: int
    environment: Path


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: the server, and what has to be done before it starts."""

    server: Command
    before: Sequence[Command] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A server that is measured."""

    name: str
    title: str
    kind: str
    dialect: Dialect
    program: Callable[[Place], Program]
    peer: str = ""
    """The folder below `peers` that says what its environment holds; none for what runs in ours."""
    package: str = ""
    """What it is a version of; for the head of the tables."""
    workers: int = 1
