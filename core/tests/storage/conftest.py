"""A storage of each kind, empty and open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from core.tests.clock import Clock

from accredit.storage import Storage, storage_for


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


@pytest.fixture(params=["memory", "sqlite"])
async def storage(request: pytest.FixtureRequest, path: Path, clock: Clock) -> AsyncIterator[Storage]:
    storage = storage_for("memory://" if request.param == "memory" else f"sqlite:///{path}", clock=clock)
    await storage.open()
    yield storage
    await storage.close()
