"""The storage keeps every obligation of the ports, in a file of SQLite and on a real PostgreSQL."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from core.tests.contrib.django.databases import StorageIn, database, sqlite
from django.core.management import call_command

from accredit.testing import StorageConformance
from accredit.testing.storage_conformance.samples import Clock

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("django") / "db.sqlite3"
    with database("kit", sqlite(path)):
        call_command("migrate", database="kit", verbosity=0)
    return path


class InDjango(StorageConformance):
    described: dict[str, Any]

    def new(self, clock: Clock) -> StorageIn:
        return StorageIn("kit", clock=clock)

    another = new

    def elsewhere(self) -> tuple[str, str]:
        return "core.tests.contrib.django.elsewhere:storage", json.dumps(self.described)


class TestSqlite(InDjango):
    """The crash is a copy of the files as they are, each one a database of its own: threads keep connections."""

    folder: Path
    crashes: ExitStack

    @pytest.fixture(autouse=True)
    def in_a_folder(self, tmp_path: Path, migrated_file: Path) -> Iterator[None]:
        self.folder = tmp_path
        shutil.copy(migrated_file, tmp_path / "db.sqlite3")
        self.described = sqlite(tmp_path / "db.sqlite3")
        with database("kit", self.described), ExitStack() as self.crashes:
            yield

    def crashed(self, clock: Clock) -> StorageIn:
        left = self.folder / f"left-{len(list(self.folder.glob('left-*')))}"
        left.mkdir()
        for name in ("db.sqlite3", "db.sqlite3-wal"):
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, left)
        return StorageIn(self.crashes.enter_context(database(left.name, sqlite(left / "db.sqlite3"))), clock=clock)


class TestPostgresql(InDjango):
    """One database, emptied for each check."""

    @pytest.fixture(autouse=True)
    def in_the_database(self, migrated_postgresql: dict[str, Any]) -> Iterator[None]:
        self.described = migrated_postgresql
        with database("kit", self.described):
            call_command("flush", database="kit", interactive=False, verbosity=0)
            yield
