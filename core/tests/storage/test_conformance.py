"""Both storages keep every obligation of the ports."""

import shutil
from pathlib import Path

import pytest

from accredit.storage import MemoryStorage, SqliteStorage
from accredit.storage.migrate import migrate
from accredit.testing import StorageConformance
from accredit.testing.storage_conformance.samples import Clock


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty database: to make one takes longer than most checks."""
    path = tmp_path_factory.mktemp("migrated") / "accredit.db"
    migrate(path)
    return path


class TestMemory(StorageConformance):
    """In one object, so without `another`."""

    def new(self, clock: Clock) -> MemoryStorage:
        return MemoryStorage(clock=clock)


class TestSqlite(StorageConformance):
    """With handles in this process and in others."""

    folder: Path

    @pytest.fixture(autouse=True)
    def in_a_folder(self, tmp_path: Path, migrated: Path) -> None:
        self.folder = tmp_path
        shutil.copy(migrated, self.path)

    @property
    def path(self) -> Path:
        return self.folder / "accredit.db"

    def new(self, clock: Clock) -> SqliteStorage:
        return SqliteStorage(str(self.path), clock=clock)

    another = new

    def crashed(self, clock: Clock) -> SqliteStorage:
        """Copy the files as they are: what a process that has ended leaves, without its shared memory."""
        left = self.folder / "left"
        shutil.rmtree(left, ignore_errors=True)
        left.mkdir()
        for name in ("accredit.db", "accredit.db-wal"):
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, left)
        return SqliteStorage(str(left / "accredit.db"), clock=clock)

    def elsewhere(self) -> tuple[str, str]:
        return "accredit.storage:SqliteStorage.from_url", f"sqlite:///{self.path}"
