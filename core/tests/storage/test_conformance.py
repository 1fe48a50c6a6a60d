"""Both storages keep every obligation of the ports."""

import shutil
from pathlib import Path

import pytest
from core.tests.storage.in_a_folder import InAFolder

from accredit.storage import MemoryStorage
from accredit.testing import StorageConformance
from accredit.testing.storage_conformance.samples import Clock


class TestMemory(StorageConformance):
    """In one object, so without `another`."""

    def new(self, clock: Clock) -> MemoryStorage:
        return MemoryStorage(clock=clock)


@pytest.mark.slow
class TestSqlite(InAFolder):
    """With handles in this process and in others."""

    @pytest.fixture(autouse=True)
    def in_a_folder(self, tmp_path: Path, migrated: Path) -> None:
        self.folder = tmp_path
        shutil.copy(migrated, self.path)
