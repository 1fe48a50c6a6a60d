"""Several processes that write into one log: each line whole."""

import fcntl
import tempfile
import threading
from types import TracebackType


class Turns:
    """A lock among all processes that are forked from this one, and their threads: `with turns:`.

    The kernel takes it from a process that has ended. Made before the fork; it is a file without a name.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as there are lines
        self._threads = threading.Lock()  # the kernel's lock is the process's

    def close(self) -> None:
        """Let go of the file; nobody takes a turn here any more."""
        self._file.close()

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()
