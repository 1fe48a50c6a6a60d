"""Shared by the tests of the endpoints."""

from collections.abc import AsyncIterator

import pytest
from core.tests.bench import Bench
from core.tests.oauth.support import token_bench


@pytest.fixture
async def wire() -> AsyncIterator[Bench]:
    """An exchange with clients that authenticate."""
    async with token_bench() as one:
        yield one
