"""The files of an open database: are they still the ones that were opened?

A database that is deleted, or replaced by another file of its name, stays open: SQLite reads and writes what nobody
else can see any more, reports no error, and all of it is lost when the process ends.
Source: https://www.sqlite.org/howtocorrupt.html section 4.
"""

import os
from pathlib import Path

from accredit.errors import StorageFailed

_Identity = tuple[int, int]
"""Device and inode."""


class DatabaseFiles:
    """Remember the files of the database at `path`: itself and, where there are any, its log and shared memory.

    Made after a first read, with which SQLite opens them all. They stay the same as long as anybody has them open.
    Both checks raise `StorageFailed` where one was deleted or replaced.
    """

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._opened = _identity(self._path)
        real = path.resolve()  # they lie beside the database itself, wherever a link to it stands
        beside = (f"{real}-wal", f"{real}-shm")
        self._beside = {name: found for name in beside if (found := _identity(name)) is not None}

    def check(self) -> None:
        """Compare the database itself with what is there now: a microsecond or two, for every read."""
        if _identity(self._path) != self._opened:
            raise StorageFailed("the database file was deleted or replaced")

    def check_all(self) -> None:
        """Compare all of them, for every transaction."""
        self.check()
        if any(_identity(name) != opened for name, opened in self._beside.items()):
            raise StorageFailed("a file beside the database, -wal or -shm, was deleted or replaced")


def _identity(name: str) -> _Identity | None:
    try:
        found = os.stat(name)  # not Path.stat, which takes twice as long
    except OSError:
        return None
    return found.st_dev, found.st_ino
