"""What a run may be told."""

import argparse
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.report import FLOOR, SUBJECT
from tests.benchmarks.signing import ALGORITHMS

_ABOUT = """\
Compare `accredit serve` with a floor: the same exchange written by hand, without framework, plugins or settings.

Both servers run as child processes on one core; this process, on another core, is the clients and a fake Facebook.
Every request carries a fresh token, so nothing can be cached. Rounds alternate between the two servers, so that a
noisy neighbour disturbs both. Everything stays on loopback and in a temporary folder.
"""
_READING = """\
reading the table:
  exchanges/s   right answers per second: 200 with an access, an ID and a refresh token
  p50, p99 ms   half, and 99 in 100, of the answers took no longer
  CPU us        processor time of the server per exchange, user and system, all threads
  memory MiB    the largest resident size of the server, over the whole run
  ratio         exchanges/s, accredit / floor in the same round, median over the rounds
  CPU ratio     CPU us, floor / accredit; the steadier of the two where others use the machine too
Read ratios, not absolutes: these are of this machine, today.

examples:
  python -m tests.benchmarks                                   the usual comparison, about a minute
  python -m tests.benchmarks --rounds 1 --seconds 1            a quick look
  python -m tests.benchmarks --alg ES256 --in-flight 64        cheaper signatures: the rest weighs more
  python -m tests.benchmarks --provider-delay-ms 50            a provider that thinks for 50 ms
  python -m tests.benchmarks --servers accredit --seconds 30   one server alone, to profile it by its pid
  python -m tests.benchmarks --target 0.45 --max-memory-mib 90 fail if it is slower or larger

exit code: 0 complete and within the targets; 1 a wrong answer or a missed target; 2 it could not run
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


def _list_of(one: Callable[[str], int]) -> Callable[[str], list[int]]:
    def integers(text: str) -> list[int]:
        return sorted({one(part) for part in text.split(",")})

    return integers


def _servers(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := set(chosen) - {FLOOR, SUBJECT}:
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))} is neither {FLOOR} nor {SUBJECT}")
    return [server for server in (FLOOR, SUBJECT) if server in chosen]


class Options(argparse.Namespace):
    rounds: int
    seconds: float
    requests: int
    in_flight: list[int]
    alg: str
    provider_delay_ms: float
    servers: list[str]
    json: Path | None
    target: float | None
    max_memory_mib: float | None


def parse(arguments: list[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=_ABOUT,
        epilog=_READING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--rounds", type=_whole(1, 100), default=5, metavar="N", help="rounds per concurrency (default: 5)")
    add("--seconds", type=_between(0.1, 600), default=3.0, metavar="S", help="length of a measurement (default: 3)")
    add(
        "--requests",
        type=_whole(1, 1_000_000),
        default=100_000,
        metavar="N",
        help="end a measurement after this many requests, if that is sooner (default: 100000)",
    )
    add(
        "--in-flight",
        type=_list_of(_whole(1, 2000)),
        default=[1, 64],
        metavar="N,…",
        help="how many requests at a time, one or several figures (default: 1,64)",
    )
    add("--alg", choices=ALGORITHMS, default="RS256", help="what signs our tokens (default: RS256)")
    add(
        "--provider-delay-ms",
        type=_between(0, 5000),
        default=0.0,
        metavar="MS",
        help="how long the provider thinks about each call (default: 0)",
    )
    add(
        "--servers",
        type=_servers,
        default=[FLOOR, SUBJECT],
        metavar="NAME,…",
        help="which servers to run (default: floor,accredit)",
    )
    add("--json", type=Path, metavar="FILE", help="write every sample here")
    add(
        "--target",
        type=_between(0, 10),
        metavar="RATIO",
        help="exit 1 if the ratio at the highest --in-flight is lower",
    )
    add("--max-memory-mib", type=_between(1, 100_000), metavar="MIB", help="exit 1 if accredit grew larger")
    chosen = parser.parse_args(arguments, namespace=Options())
    if chosen.target is not None and chosen.servers != [FLOOR, SUBJECT]:
        parser.error("--target compares: it needs both servers")
    return chosen
