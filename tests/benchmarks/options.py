"""What a run may be told."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.cases import CASES
from tests.benchmarks.participants.registry import PARTICIPANTS

_ABOUT = """\
Compare Accredit with a floor, the same exchange written by hand, and with others that do the same job.

All servers run as child processes on one core; this process, on another core, is the clients and a fake Facebook.
Every answer is checked, and each server is shown a token of another app. Rounds alternate between the servers, so
that a noisy neighbour disturbs all. Everything stays on loopback and in a temporary folder.
"""
_READING = """\
reading the tables:
  /s          right answers per second: for the user whose token it was
  x floor     /s by the floor's in the same round, the median over the rounds
  p50, p99    milliseconds: half, and 99 in 100, of the answers took no longer
  CPU         milliseconds of processor time of the server for each answer, all its threads and processes
  MiB         the largest resident size when there were so many in flight for the first time
  calls       of the provider for each answer
Read ratios, not absolutes: these are of this machine, today.

examples:
  nox -s bench                                          all, the peers' environments too; writes into docs/
  nox -s bench -- --quick                               a look at everything that is installed, under two minutes
  nox -s bench -- --servers floor,accredit              ours beside the floor, in all cases
  nox -s bench -- --cases fresh --in-flight 64          one case at one concurrency
  nox -s bench -- --list                                the names of cases and servers

exit code: 0 complete; 1 a wrong answer, or a server that did not start; 2 it could not run
"""


def _between(low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
        return value

    return number


def _whole(low: int, high: int) -> Callable[[str], int]:
    def integer(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low} and {high}")
        return value

    return integer


def _numbers(text: str) -> list[int]:
    return sorted({_whole(1, 2000)(part) for part in text.split(",")})


def _names(known: Sequence[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := [name for name in chosen if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: none of {', '.join(known)}")
        return chosen

    return names


class Options(argparse.Namespace):
    """The options of a run."""

    quick: bool
    cases: list[str]
    servers: list[str]
    in_flight: list[int]
    rounds: int | None
    seconds: float | None
    users: int | None
    environments: Path
    install: bool
    write: Path | None
    list: bool


def parse(arguments: Sequence[str] | None) -> Options:
    """Return the options that a command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=_ABOUT,
        epilog=_READING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="one short round at 64 in flight, for what is installed")
    add("--cases", type=_names([case.name for case in CASES]), default=[], metavar="NAME,…", help="default: all")
    add("--servers", type=_names(list(PARTICIPANTS)), default=[], metavar="NAME,…", help="default: all")
    add("--in-flight", type=_numbers, default=[], metavar="N,…", help="default: those of each case")
    add("--rounds", type=_whole(1, 100), metavar="N", help="rounds of each case (default: 3; 1 if quick)")
    add("--seconds", type=_between(0.1, 600), metavar="S", help="of a measurement (default: 1.2; 0.8 if quick)")
    add(
        "--users",
        type=_whole(1, 100_000),
        metavar="N",
        help="who log in again and again; more than are in flight (default: 1200; 100 if quick)",
    )
    add(
        "--environments",
        type=Path,
        default=Path(".nox/bench-peers"),
        metavar="FOLDER",
        help="where the peers' environments are (default: .nox/bench-peers)",
    )
    add("--install", action="store_true", help="make the peers' environments that are missing or of other versions")
    add("--write", type=Path, metavar="FOLDER", help="write tables and plots below this folder, such as docs")
    add("--list", action="store_true", help="name the cases and the servers, and end")
    return parser.parse_args(arguments, namespace=Options())
