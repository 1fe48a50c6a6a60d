"""A host's engines, on a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from core.tests.storage.sql.engines import OwnEngine


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "host.db"


@pytest.fixture
async def storage(path: Path) -> AsyncIterator[OwnEngine]:
    storage = OwnEngine.from_url(f"sqlite+aiosqlite:///{path}", clock=lambda: 1_000)
    await storage.open()
    yield storage
    await storage.close()
