"""One run: say the plan, start who takes part, measure, print the tables, write them where they are wanted."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import uvloop
from tests.benchmarks import tables
from tests.benchmarks.cases import CASES, Case, narrowed
from tests.benchmarks.children import Cores, raise_file_limit
from tests.benchmarks.console import Progress, clock
from tests.benchmarks.environments import NotThere, make, ready
from tests.benchmarks.options import Options, parse
from tests.benchmarks.pages import write
from tests.benchmarks.participants.registry import PARTICIPANTS
from tests.benchmarks.provider import Provider
from tests.benchmarks.rounds import Rounds
from tests.benchmarks.samples import Measurements
from tests.benchmarks.stage import Stage
from tests.benchmarks.surroundings import surroundings
from tests.benchmarks.wire import listen

START_S = 1.0
LOGINS_S = 500.0
"""What it takes to start a participant, and how many of its users log in in a second, about."""


class Plan:
    """What a run does, how long each part of it, and who cannot take part."""

    def __init__(self, options: Options) -> None:
        in_flight = options.in_flight or ([64] if options.quick else [])
        self.cases = narrowed(CASES, names=options.cases, servers=options.servers, in_flight=in_flight)
        self.rounds = options.rounds or (1 if options.quick else 3)
        self.seconds = options.seconds or (0.8 if options.quick else 1.2)
        self.warm_up_s = 0.3 if options.quick else 0.5
        self.users = options.users or (100 if options.quick else 1200)
        self.absent: dict[str, str] = {}
        for name in self.names():
            peer = PARTICIPANTS[name].peer
            try:
                if peer:
                    ready(peer, options.environments)
            except NotThere as exc:
                self.absent[name] = str(exc)

    def names(self) -> list[str]:
        """Return the participants, each once."""
        return list(dict.fromkeys(name for case in self.cases for name in case.participants))

    def present(self, case: Case) -> list[str]:
        """Return who takes part in a case."""
        return [name for name in case.participants if name not in self.absent]

    def measurements(self, case: Case) -> int:
        """Return how many measurements a case has."""
        return len(self.present(case)) * len(case.in_flight) * self.rounds

    def expected_s(self) -> float:
        """Return how long it takes, about: some answers are waited for after the clock has stopped."""
        present = len([name for name in self.names() if name not in self.absent])
        starting = present * (START_S + self.users / LOGINS_S)
        warming = sum(len(self.present(case)) * len(case.in_flight) for case in self.cases) * (self.warm_up_s + 0.4)
        return starting + warming + sum(map(self.measurements, self.cases)) * (self.seconds + 0.5)

    def text(self) -> str:
        """Return the plan in lines, and how long it takes."""
        lines = [
            f"{case.name:<15} {', '.join(map(str, case.in_flight))} in flight: {', '.join(self.present(case))}"
            for case in self.cases
        ]
        lines += _without(self.absent)
        rounds = "1 round" if self.rounds == 1 else f"{self.rounds} rounds"
        how = f"{rounds} of {self.seconds:g} s; {self.users} users who come back"
        lines.append(f"{how}; all in about {clock(self.expected_s())} min on a quiet machine")
        return "\n".join(lines)


async def _measure(plan: Plan, options: Options, cores: Cores) -> Measurements:
    if task := asyncio.current_task():
        # As Ctrl-C does: unwind, so that the servers end too.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    provider = Provider()
    server, provider_port = await listen(provider)
    measurements = Measurements(absent=dict(plan.absent))
    progress = Progress(sum(map(plan.measurements, plan.cases)), expected_s=plan.expected_s())
    with tempfile.TemporaryDirectory(prefix="accredit-bench-") as temporary:
        stage = Stage(
            folder=Path(temporary),
            provider_port=provider_port,
            cores=cores,
            environments=options.environments,
            measurements=measurements,
        )
        with stage:
            for place, case in enumerate(plan.cases):
                later = {name for one in plan.cases[place:] for name in one.participants}
                stage.keep(tuple(later))
                running = []
                for name in plan.present(case):
                    if found := await stage.enter(PARTICIPANTS[name], users=plan.users):
                        running.append(found)
                        progress.say(f"  {name} is there")
                    elif name in measurements.absent:
                        progress.say(f"  without {name}: {measurements.absent[name]}")
                rounds = Rounds(
                    case, provider=provider, cores=cores, measurements=measurements, progress=progress, users=plan.users
                )
                await rounds.run(running, rounds=plan.rounds, seconds=plan.seconds, warm_up_s=plan.warm_up_s)
    server.close()
    return measurements


def _install(plan: Plan, options: Options) -> None:
    """Make the environments that are missing, and say what cannot be made."""
    for name in list(plan.absent):
        print(f"installing {name} …", flush=True)
        try:
            make(PARTICIPANTS[name].peer, options.environments)
            del plan.absent[name]
        except NotThere as exc:
            plan.absent[name] = str(exc)


def _without(absent: Mapping[str, str]) -> list[str]:
    """Return who is missing and why, a line for each reason."""
    reasons = dict.fromkeys(absent.values())
    return [f"without {', '.join(name for name in absent if absent[name] == one)}: {one}" for one in reasons]


def report(measurements: Measurements, cases: Sequence[Case]) -> str:
    """Return all tables for a terminal."""
    parts = [
        f"{case.title}\n{tables.plain(tables.HEAD, rows)}"
        for case in cases
        if (rows := tables.of_a_case(measurements, case))
    ]
    if rows := tables.probes(measurements):
        parts.append("Before any load\n" + tables.plain(["server", *tables.PROBED, "MiB idle"], rows))
    missing = {**measurements.left_out, **measurements.failures}
    parts += [f"{server}, {case}, {number} in flight: {why}" for (case, server, number), why in missing.items()]
    parts += _without(measurements.absent)
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    options = parse(arguments)
    if options.list:
        print("\n".join([*(f"case    {case.name:<26} {case.title}" for case in CASES)]))
        print("\n".join(f"server  {name:<26} {each.title}" for name, each in PARTICIPANTS.items()))
        return 0
    plan = Plan(options)
    if options.install:
        _install(plan, options)
    cores = Cores()
    raise_file_limit()
    print(f"{surroundings(cores).text()}\n{plan.text()}", flush=True)
    cores.take(cores.ours)
    try:
        measurements = uvloop.run(_measure(plan, options, cores))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped; all servers have ended", file=sys.stderr)
        return 2
    except OSError as exc:
        print(exc, file=sys.stderr)
        return 2
    print(f"\n{report(measurements, plan.cases)}")
    if options.write is not None:
        write(measurements, plan.cases, surroundings(cores), folder=options.write)
    started = set(measurements.absent) - set(plan.absent)
    return 1 if measurements.failures or started else 0
