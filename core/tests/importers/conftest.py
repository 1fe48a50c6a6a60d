"""Old databases, filled once by the packages' own code."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from accredit.importers.sql_query import SqlQuery, old_database

HOST = Path(__file__).with_name("django_host.py")


@dataclass(frozen=True)
class OldServer:
    """A Django project's database, and who is in it."""

    url: str
    users: dict[str, str]
    """Their primary keys by name."""
    tokens: dict[str, str]
    """Refresh tokens of django-oauth-toolkit by name."""
    queried: dict[str, Any]
    """What Django's own connection has read from each source."""

    @contextmanager
    def query(self) -> Iterator[SqlQuery]:
        with old_database(self.url) as query:
            yield query


def filled(place: str, url: str) -> OldServer:
    """Let Django make and fill its tables at `place`."""
    command = [sys.executable, str(HOST), place]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    assert done.returncode == 0, done.stderr
    return OldServer(url, **json.loads(done.stdout))


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> OldServer:
    """Return a Django project on SQLite."""
    path = tmp_path_factory.mktemp("old") / "db.sqlite3"
    return filled(str(path), f"sqlite:///{path}")
