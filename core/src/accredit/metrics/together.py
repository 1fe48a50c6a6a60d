"""Several processes that count together: each in files of one folder, by its number."""

import os

from prometheus_client import values
from prometheus_client.multiprocess import mark_process_dead


def count_together(folder: str, number: int) -> None:
    """Let the metrics of this process that are made from now on be those of worker `number`, in `folder`.

    By a number rather than a process id: who takes the place of a worker goes on where it has ended, so that no count
    falls, and there are no more files than workers.
    """
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]  # it has no types


def has_ended(folder: str, number: int) -> None:
    """Forget what was in hand in a worker that has ended; what it has counted stays."""
    mark_process_dead(number, folder)  # type: ignore[no-untyped-call]  # it has no types
