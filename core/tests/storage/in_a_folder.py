"""The conformance suite of the SQLite storage, or of one made of it, whose database lies in a folder."""

import shutil
from pathlib import Path
from typing import ClassVar

from accredit.storage import SqliteStorage
from accredit.testing import StorageConformance
from accredit.testing.storage_conformance.samples import Clock


class InAFolder(StorageConformance):
    storage: ClassVar[type[SqliteStorage]] = SqliteStorage
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "accredit.db"

    def new(self, clock: Clock) -> SqliteStorage:
        return self.storage(str(self.path), clock=clock)

    another = new

    def crashed(self, clock: Clock) -> SqliteStorage:
        """Copy the files as they are: what a process that has ended leaves, without its shared memory."""
        left = self.folder / "left"
        shutil.rmtree(left, ignore_errors=True)
        left.mkdir()
        for name in ("accredit.db", "accredit.db-wal"):
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, left)
        return self.storage(str(left / "accredit.db"), clock=clock)

    def elsewhere(self) -> tuple[str, str]:
        return f"{self.storage.__module__}:{self.storage.__qualname__}.from_url", f"sqlite:///{self.path}"
