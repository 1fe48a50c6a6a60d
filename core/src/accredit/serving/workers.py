"""Several processes that serve together: the parent starts them, starts again what has ended, and stops them all.

The parent serves nobody, has no threads and no event loop, and so may fork at any time. It forks once everything is
imported, the memory of which all share, and once it has looked at whatever would be wrong for all of them.

At a hang-up (SIGHUP) it lets others take the place of those that there are: a new generation, which begins with one
worker, so that whatever stops it is told once, and the others go on. Who takes a place goes on with its listening
socket, too: nobody who has connected there is lost.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable

from accredit.serving.delays import Delays
from accredit.serving.place import Place, Worker, fork_worker
from accredit.serving.supervisor import Supervisor
from accredit.serving.wakeup import Wakeup

_STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
_NOBODY = Supervisor({})

Reload = Callable[[int], float | None]
"""Prepares what a new generation needs, whose number it takes; returns the new `grace_s`, or None after having said why
there cannot be one."""


class Workers:
    """The parent of `count` workers.

    `say` tells operators a sentence; `serving` is called once, when all of them are ready; `ended` with the number of
    each that has ended. `grace_s` is how long workers may take to stop. Without `reload` a hang-up stops them, too.

    Numbers from 1 to `count` are those of one generation, the next `count` those of the one that takes its place, and
    so in turn.
    """

    def __init__(
        self,
        count: int,
        *,
        grace_s: float,
        say: Callable[[str], object],
        serving: Callable[[], object],
        ended: Callable[[int], object],
        reload: Reload | None = None,
        supervisor: Supervisor = _NOBODY,
    ) -> None:
        self._count = count
        self._grace_s = grace_s
        self._say = say
        self._serving = serving
        self._ended = ended
        self._reload = reload
        self._supervisor = supervisor
        self._alive = os.pipe()  # its writing end is open as long as this process lives
        self._wakeup = Wakeup([*_STOPPING, signal.SIGHUP, signal.SIGCHLD])
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        self._workers: dict[int, Worker] = {}
        self._due: dict[int, float] = {1: 0.0}
        """Which are to be started, and when. The first one alone: whatever stops it is told once."""
        self._listeners: dict[int, int] = {}
        """At which socket one that is due goes on."""
        self._delays = Delays()
        self._has_served = False
        self._generation = 0
        self._candidate: int | None = None
        """The generation that is being tried."""
        self._leaving: dict[int, float] = {}
        """Those in whose place there are others, and when they have had their time."""
        self._is_wanted = False
        """Another reload, as soon as there is room for it."""
        self._kill_at: float | None = None
        """When those who were told to stop have had their time."""
        self._code = 0

    def run(self) -> Place:
        """Run the workers. Returns in each of them, and only there.

        Raises:
            SystemExit: in the parent, when all have ended: 0 if they were told to, else the exit code of the one that
                could not start, or 1.
        """
        while self._workers or self._due:
            place = self._start_due()
            if place is not None:
                return place
            if self._workers or self._due:
                self._wait()
            for worker in list(self._workers.values()):
                if (code := worker.poll()) is not None:
                    self._has_ended(worker, code)
            if self._is_wanted and not self._leaving and self._candidate is None and self._kill_at is None:
                self._try_anew()
        raise SystemExit(self._code)

    def _start_due(self) -> Place | None:
        now = time.monotonic()
        for number in [number for number, at in self._due.items() if at <= now]:
            del self._due[number]
            listener = self._listeners.pop(number, None)
            others = [*self._wakeup.descriptors, *self._listeners.values()]
            others += [one for worker in self._workers.values() for one in worker.descriptors]
            generation = self._generation if self._is_of_now(number) else self._generation + 1
            try:
                made = fork_worker(
                    number, now=now, alive=self._alive, others=others, generation=generation, listener=listener
                )
            except OSError as exc:  # no memory, or too many processes or files, which may pass: the others go on
                if listener is not None:
                    os.close(listener)
                self._could_not_start(number, exc)
                return None
            if isinstance(made, Place):
                self._selector.close()
                return made
            self._workers[number] = made
            self._selector.register(made.line, selectors.EVENT_READ, made)
        return None

    def _wait(self) -> None:
        times = [*self._due.values(), *self._leaving.values(), *([] if self._kill_at is None else [self._kill_at])]
        patience_s = max(0.0, min(times) - time.monotonic()) if times else None
        if (ping_s := self._supervisor.ping_s) is not None:
            self._supervisor.alive()
            patience_s = ping_s if patience_s is None else min(patience_s, ping_s)
        for key, _ in self._selector.select(patience_s):
            if isinstance(key.data, Worker):
                self._hear(key.data)
        arrived = self._wakeup.arrived()
        hung_up = signal.SIGHUP in arrived
        told = any(number in _STOPPING for number in arrived) or (hung_up and self._reload is None)
        self._is_wanted |= hung_up and self._has_served
        now = time.monotonic()
        if self._kill_at is not None and (told or now >= self._kill_at):
            self._code = self._code or 1
            self._stop(signal.SIGKILL)
        elif told:
            self._stop(signal.SIGTERM)
        for number in [number for number, at in self._leaving.items() if now >= at]:
            self._workers[number].send(signal.SIGKILL)
            self._leaving[number] = now + self._grace_s  # it is waited for as any other is

    def _hear(self, worker: Worker) -> None:
        self._selector.unregister(worker.line)
        worker.hear()
        if self._kill_at is not None or worker.number in self._leaving:
            return
        if self._candidate is not None and worker.generation == self._candidate:
            self._hear_of_candidate(worker)
        elif not self._has_served:
            if self._count_ready(self._generation) == self._count:
                self._has_served = True
                self._serving()
                self._supervisor.ready()
            elif worker.is_ready and worker.number == 1:
                self._due = dict.fromkeys(range(2, self._count + 1), 0.0)

    def _hear_of_candidate(self, worker: Worker) -> None:
        first, *others = self._numbers(worker.generation)
        if self._count_ready(worker.generation) == self._count:
            self._take_over()
        elif worker.is_ready and worker.number == first:
            for number in others:
                self._begin_in_place_of_another(number)

    def _has_ended(self, worker: Worker, code: int) -> None:
        del self._workers[worker.number]
        if worker.line in self._selector.get_map():
            self._hear(worker)
        worker.close()
        self._ended(worker.number)
        was_leaving = self._leaving.pop(worker.number, None) is not None
        if self._kill_at is not None or was_leaving:
            worker.give_up_listener()
        elif worker.generation == self._candidate:
            worker.give_up_listener()
            self._give_up_candidate(f"worker {worker.number} {_how(code)}")
        else:
            self._replace(worker, code)

    def _replace(self, worker: Worker, code: int) -> None:
        lived_s = time.monotonic() - worker.started_at
        delay_s = self._delays.after(
            worker.number, lived_s=lived_s, has_served=worker.is_ready, was_asked=worker.is_ready and code == 0
        )
        if delay_s == 0 and worker.listener is not None:
            self._listeners[worker.number] = worker.listener
        else:  # the kernel leads to the others whoever connects meanwhile
            worker.give_up_listener()
        if self._is_hopeless(worker.number):
            # With 2 it has said itself what must be changed.
            self._give_up(code, "" if code == 2 else f"worker {worker.number} {_how(code)} before it could serve")
        else:
            self._put_off(worker.number, _how(code), delay_s)

    def _could_not_start(self, number: int, exc: OSError) -> None:
        how = f"could not be started ({exc.strerror})"
        if not self._is_of_now(number):
            self._give_up_candidate(f"worker {number} {how}")
            return
        delay_s = self._delays.after(number, lived_s=0.0, has_served=False, was_asked=False)
        if self._is_hopeless(number):
            self._give_up(1, f"worker {number} {how}: no other is tried")
        else:
            self._put_off(number, how, delay_s)

    def _is_hopeless(self, number: int) -> bool:
        others_serve = any(one.is_ready for one in self._workers.values())
        return not self._has_served or (self._delays.is_hopeless(number) and not others_serve)

    def _put_off(self, number: int, how: str, delay_s: float) -> None:
        self._say(f"accredit: worker {number} {how}: another one takes its place")
        self._due[number] = time.monotonic() + delay_s

    def _give_up(self, code: int, why: str) -> None:
        if why:
            self._say(f"accredit: {why}")
        self._code = code if code > 0 else 1
        self._stop(signal.SIGTERM)

    def _stop(self, number: signal.Signals) -> None:
        self._supervisor.stopping()
        self._due.clear()
        self._candidate = None
        self._kill_at = time.monotonic() + self._grace_s
        for worker in self._workers.values():
            worker.give_up_listener()  # whoever connects from now on is refused, rather than kept waiting
            if number is signal.SIGKILL or worker.number not in self._leaving:  # those have been told
                worker.send(number)
        for listener in self._listeners.values():
            os.close(listener)
        self._listeners.clear()

    def _try_anew(self) -> None:
        """Begin a new generation, with one worker."""
        self._is_wanted = False
        self._supervisor.reloading()
        grace_s = None if self._reload is None else self._reload(self._generation + 1)
        if grace_s is None:
            self._supervisor.ready()
            return
        self._grace_s = max(self._grace_s, grace_s)
        self._candidate = self._generation + 1
        self._begin_in_place_of_another(self._numbers(self._candidate)[0])

    def _begin_in_place_of_another(self, number: int) -> None:
        self._due[number] = 0.0
        before = self._workers.get((number - 1 + self._count) % (2 * self._count) + 1)
        if before is not None and before.listener is not None:
            self._listeners[number] = os.dup(before.listener)

    def _take_over(self) -> None:
        """Let those of before go, now that all others serve."""
        self._generation, self._candidate = self._generation + 1, None
        self._due = {number: at for number, at in self._due.items() if self._is_of_now(number)}
        self._let_go(lambda worker: worker.generation < self._generation)
        self._say(f"accredit: {self._count} workers with the settings of now; those of before finish their requests")
        self._supervisor.ready()

    def _give_up_candidate(self, why: str) -> None:
        """Let those go that were tried."""
        self._candidate = None
        self._due = {number: at for number, at in self._due.items() if self._is_of_now(number)}
        self._let_go(lambda worker: worker.generation > self._generation)
        self._say(f"accredit: not reloaded: {why}; the workers of before go on")
        self._supervisor.ready()

    def _let_go(self, which: Callable[[Worker], bool]) -> None:
        for number in [number for number in self._listeners if number not in self._due]:
            os.close(self._listeners.pop(number))
        for worker in self._workers.values():
            if which(worker) and worker.number not in self._leaving:
                worker.give_up_listener()
                worker.send(signal.SIGTERM)
                self._leaving[worker.number] = time.monotonic() + self._grace_s

    def _numbers(self, generation: int) -> range:
        first = 1 + self._count * (generation % 2)
        return range(first, first + self._count)

    def _is_of_now(self, number: int) -> bool:
        return number in self._numbers(self._generation)

    def _count_ready(self, generation: int) -> int:
        return sum(one.is_ready for one in self._workers.values() if one.generation == generation)


def _how(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"has ended with exit code {code}"
