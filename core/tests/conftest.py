"""Shared by all tests of core."""

from collections.abc import AsyncIterator

import hypothesis
import pytest
from core.tests.bench import Bench, bench

# No deadline: it is a wall clock. Derandomized: a red run is red again.
hypothesis.settings.register_profile("accredit", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("accredit")


@pytest.fixture
async def wire() -> AsyncIterator[Bench]:
    """An exchange with nothing changed."""
    async with bench() as one:
        yield one
