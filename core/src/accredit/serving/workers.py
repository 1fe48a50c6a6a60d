"""Several processes that serve together: the parent starts them, starts again what has ended, and stops them all.

The parent serves nobody, has no threads and no event loop, and so may fork at any time. It forks once everything is
imported, the memory of which all share, and once it has looked at whatever would be wrong for all of them.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable

from accredit.serving.delays import Delays
from accredit.serving.place import Place, Worker, fork_worker
from accredit.serving.wakeup import Wakeup

_STOPPING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


class Workers:
    """The parent of `count` workers.

    `say` tells operators a sentence; `serving` is called once, when all of them are ready; `ended` with the number of
    each that has ended. `grace_s` is how long workers may take to stop.
    """

    def __init__(
        self,
        count: int,
        *,
        grace_s: float,
        say: Callable[[str], object],
        serving: Callable[[], object],
        ended: Callable[[int], object],
    ) -> None:
        self._count = count
        self._grace_s = grace_s
        self._say = say
        self._serving = serving
        self._ended = ended
        self._alive = os.pipe()  # its writing end is open as long as this process lives
        self._wakeup = Wakeup([*_STOPPING, signal.SIGCHLD])
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        self._workers: dict[int, Worker] = {}
        self._due: dict[int, float] = {1: 0.0}
        """Which are to be started, and when. The first one alone: whatever stops it is told once."""
        self._delays = Delays()
        self._has_served = False
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
        raise SystemExit(self._code)

    def _start_due(self) -> Place | None:
        now = time.monotonic()
        for number in [number for number, at in self._due.items() if at <= now]:
            del self._due[number]
            others = [*self._wakeup.descriptors, *(worker.line for worker in self._workers.values())]
            try:
                made = fork_worker(number, now=now, alive=self._alive, others=others)
            except OSError as exc:  # no memory, or too many processes or files, which may pass: the others go on
                self._could_not_start(number, exc)
                return None
            if isinstance(made, Place):
                self._selector.close()
                return made
            self._workers[number] = made
            self._selector.register(made.line, selectors.EVENT_READ, made)
        return None

    def _wait(self) -> None:
        times = [*self._due.values(), *([] if self._kill_at is None else [self._kill_at])]
        for key, _ in self._selector.select(max(0.0, min(times) - time.monotonic()) if times else None):
            if isinstance(key.data, Worker):
                self._hear(key.data)
        told = any(number in _STOPPING for number in self._wakeup.arrived())
        if self._kill_at is not None and (told or time.monotonic() >= self._kill_at):
            self._code = self._code or 1
            self._stop(signal.SIGKILL)
        elif told:
            self._stop(signal.SIGTERM)

    def _hear(self, worker: Worker) -> None:
        """Read the one thing that a worker says: that it is ready. Its line ends without it where it cannot start."""
        self._selector.unregister(worker.line)
        worker.is_ready = os.read(worker.line, 1) != b""
        if self._has_served or self._kill_at is not None:
            return
        if sum(one.is_ready for one in self._workers.values()) == self._count:
            self._has_served = True
            self._serving()
        elif worker.is_ready and worker.number == 1:
            self._due = dict.fromkeys(range(2, self._count + 1), 0.0)

    def _has_ended(self, worker: Worker, code: int) -> None:
        del self._workers[worker.number]
        if worker.line in self._selector.get_map():
            self._hear(worker)
        worker.close()
        self._ended(worker.number)
        if self._kill_at is not None:
            return
        lived_s = time.monotonic() - worker.started_at
        delay_s = self._delays.after(
            worker.number, lived_s=lived_s, has_served=worker.is_ready, was_asked=worker.is_ready and code == 0
        )
        if self._is_hopeless(worker.number):
            # With 2 it has said itself what must be changed.
            self._give_up(code, "" if code == 2 else f"worker {worker.number} {_how(code)} before it could serve")
        else:
            self._put_off(worker.number, _how(code), delay_s)

    def _could_not_start(self, number: int, exc: OSError) -> None:
        how = f"could not be started ({exc.strerror})"
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
        self._due.clear()
        self._kill_at = time.monotonic() + self._grace_s
        for worker in self._workers.values():
            worker.send(number)


def _how(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"has ended with exit code {code}"
