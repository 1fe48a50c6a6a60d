"""Where participants run: started when a case needs them, ended when no later one does."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.children import Cores, free_port, run_first, start
from tests.benchmarks.environments import NotThere, ready
from tests.benchmarks.participants import Participant, Place
from tests.benchmarks.participants.registry import IN_PROCESS
from tests.benchmarks.running import Running, Server, Verifying
from tests.benchmarks.samples import Measurements


class Stage:
    """The participants that run now."""

    def __init__(
        self, *, folder: Path, provider_port: int, cores: Cores, environments: Path, measurements: Measurements
    ) -> None:
        self._folder = folder
        self._provider_port = provider_port
        self._cores = cores
        self._environments = environments
        self._measurements = measurements
        self._running: dict[str, tuple[Running, ExitStack]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keep(())

    def keep(self, names: tuple[str, ...]) -> None:
        """End all but these."""
        ending = [self._running.pop(name) for name in list(self._running) if name not in names]
        for running, _ in ending:
            running.child.process.terminate()  # all of them, before any is waited for
        for _, stack in ending:
            stack.close()

    async def enter(self, participant: Participant, *, users: int) -> Running | None:
        """Start a participant, unless it runs, and see that it does what it must.

        Returns None where it cannot take part; the measurements say why then.
        """
        name = participant.name
        if name in self._running:
            return self._running[name][0]
        if name in self._measurements.absent:
            return None
        stack = ExitStack()
        try:
            running = await self._start(participant, stack)
            await self._welcome(running, users)
        except (NotThere, RuntimeError, OSError, TimeoutError) as exc:
            stack.close()
            self._measurements.absent[name] = str(exc) or type(exc).__name__
            return None
        except BaseException:
            stack.close()
            raise
        self._running[name] = (running, stack)
        return running

    async def _start(self, participant: Participant, stack: ExitStack) -> Running:
        environment = ready(participant.peer, self._environments) if participant.peer else Path()
        folder = self._folder / participant.name
        folder.mkdir()
        place = Place(folder, free_port(), self._provider_port, environment.resolve())
        program = participant.program(place)
        log = folder / "log"
        for command in program.before:
            await asyncio.to_thread(run_first, command, log=log)
        cores = self._cores.of(participant.workers)
        child = stack.enter_context(
            start(participant.name, program.server, port=place.port, log=log, cores=cores, rest=self._cores.ours)
        )
        if participant.name in IN_PROCESS:
            running: Running = Verifying(participant, child, folder / "answers")
        else:
            running = Server(participant, child)
        await running.until_ready()
        return running

    async def _welcome(self, running: Running, users: int) -> None:
        name = running.participant.name
        if isinstance(running, Server):
            self._measurements.probes[name] = await running.probe()
            seen = await running.greet(users)
            if seen.wrong:
                raise RuntimeError(f"{name}: {seen.wrong[0]}\n{running.child.last_words()}")
