"""One site for all scenarios: they run in one event loop, one after the other."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.nodes.servers_site import ServersSite


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def running_site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServersSite]:
    """Start everything once, and stop it after the last test of this package: others need the machine."""
    async with ServersSite(tmp_path_factory.mktemp("site"), audit=True) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def site(running_site: ServersSite) -> AsyncIterator[ServersSite]:
    """Return the site, of which everything runs; whatever a scenario has left undone is mended for the next one."""
    yield running_site
    for node in running_site.everybody:
        for line in node.lines:
            line.delay_s = 0.0
            line.heal()
    await running_site.front.until_whole()
