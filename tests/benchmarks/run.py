"""Run the comparison: start both servers, measure them in turn, print the table, judge it."""

import asyncio
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import uvloop
from tests.benchmarks.children import Child, Cores, free_port, raise_file_limit, start
from tests.benchmarks.floor import ISSUER
from tests.benchmarks.load import Result, measure
from tests.benchmarks.options import Options, parse
from tests.benchmarks.provider import APP_ID, APP_SECRET, Provider
from tests.benchmarks.report import FLOOR, SUBJECT, Report, Sample
from tests.benchmarks.wire import HOST, listen

WARM_UP_S = 1.0


def _floor(folder: Path, port: int, provider_port: int, alg: str) -> list[str]:
    ports = ["--port", str(port), "--provider-port", str(provider_port)]
    return ["tests.benchmarks.floor", *ports, "--database", str(folder / "floor.db"), "--alg", alg]


def _accredit(folder: Path, port: int, provider_port: int, alg: str) -> list[str]:
    config = folder / "accredit.toml"
    config.write_text(f"""\
issuer = "{ISSUER}"

[connections.facebook]
app_id = "{APP_ID}"
app_secret = "{APP_SECRET}"
graph_url = "http://{HOST}:{provider_port}"

[clients.bench]
connections = ["facebook"]

[tokens]
signing_alg = "{alg}"

[storage]
url = "sqlite:///{folder / "accredit.db"}"

[keys]
path = "{folder / "keys.json"}"
""")
    return ["accredit", "serve", "--config", str(config), "--port", str(port)]


_COMMANDS: dict[str, Callable[[Path, int, int, str], list[str]]] = {FLOOR: _floor, SUBJECT: _accredit}


async def _sample(child: Child, in_flight: int, number: int, options: Options) -> tuple[Sample, Result]:
    before = child.cpu_s()
    result = await measure(child.port, in_flight=in_flight, requests=options.requests, seconds=options.seconds)
    after = child.cpu_s()
    answers = len(result.latencies)
    cpu_us = (after - before) / answers * 1e6 if before is not None and after is not None and answers else None
    sample = Sample(
        server=child.name,
        in_flight=in_flight,
        round=number,
        exchanges=answers,
        wrong=len(result.wrong),
        per_second=result.per_second,
        p50_ms=result.percentile_ms(50),
        p99_ms=result.percentile_ms(99),
        cpu_us=cpu_us,
    )
    return sample, result


def _say(sample: Sample) -> None:
    print(
        f"  round {sample.round}  {sample.in_flight:>4} in flight  {sample.server:<8}"
        f"  {sample.per_second:8.0f}/s  p50 {sample.p50_ms:8.2f} ms  p99 {sample.p99_ms:8.2f} ms",
        flush=True,
    )


async def _measure_all(children: Sequence[Child], options: Options) -> Report:
    for child in children:
        await child.until_ready()
        print(f"{child.name}: pid {child.pid}, port {child.port}", flush=True)
    for child in children:
        for in_flight in options.in_flight:
            # Opens the connections to the provider, fills caches, and lets the interpreter specialize.
            warm = await measure(child.port, in_flight=in_flight, requests=options.requests, seconds=WARM_UP_S)
            _complain(child, warm)
    samples = []
    for number in range(1, options.rounds + 1):
        for in_flight in options.in_flight:
            # Turn about: neither server always comes after a rest.
            for child in children if number % 2 else children[::-1]:
                sample, result = await _sample(child, in_flight, number, options)
                samples.append(sample)
                _say(sample)
                _complain(child, result)
    return Report(samples, {child.name: child.peak_mib() for child in children})


class WrongAnswerError(Exception):
    """A server answered what it must not; its figures mean nothing."""


def _complain(child: Child, result: Result) -> None:
    if result.wrong:
        first = max(set(result.wrong), key=result.wrong.count)
        raise WrongAnswerError(
            f"{child.name}: {len(result.wrong)} wrong answers beside {len(result.latencies)} right ones, "
            f"most of them: {first}\n{child.last_words()}"
        )


async def _run(options: Options) -> Report:
    if task := asyncio.current_task():
        # As Ctrl-C does: unwind, so that the servers end too.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    raise_file_limit()
    cores = Cores()
    cores.take(cores.ours)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; {cores}; {options.alg}", flush=True)
    server, provider_port = await listen(Provider(delay_s=options.provider_delay_ms / 1000))
    with tempfile.TemporaryDirectory(prefix="accredit-bench-") as temporary, ExitStack() as running:
        folder = Path(temporary)
        children = []
        for name in options.servers:
            port = free_port()
            arguments = _COMMANDS[name](folder, port, provider_port, options.alg)
            children.append(running.enter_context(start(name, arguments, port=port, folder=folder, cores=cores)))
        report = await _measure_all(children, options)
    server.close()
    return report


def _missed(report: Report, options: Options) -> list[str]:
    missed = []
    ratio = report.ratio(max(options.in_flight))
    if options.target is not None and (ratio is None or ratio < options.target):
        missed.append(f"ratio {ratio or 0:.2f} is below the target {options.target:g}")
    memory = report.peak_mib.get(SUBJECT)
    if options.max_memory_mib is not None and memory is not None and memory > options.max_memory_mib:
        missed.append(f"memory {memory:.0f} MiB is over {options.max_memory_mib:g} MiB")
    return missed


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    try:
        report = uvloop.run(_run(options))
    except WrongAnswerError as exc:
        print(exc, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped; both servers have ended", file=sys.stderr)
        return 2
    except (RuntimeError, OSError) as exc:
        print(exc, file=sys.stderr)
        return 2
    print(f"\n{report.table()}")
    if options.json is not None:
        options.json.write_text(json.dumps(report.as_dict(), indent=2) + "\n")
    missed = _missed(report, options)
    for line in missed:
        print(line, file=sys.stderr)
    return 1 if missed else 0
